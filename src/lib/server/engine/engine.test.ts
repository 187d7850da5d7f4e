// The supervision of runs, with real threads and scripted streams: what is wanted runs, and what breaks breaks alone.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { StreamFacts } from '#lib/contracts/facts.ts';
import type { SourceFailure } from '#lib/contracts/failure.ts';
import type { LoadableModel } from '#lib/contracts/model.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';
import { subjects } from '../bus/index.ts';
import type { EngineDeps } from './index.ts';
import { createInferencePool } from './inference/pool.ts';
import { createStreamPool, type StreamPool } from './pool.ts';
import {
	benchOf,
	fakeRegistry,
	livingChildren,
	streamOf,
	until,
	type FakeRegistry
} from './testing/bench.ts';
import type { WatchSource } from './watches.ts';

const SCRIPTED = fileURLToPath(import.meta.resolve('#lib/server/engine/testing/scripted.worker.ts'));
const SCRIPTED_INFERENCE = fileURLToPath(
	import.meta.resolve('#lib/server/engine/testing/scripted-inference.worker.ts')
);
const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });
let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

function scripted(
	streams: FakeRegistry,
	over: {
		threads?: number;
		maxStreams?: number;
		filename?: string;
		watches?: WatchSource;
		inference?: true;
	} & Pick<EngineDeps, 'lastWrites' | 'onIdle'> = {}
) {
	const { threads = 2, maxStreams = 16, filename = SCRIPTED, watches, lastWrites, onIdle } = over;
	const pool: StreamPool = createStreamPool({ threads, log, filename });
	const bench = benchOf({
		streams,
		pool,
		maxStreams,
		...(watches && { watches }),
		...(lastWrites && { lastWrites }),
		...(onIdle && { onIdle }),
		...(over.inference && scriptedModels())
	});
	stop = bench.engine.stop;
	return { ...bench, pool };
}

function scriptedModels(): Pick<EngineDeps, 'models' | 'inferencePool'> {
	const loadable = async (id: string) => ({ id, path: id, spec: { input: {} } }) as LoadableModel;
	const inferencePool = createInferencePool({ threads: 1, log, filename: SCRIPTED_INFERENCE });
	return { models: { loadable }, inferencePool };
}

const statesOf = (registry: FakeRegistry, id: string) =>
	registry.changes.filter(({ streamId }) => streamId === id).map(({ to }) => to);

test('runs what should run, and stops what should not, through every state', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word, bus } = scripted(registry);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	await until('its figures are there', () => engine.status('a').fps === 10);
	expect(engine.status('a')).toMatchObject({ state: 'active', attempt: 0, detail: null, instance: 'test' });

	registry.runnable = [];
	bus.publish(subjects.streamChange, { streamId: 'a', change: 'activation' });
	await until('a is gone', () => engine.statuses().length === 0);
	expect(word('a')).toBe('deactivated');
	await until('it is all stored', () => statesOf(registry, 'a').at(-1) === 'inactive');
	expect(statesOf(registry, 'a')).toEqual([
		'init_startup',
		'in_startup_processing',
		'active',
		'init_shutdown',
		'inactive'
	]);
	expect(new Set(registry.changes.map(({ runId }) => runId)).size).toBe(1);
});

test('another processing version is another run; anything else is not', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	const first = engine.status('a').runId;
	registry.runnable = [streamOf('a', 'scripted://well', { name: 'renamed' })];
	await engine.reconcile();
	expect(engine.status('a').runId).toBe(first);
	registry.runnable = [streamOf('a', 'scripted://well', { processingVersion: '2' })];
	await engine.reconcile();
	await until(
		'the new run is connected',
		() => word('a') === 'connected' && engine.status('a').runId !== first
	);
});

test('several wishes in one breath end with the last', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	for (let version = 2; version <= 6; version++) {
		registry.runnable =
			version === 5 ? [] : [streamOf('a', 'scripted://well', { processingVersion: `${version}` })];
		void engine.reconcile();
	}
	await until(
		'the last is connected',
		() => word('a') === 'connected' && engine.status('a').state === 'active'
	);
	await engine.reconcile();
	expect(engine.statuses()).toHaveLength(1);
});

test.each([
	['exit', /ended unexpectedly \(exit code 3\)/],
	['throw', /the decoder slipped/],
	['memory', /ran out of memory/]
])(
	'a thread that dies by %s takes its own streams alone, says why, and they come back',
	async (how, cause) => {
		const registry = fakeRegistry([
			streamOf('bad', `scripted://${how}`),
			streamOf('other', 'scripted://well')
		]);
		const { engine, word, told, pool } = scripted(registry);
		await engine.start();
		await until('other is connected', () => word('other') === 'connected');
		const [bad, other] = ['bad', 'other'].map((id) => engine.status(id).runId!);
		expect(pool.threadOf(bad!)).not.toBe(pool.threadOf(other!));
		await until('bad is down', () => word('bad') === 'worker_down');
		expect(engine.status('bad')).toMatchObject({
			state: 'error',
			code: 'worker_down',
			detail: expect.stringMatching(cause)
		});
		expect(Date.parse(engine.status('bad').retryAt!)).toBeGreaterThan(Date.now());
		registry.runnable[0] = streamOf('bad', 'scripted://well', { processingVersion: '2' });
		await engine.reconcile();
		await until('bad is well again', () => word('bad') === 'connected');
		expect(engine.status('other').runId).toBe(other);
		expect(told.filter(({ streamId, status }) => streamId === 'other' && status === 'worker_down')).toEqual(
			[]
		);
	}
);

test('a dead worker is replaced by itself, after a backoff', async () => {
	const registry = fakeRegistry(['a', 'b', 'c', 'd'].map((id) => streamOf(id, 'scripted://well')));
	const { engine, word, pool } = scripted(registry);
	await engine.start();
	await until('all are connected', () => engine.statuses().every(({ status }) => status === 'connected'));
	const before = new Map(engine.statuses().map(({ streamId, runId }) => [streamId, runId!]));
	const victimThread = pool.threadOf(before.get('a')!);
	const victims = [...before].filter(([, run]) => pool.threadOf(run) === victimThread).map(([id]) => id);
	expect(victims).toHaveLength(2);
	pool.terminateThreadOf(before.get('a')!);
	await until('its streams are down', () => victims.every((id) => word(id) === 'worker_down'));
	await until('all are connected again', () =>
		engine.statuses().every(({ status }) => status === 'connected')
	);
	for (const [id, run] of before) expect(engine.status(id).runId === run, id).toBe(!victims.includes(id));
});

test('a run bears the id it was promised, and the one after its death another', async () => {
	const promised = randomUUID();
	const registry = fakeRegistry([streamOf('a', 'scripted://well', { nextRunId: promised })]);
	const { engine, word, pool } = scripted(registry);
	await engine.start();
	await until('it is connected', () => word('a') === 'connected');
	expect(engine.status('a').runId).toBe(promised);
	// The registry still promises: it has not heard of the first run yet.
	pool.terminateThreadOf(promised);
	await until('it is down', () => word('a') === 'worker_down');
	await until('it is connected again', () => word('a') === 'connected');
	expect(engine.status('a').runId).not.toBe(promised);
});

test('a stream that hears nothing is given up after its limit, with its child process', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://child')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	registry.runnable = [];
	await engine.reconcile();
	expect(livingChildren('sleep')).toBe(1);
	await until('it is given up', () => engine.statuses().length === 0);
	await until('its child is gone', () => livingChildren('sleep') === 0);
	await until('it is stored', () => statesOf(registry, 'a').at(-1) === 'inactive');
});

test('a worker that ends by itself is told and replaced', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://returns')]);
	const { engine, word, told } = scripted(registry);
	await engine.start();
	await until(
		'it has come back',
		() => new Set(told.filter((s) => s.status === 'connected').map((s) => s.runId)).size > 1
	);
	expect(word('a')).toBeDefined();
	expect(told.some(({ detail }) => detail?.includes('ended by itself'))).toBe(true);
});

test('streams beyond the capacity say so, and take a place that becomes free', async () => {
	const registry = fakeRegistry(['a', 'b', 'c'].map((id) => streamOf(id, 'scripted://well')));
	const { engine, word } = scripted(registry, { maxStreams: 2 });
	await engine.start();
	await until('two are connected', () => word('a') === 'connected' && word('b') === 'connected');
	expect(engine.status('c')).toMatchObject({
		status: 'worker_down',
		code: 'capacity_reached',
		detail: expect.stringContaining('2 streams'),
		advice: expect.stringContaining('VF_MAX_STREAMS')
	});
	registry.runnable = registry.runnable.slice(1);
	await engine.reconcile();
	await until('c has the place', () => word('c') === 'connected');
	expect(engine.statuses().map(({ streamId }) => streamId)).toEqual(['b', 'c']);
});

test('a refused source says why, and runs once it is accepted', async () => {
	const failure: SourceFailure = { code: 'not_allowed', message: 'No', advice: 'Ask', evidence: '' };
	const registry = fakeRegistry();
	registry.refused = [{ id: 'a', name: 'a', token: 1, failure }];
	const { engine, word } = scripted(registry);
	await engine.start();
	expect(engine.status('a')).toMatchObject({
		status: 'stream_error',
		state: 'error',
		code: 'not_allowed',
		detail: 'No'
	});
	registry.refused = [];
	registry.runnable = [streamOf('a', 'scripted://well')];
	await engine.reconcile();
	await until('a is connected', () => word('a') === 'connected');
});

test('an address that may not be reached is denied before the worker connects', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	registry.deny = { code: 'not_allowed', message: '169.254.169.254 is denied', advice: 'Ask', evidence: '' };
	const { engine, word } = scripted(registry);
	await engine.start();
	await until('it is told', () => word('a') === 'stream_error');
	expect(engine.status('a')).toMatchObject({ code: 'not_allowed', detail: '169.254.169.254 is denied' });
	expect(statesOf(registry, 'a')).not.toContain('active');
});

test('the database being away stops nothing, and what happened is stored when it is back', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	registry.away = true;
	await until('a is connected', () => word('a') === 'connected');
	await engine.reconcile();
	expect(word('a')).toBe('connected');
	registry.away = false;
	await until('it is stored', () => statesOf(registry, 'a').includes('active'));
	expect(statesOf(registry, 'a')).toEqual(['init_startup', 'in_startup_processing', 'active']);
	await until('lines are stored', () => registry.lines.some(({ text }) => text === 'live'));
	await until('heartbeats are stored', () => registry.beats.some(({ streamId }) => streamId === 'a'), 15_000);
});

test('a run whose lease went stops at once though the database is away, and is no failure', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well'), streamOf('b', 'scripted://well')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	await until('both are connected', () => word('a') === 'connected' && word('b') === 'connected');
	registry.away = true;
	registry.runnable = registry.runnable.slice(1);
	await engine.reconcile();
	await until('a stopped', () => !engine.occupied('a') || engine.status('a').status === 'deactivated');
	expect(word('b')).toBe('connected');
	registry.away = false;
	await until('its end is stored', () => statesOf(registry, 'a').at(-1) === 'inactive');
	expect(statesOf(registry, 'a')).not.toContain('error');
});

test('a lease taken anew is a run anew, each told under its own token', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word } = scripted(registry);
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	const first = engine.status('a').runId;
	registry.runnable = [streamOf('a', 'scripted://well', { token: 2 })];
	await engine.reconcile();
	await until(
		'another run is connected',
		() => engine.status('a').runId !== first && word('a') === 'connected'
	);
	await until(
		'both are stored',
		() => registry.changes.at(-1)?.to === 'active' && registry.changes.length > 5
	);
	for (const { runId, token } of registry.changes) expect(token).toBe(runId === first ? 1 : 2);
});

test('a stream is occupied until its end is stored, there and by the other rooms', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const told: string[] = [];
	const writes = Promise.withResolvers<void>();
	const { engine, word } = scripted(registry, {
		lastWrites: (id) => (told.push(`last of ${id}`), writes.promise),
		onIdle: (id) => told.push(`${id} is idle, ${statesOf(registry, 'a').at(-1)}`)
	});
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	registry.runnable = [];
	await engine.reconcile();
	await until('its run is over', () => told.length > 0);
	expect(engine.occupied('a')).toBe(true);
	writes.resolve();
	await until('it is over', () => told.length > 1);
	expect(told).toEqual(['last of a', 'a is idle, inactive']);
	expect(engine.occupied('a')).toBe(false);
});

test('a worker file that does not exist is a status, not a crash', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine, word } = scripted(registry, { filename: '/nowhere/stream.worker.ts' });
	await engine.start();
	await until('it is told', () => word('a') === 'worker_down');
	expect(engine.status('a').detail).toMatch(/nowhere/);
});

test('zones and rules reach a run as it begins and as they change, live; what it finds in them goes out', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://watching')]);
	let watch = watchOf('first');
	const { engine, bus, word } = scripted(registry, { watches: { of: async () => watch } });
	const facts: StreamFacts[] = [];
	const rules: string[] = [];
	bus.subscribe(subjects.facts, (told) => facts.push(told));
	bus.subscribe(subjects.ruleState, ({ ruleId }) => rules.push(ruleId));
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	const run = engine.status('a').runId;
	expect(facts).toMatchObject([{ streamId: 'a', zones: [{ zoneId: 'zone first' }] }]);
	expect(rules).toEqual(['rule first']);

	watch = watchOf('second');
	bus.publish(subjects.watchChange, { streamId: 'someone else' });
	bus.publish(subjects.watchChange, { streamId: 'a' });
	await until('the change arrived', () => rules.length === 2);
	expect(rules[1]).toBe('rule second');
	expect(facts[1]?.zones[0]?.zoneId).toBe('zone second');
	expect(engine.status('a').runId).toBe(run);
});

test('zones that cannot be read hold no run up, and come when they can be read', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://watching')]);
	let away = true;
	const of = () =>
		away ? Promise.reject(new Error('the database is away')) : Promise.resolve(watchOf('late'));
	const { engine, bus, word } = scripted(registry, { watches: { of } });
	const rules: string[] = [];
	bus.subscribe(subjects.ruleState, ({ ruleId }) => rules.push(ruleId));
	await engine.start();
	await until('a is connected', () => word('a') === 'connected');
	expect(rules).toEqual([]);
	away = false;
	await until('they have come', () => rules.length > 0);
	expect(rules).toEqual(['rule late']);
});

test('pictures of a run are looked at by its model, one at a time; those that wait too long are told so', async () => {
	const detection = { kind: 'model', modelId: 'well', fps: 5, confidence: 0.4, gated: true } as const;
	const registry = fakeRegistry([
		streamOf('a', 'scripted://asking', { detection }),
		streamOf('broken', 'scripted://asking', { detection: { ...detection, modelId: 'throw' } }),
		streamOf('none', 'scripted://asking')
	]);
	const { engine, bus } = scripted(registry, { inference: true });
	const lines: Record<string, string[]> = { a: [], broken: [], none: [] };
	bus.subscribe(subjects.activity, ({ streamId, text }) => {
		if (text.startsWith('picture')) lines[streamId]!.push(text);
	});
	await engine.start();
	await until('each was answered', () => Object.values(lines).every((said) => said.length >= 25));
	await engine.stop();
	expect(lines.a!.some((line) => line.includes('"label":"person"'))).toBe(true);
	expect(lines.a!.some((line) => line.endsWith('dropped'))).toBe(true);
	expect(lines.broken!.every((line) => /failed|dropped/.test(line))).toBe(true);
	expect(lines.broken!.some((line) => line.endsWith('failed'))).toBe(true);
	expect(lines.none!.every((line) => line.endsWith('failed'))).toBe(true);
	// Every picture is answered once.
	for (const said of Object.values(lines))
		expect(new Set(said.map((line) => line.split(':')[0])).size).toBe(said.length);
	expect(engine.inference().streams).toMatchObject({
		a: { failed: 0, waiting: 0 },
		broken: { looked: 0, waiting: 0 }
	});
	expect(engine.busy()).toBe(false);
});

/** Only what the scripted worker looks at. */
function watchOf(name: string): WatchConfig {
	return { zones: [{ id: `zone ${name}` }], rules: [{ id: `rule ${name}` }] } as WatchConfig;
}

test('logs hold the newest lines', async () => {
	const registry = fakeRegistry([streamOf('a', 'scripted://well')]);
	const { engine } = scripted(registry);
	await engine.start();
	await until('it said something', () => engine.logs('a', 10).some(({ text }) => text === 'live'));
	expect(engine.logs('a', 1)).toHaveLength(1);
	expect(engine.logs('a', 0)).toEqual([]);
	expect(engine.logs('nobody', 10)).toEqual([]);
});

test('shutdown ends within three seconds although some hang, and leaves no process', async () => {
	const behaviours = [
		'well',
		'deaf',
		'child',
		'well',
		'well',
		'deaf',
		'busy',
		'well',
		'well',
		'well',
		'well',
		'well'
	];
	const registry = fakeRegistry(behaviours.map((how, i) => streamOf(`s${i}`, `scripted://${how}`)));
	const { engine, told } = scripted(registry, { threads: 4 });
	await engine.start();
	await until(
		'most were connected',
		() => new Set(told.filter((s) => s.status === 'connected').map((s) => s.streamId)).size > 9
	);
	const started = performance.now();
	await engine.stop();
	expect(performance.now() - started).toBeLessThan(3000);
	await until('its children are gone', () => livingChildren('sleep') === 0);
	expect(registry.changes.filter(({ to }) => to === 'inactive').length).toBe(behaviours.length);
});
