// What the log keeps to itself.
import { expect, it } from 'vitest';
import { causeChain } from './errors.ts';
import { createLogger } from './log.ts';

it('tells the statement of a failed query, not its parameters', () => {
	const lines: string[] = [];
	const destination = { write: (line: string) => void lines.push(line) };
	const log = createLogger({ level: 'info', format: 'json', instance: 'test', destination });
	const cause = Object.assign(new Error('duplicate key'), { code: '23505' });
	const failed = Object.assign(
		new Error('Failed query: insert into users values ($1)\nparams: hunter2', { cause }),
		{
			query: 'insert into users values ($1)',
			params: ['hunter2']
		}
	);
	log.error({ err: failed }, 'request failed');
	const told = lines.join('');
	expect(told).toContain('insert into users values ($1)');
	expect(told).toContain('23505');
	expect(told).not.toContain('hunter2');
	expect(causeChain(failed)).toBe('a query failed: duplicate key');
});
