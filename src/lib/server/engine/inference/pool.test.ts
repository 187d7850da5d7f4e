// The inference threads, real ones: pictures arrive without a copy, deaths are answered and mended, and a stop waits.
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { LoadableModel } from '#lib/contracts/model.ts';
import type { InferenceTask } from '#lib/workers/detect/task.ts';
import { createInference } from './index.ts';
import { createInferencePool, type InferencePool } from './pool.ts';

const filename = fileURLToPath(
	import.meta.resolve('#lib/server/engine/testing/scripted-inference.worker.ts')
);
const log = pino({ level: 'silent' });
let pool: InferencePool;
afterEach(() => pool.stop(2000));

const threads = (count: number) => (pool = createInferencePool({ threads: count, log, filename }));
const modelOf = (path: string) => ({ id: path, path, spec: { input: {} } }) as LoadableModel;
const picture = () => ({
	layout: 'yuv420p' as const,
	width: 4,
	height: 4,
	buffer: new SharedArrayBuffer(24)
});
const taskOf = (path: string): InferenceTask => ({
	model: modelOf(path),
	provider: 'cpu',
	pictures: [picture()],
	confidence: 0.1
});

test('a thread looks, and several do at once', async () => {
	const { run } = threads(2);
	const answers = await Promise.all(['well', 'well', 'well', 'well'].map((path) => run(taskOf(path))));
	expect(answers.map(({ results }) => results[0]?.detections[0]?.label)).toEqual(Array(4).fill('person'));
	expect(pool.busy).toBe(0);
});

test('a model that throws fails its task alone, with its words', async () => {
	const { run } = threads(1);
	await expect(run(taskOf('throw'))).rejects.toThrow('the tensor is wrong');
	expect((await run(taskOf('well'))).results).toHaveLength(1);
});

test('a thread that dies fails its task and is replaced', async () => {
	const { run } = threads(1);
	await expect(run(taskOf('exit'))).rejects.toThrow();
	expect((await run(taskOf('well'))).results).toHaveLength(1);
});

test('a stop waits for what runs; past its limit it leaves the thread alone, and quiet tells when it is done', async () => {
	const { run } = threads(1);
	await run(taskOf('well'));
	const answer = run(taskOf('busy'));
	const began = performance.now();
	await pool.stop(100);
	expect(performance.now() - began).toBeLessThan(500);
	expect(pool.busy).toBe(1);
	await pool.quiet();
	expect((await answer).results).toHaveLength(1);
	expect(pool.busy).toBe(0);
});

test('a stop that comes in time ends the threads after the run', async () => {
	const { run } = threads(1);
	await run(taskOf('well'));
	const answer = run(taskOf('busy'));
	await pool.stop(2000);
	expect((await answer).results).toHaveLength(1);
	expect(pool.busy).toBe(0);
});

test('a stop before the first use is nothing', async () => {
	await threads(4).stop(100);
});

test('single questions: answered, refused when many wait, and failures in words with their code', async () => {
	threads(1);
	const models = { loadable: async (id: string) => (id === 'gone' ? null : modelOf(id)) };
	const inference = createInference({ threads: 1, pending: 2, provider: 'cpu', log, models, pool });
	const ask = (model: string) => inference.infer(model, picture(), 0.3);
	expect((await ask('well')).detections).toHaveLength(1);
	await expect(ask('gone')).rejects.toMatchObject({ code: 'not_found' });
	await expect(ask('throw')).rejects.toMatchObject({
		code: 'model_unusable',
		message: expect.stringContaining('the tensor is wrong')
	});
	const asked = await Promise.allSettled(Array.from({ length: 6 }, () => ask('well')));
	expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
	expect(asked[5]).toMatchObject({ reason: { code: 'rate_limited' } });
	expect(inference.figures().streams).toEqual({});
	await inference.stop(1000);
	await expect(ask('well')).rejects.toMatchObject({ code: 'unavailable' });
});
