// The broker with a pool that answers when the test says so: bounds, turns, batches, failures, and every question answered once.
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ExecutionProvider, LoadableModel } from '#lib/contracts/model.ts';
import type { InferenceAnswer, InferenceTask } from '#lib/workers/detect/task.ts';
import { createBroker, type BrokerDeps } from './broker.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const modelOf = (id: string, dynamicBatch = false) =>
	({ id, path: `/${id}.onnx`, spec: { input: { dynamicBatch } } }) as LoadableModel;

interface UnderWay {
	task: InferenceTask;
	/** Names of the pictures, as `ask` gave them. */
	pictures: string[];
	finish(over?: Partial<InferenceAnswer>): Promise<void>;
	fail(why: string): Promise<void>;
}

function bench(over: Partial<BrokerDeps> = {}) {
	const underWay: UnderWay[] = [];
	const said: string[] = [];
	const errors: string[] = [];
	const settle = async () => void (await vi.advanceTimersByTimeAsync(0));

	function run(task: InferenceTask): Promise<InferenceAnswer> {
		const { promise, resolve, reject } = Promise.withResolvers<InferenceAnswer>();
		const results = task.pictures.map(() => ({ detections: [], runMs: 10, totalMs: 12 }));
		underWay.push({
			task,
			pictures: task.pictures.map(({ buffer }) => Buffer.from(buffer as Uint8Array).toString()),
			finish: (more = {}) => (resolve({ results, provider: 'cpu', note: null, ...more }), settle()),
			fail: (why) => (reject(new Error(why)), settle())
		});
		return promise;
	}

	const log = pino({ level: 'error' }, { write: (line) => errors.push(line) });
	const broker = createBroker({
		run,
		models: { loadable: async (id) => modelOf(id) },
		threads: 1,
		pending: 2,
		provider: 'cpu',
		log,
		now: () => Date.now(),
		...over
	});

	/** Asks, and notes the outcome as `name: outcome`. */
	async function ask(key: string, name: string, modelId = 'nano'): Promise<void> {
		broker.ask(key, {
			modelId,
			picture: { layout: 'rgb24', width: 1, height: 1, buffer: Buffer.from(name) },
			confidence: 0.1,
			answer: (outcome) => said.push(`${name}: ${outcome.ok ? 'ok' : outcome.reason}`)
		});
		await settle();
	}

	const at = (index: number) => underWay[index]!;
	return {
		broker,
		ask,
		said,
		errors,
		underWay,
		at,
		looked: () => underWay.flatMap(({ pictures }) => pictures)
	};
}

test('no more tasks are under way than there are threads; an end lets the next in', async () => {
	const { ask, said, at, looked } = bench({ threads: 2 });
	for (const key of ['a', 'b', 'c']) await ask(key, `${key}1`);
	expect(looked()).toEqual(['a1', 'b1']);
	await at(1).finish();
	expect(looked()).toEqual(['a1', 'b1', 'c1']);
	expect(said).toEqual(['b1: ok']);
});

test('of one stream a few may wait: beyond it the oldest is dropped, answered and counted', async () => {
	const { broker, ask, said, at, looked } = bench();
	for (let n = 1; n <= 6; n++) await ask('a', `a${n}`);
	expect(said).toEqual(['a2: dropped', 'a3: dropped', 'a4: dropped']);
	for (let n = 0; n < 3; n++) await at(n).finish();
	expect(looked()).toEqual(['a1', 'a5', 'a6']);
	expect(broker.figures()).toMatchObject({ busy: 0, waiting: 0, provider: 'cpu' });
	expect(broker.figures().streams.a).toMatchObject({ looked: 3, dropped: 3, failed: 0, waiting: 0 });
	const { sum, buckets } = broker.figures().streams.a!.seconds;
	expect(sum).toBeCloseTo(0.036);
	expect(buckets.slice(0, 4)).toEqual([0, 0, 3, 3]);
});

test('turns go round: a stream that asks more than it can get takes nothing from the others', async () => {
	const { ask, at, underWay } = bench();
	const served = { greedy: 0, a: 0, b: 0 };
	for (let round = 0; round < 30; round++) {
		for (const name of ['greedy', 'greedy', 'greedy', 'a', 'b']) await ask(name, name);
		await at(underWay.length - 1).finish();
		served[underWay.at(-1)!.pictures[0] as keyof typeof served]++;
	}
	expect(Math.max(...Object.values(served)) - Math.min(...Object.values(served))).toBeLessThanOrEqual(1);
});

test('a second thread goes to a stream that has none, though another asked first', async () => {
	const { ask, at, looked } = bench({ threads: 2, pending: 5 });
	await ask('a', 'a1');
	await ask('b', 'b1');
	for (const name of ['a2', 'a3']) await ask('a', name);
	await ask('c', 'c1');
	await at(1).finish();
	expect(looked()).toEqual(['a1', 'b1', 'c1']);
});

test('an accelerator gets pictures of several streams at once where the model takes them; a CPU never does', async () => {
	for (const [provider, dynamic, expected] of [
		['cuda', true, [['b1', 'c1', 'b2']]],
		['cuda', false, [['b1'], ['c1'], ['b2']]],
		['cpu', true, [['b1'], ['c1'], ['b2']]]
	] as [ExecutionProvider, boolean, string[][]][]) {
		const { ask, at, underWay, said } = bench({
			provider: 'cuda',
			models: { loadable: async (id) => modelOf(id, dynamic) }
		});
		await ask('a', 'a1');
		for (const name of ['b1', 'b2']) await ask('b', name);
		await ask('c', 'c1');
		await ask('d', 'd1', 'another');
		await at(0).finish({ provider });
		for (let n = 1; n < underWay.length; n++) await at(n).finish({ provider });
		const batches = underWay.slice(1).map(({ pictures }) => pictures);
		expect(batches.filter((batch) => batch[0] !== 'd1')).toEqual(expected);
		expect(said.sort()).toEqual(['a1: ok', 'b1: ok', 'b2: ok', 'c1: ok', 'd1: ok']);
	}
});

test('a model that fails answers, is told in the log once, rests, and works again', async () => {
	const { ask, at, said, errors, underWay } = bench();
	await ask('a', 'a1');
	await at(0).fail('the tensor is wrong');
	await ask('a', 'a2');
	expect(said).toEqual(['a1: failed', 'a2: failed']);
	expect(underWay).toHaveLength(1);
	expect(errors.filter((line) => line.includes('the tensor is wrong'))).toHaveLength(1);
	await ask('b', 'b1', 'another');
	await at(1).finish();
	expect(said.at(-1)).toBe('b1: ok');
	await vi.advanceTimersByTimeAsync(1000);
	await ask('a', 'a3');
	await at(2).finish();
	expect(said.at(-1)).toBe('a3: ok');
});

test('it rests for longer with each failure, and no longer than half a minute', async () => {
	const { ask, at, underWay } = bench();
	const start = Date.now();
	const tries: number[] = [];
	for (let second = 0; second < 150; second++) {
		const before = underWay.length;
		await ask('a', 'a');
		if (underWay.length > before) {
			tries.push((Date.now() - start) / 1000);
			await at(before).fail('no');
		}
		await vi.advanceTimersByTimeAsync(1000);
	}
	expect(tries).toEqual([0, 1, 2, 4, 8, 16, 32, 62, 92, 122]);
});

test('a model that is gone, and one that cannot be looked up, are failures in words; both are looked up again', async () => {
	let found: (() => Promise<LoadableModel | null>) | null = () => Promise.resolve(null);
	const { ask, said, errors } = bench({ models: { loadable: () => found!() } });
	await ask('a', 'a1');
	found = () => Promise.reject(new Error('the database is away'));
	await vi.advanceTimersByTimeAsync(31_000);
	await ask('a', 'a2');
	expect(said).toEqual(['a1: failed', 'a2: failed']);
	expect(errors.join()).toMatch(/no such model.*the database is away/s);
	found = async () => modelOf('nano');
	await vi.advanceTimersByTimeAsync(3000);
	await ask('a', 'a3');
	expect(said).toHaveLength(2);
});

test('a model still being looked up keeps nobody else waiting', async () => {
	const { ask, looked, said } = bench({
		models: { loadable: (id) => (id === 'slow' ? new Promise(() => {}) : Promise.resolve(modelOf(id))) }
	});
	for (const name of ['a1', 'a2', 'a3']) await ask('a', name, 'slow');
	await ask('b', 'b1');
	expect(looked()).toEqual(['b1']);
	expect(said).toEqual(['a1: dropped']);
});

test('a run that takes for ever is answered as failed, its thread stays taken, and its end changes nothing more', async () => {
	const { broker, ask, at, said, looked } = bench();
	await ask('a', 'a1');
	await ask('b', 'b1');
	await vi.advanceTimersByTimeAsync(31_000);
	expect(said).toEqual(['a1: failed']);
	expect(broker.figures()).toMatchObject({ busy: 1, waiting: 1 });
	await at(0).finish();
	expect(said).toEqual(['a1: failed']);
	expect(looked()).toEqual(['a1', 'b1']);
});

test('who withdraws hears nothing of what waited; who asks a closed one is told at once', async () => {
	const { broker, ask, at, said, looked } = bench();
	await ask('a', 'a1');
	await ask('a', 'a2');
	await ask('b', 'b1');
	broker.withdraw('a');
	broker.close();
	await ask('c', 'c1');
	await at(0).finish();
	expect(looked()).toEqual(['a1']);
	expect(said).toEqual(['b1: dropped', 'c1: dropped', 'a1: ok']);
});
