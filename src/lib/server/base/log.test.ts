// What the log keeps to itself, and how it spells what it tells.
import { expect, it } from 'vitest';
import { causeChain } from './errors.ts';
import { createLogger, type LogOptions } from './log.ts';

function logOf(options: Partial<LogOptions> = {}) {
	const lines: string[] = [];
	const destination = { write: (line: string) => void lines.push(line) };
	const log = createLogger({ level: 'trace', format: 'json', instance: 'test', destination, ...options });
	return {
		log,
		text: () => lines.join(''),
		last: () => JSON.parse(lines.at(-1)!) as Record<string, unknown>
	};
}

it('tells the statement of a failed query, not its parameters', () => {
	const { log, text } = logOf();
	const cause = Object.assign(new Error('duplicate key'), { code: '23505' });
	const failed = Object.assign(
		new Error('Failed query: insert into users values ($1)\nparams: hunter2', { cause }),
		{
			query: 'insert into users values ($1)',
			params: ['hunter2']
		}
	);
	log.error({ err: failed }, 'request failed');
	expect(text()).toContain('insert into users values ($1)');
	expect(text()).toContain('23505');
	expect(text()).not.toContain('hunter2');
	expect(causeChain(failed)).toBe('a query failed: duplicate key');
});

it('has the time, the level as a word, the instance, and one spelling of every key', () => {
	const { log, last } = logOf();
	log.warn({ streamId: 's', runId: 'r', requestId: 'q', rule_id: 'x' }, 'well');
	expect(last()).toEqual({
		time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
		level: 'warn',
		instance: 'test',
		stream_id: 's',
		run_id: 'r',
		request_id: 'q',
		rule_id: 'x',
		msg: 'well'
	});
});

it.each(['json', 'pretty'] as const)(
	'masks secrets in words, fields, errors and their causes, as %s',
	async (format) => {
		const { log, text } = logOf({ format, secrets: ['s3cr3t/key'] });
		log.info({ url: 'rtsp://admin:hunter2@camera/1' }, 'opened rtsp://admin:hunter2@camera/1?token=hunter2');
		const cause = new Error('with s3cr3t/key in it');
		log.error(
			{ err: new Error('no answer of nats://user:hunter2@bus', { cause }) },
			'it said %s',
			's3cr3t%2Fkey'
		);
		log.warn(new Error('rtsp://admin:hunter2@camera'));
		log.info('s3cr3t/key');
		await new Promise((resolve) => setImmediate(resolve));
		expect(text()).toContain('admin:***@camera');
		expect(text()).toContain('no answer');
		expect(text()).not.toMatch(/hunter2|s3cr3t/);
	}
);
