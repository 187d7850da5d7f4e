// Who is asked what, and what becomes of it when nobody answers.
import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { InstanceRecord } from '#lib/contracts/instance.ts';
import type { ProbeResult } from '#lib/contracts/probe.ts';
import type { SourceConfig } from '#lib/contracts/run.ts';
import { AppError } from '../base/errors.ts';
import { createMemoryBus, questions } from '../bus/index.ts';
import type { LocalEngine } from './ports.ts';
import { createRemote, type RemoteDeps } from './remote.ts';

const log = pino({ level: 'silent' });
const SOURCE = { kind: 'rtsp' } as unknown as SourceConfig;
const LOOKED: ProbeResult = {
	ok: false,
	failure: { code: 'refused', message: '', advice: '', evidence: '' },
	elapsedMs: 1
};

/** What the engine here was asked for, and whom the bus asked for what. */
let here: string[];
let asked: string[];
let answers: Record<string, () => unknown>;

const engine: LocalEngine = {
	statuses: () => [],
	status: () => {
		throw new Error('not asked for');
	},
	logs: (id, tail) => {
		here.push(`logs ${id} ${tail}`);
		return [];
	},
	retryNow: (id) => void here.push(`retry ${id}`),
	probe: async () => {
		here.push('probe');
		return LOOKED;
	}
};

function instance(id: string, rest: Partial<InstanceRecord> = {}): InstanceRecord {
	return {
		...{ id, state: 'up', roles: ['worker'], labels: {}, version: '1', address: null, streams: 0 },
		...{ max_streams: 4, started_at: '', heartbeat_at: '', clock_skew_s: 0 },
		...rest
	};
}

function remoteOf(deps: Partial<RemoteDeps> = {}) {
	const bus = createMemoryBus(log, 'here');
	return createRemote({
		self: { id: 'here', roles: ['web'], labels: {} },
		bus: {
			...bus,
			async ask(question, who) {
				asked.push(`${question.name} ${who}`);
				const answer = answers[who];
				if (!answer) throw new AppError('unavailable', `${who} does not answer`);
				return answer() as never;
			}
		},
		log,
		engine: () => engine,
		holder: (id) => ({ mine: 'here', theirs: 'there' })[id] ?? null,
		instances: () => [],
		...deps
	});
}

beforeEach(() => {
	here = [];
	asked = [];
	answers = {};
});

test('what runs here, or nowhere, is asked of the engine here', async () => {
	const remote = remoteOf();
	await remote.logs('mine', 5);
	await remote.logs('nobodys', 5);
	await remote.retryNow('mine');
	expect(here).toEqual(['logs mine 5', 'logs nobodys 5', 'retry mine']);
	expect(asked).toEqual([]);
});

test('what runs elsewhere is asked of whoever runs it', async () => {
	const line = { at: '2030-01-01T00:00:00Z', runId: null, level: 'info', text: 'connected' };
	answers = { there: () => [line] };
	expect(await remoteOf().logs('theirs', 5)).toEqual([line]);
	await remoteOf().retryNow('theirs');
	expect(asked).toEqual(['engine.logs there', 'engine.retry there']);
	expect(here).toEqual([]);
});

test('an instance that does not answer leaves the log empty, and another attempt untaken', async () => {
	expect(await remoteOf().logs('theirs', 5)).toEqual([]);
	await expect(remoteOf().retryNow('theirs')).rejects.toMatchObject({ code: 'unavailable' });
});

test('a source is looked at from here where this instance may run it', async () => {
	const self = { id: 'here', roles: ['web', 'worker'] as const, labels: { site: 'north' } };
	await remoteOf({ self }).probe(SOURCE, { site: 'north' });
	expect([here, asked]).toEqual([['probe'], []]);
	await expect(remoteOf({ self }).probe(SOURCE, { site: 'south' })).rejects.toMatchObject({
		code: 'unavailable',
		message: expect.stringContaining('bears site=south') as string
	});
});

const SOUTH = { labels: { site: 'south' } };
const FLEET = [
	instance('here', SOUTH),
	instance('full', { ...SOUTH, streams: 4 }),
	instance('half', { ...SOUTH, streams: 2 }),
	instance('free', { ...SOUTH, streams: 1 }),
	instance('away', { ...SOUTH, state: 'away' }),
	instance('web', { ...SOUTH, roles: ['web'] }),
	instance('north')
];

test('else from the freest that bears the labels, and from the next when that does not answer', async () => {
	answers = { half: () => LOOKED };
	const remote = remoteOf({ instances: () => FLEET });
	expect(await remote.probe(SOURCE, { site: 'south' })).toEqual(LOOKED);
	expect(asked).toEqual(['engine.probe free', 'engine.probe half']);
});

test('from two at most, and not again after an answer that was no', async () => {
	const remote = remoteOf({ instances: () => FLEET });
	await expect(remote.probe(SOURCE, { site: 'south' })).rejects.toMatchObject({ code: 'unavailable' });
	expect(asked).toHaveLength(2);
	answers = {
		free: () => {
			throw new AppError('rate_limited', '4 sources are being tried already.');
		}
	};
	await expect(remote.probe(SOURCE, { site: 'south' })).rejects.toMatchObject({ code: 'rate_limited' });
	expect(asked).toHaveLength(3);
});

test('where no instance runs workers, that is said', async () => {
	await expect(remoteOf().probe(SOURCE, {})).rejects.toThrow(/No instance runs workers.*VF_ROLES/);
});

test('others are answered from the engine here, until it ends', async () => {
	const bus = createMemoryBus(log, 'here');
	const stop = remoteOf({ bus }).answer();
	await bus.ask(questions.logs, 'here', { streamId: 'a', tail: 3 }, 100);
	await bus.ask(questions.retry, 'here', { streamId: 'a' }, 100);
	await bus.ask(questions.probe, 'here', SOURCE, 100);
	expect(here).toEqual(['logs a 3', 'retry a', 'probe']);
	stop();
	await expect(bus.ask(questions.retry, 'here', { streamId: 'a' }, 100)).rejects.toMatchObject({
		code: 'unavailable'
	});
});
