// A session: what it is given, what it answers, and what it does when something is wrong.
import { describe, expect, it } from 'vitest';
import type { LoadableModel, Picture } from '#lib/contracts/model.ts';
import infer from '../inference.worker.ts';
import { compileDetectModule } from './kernel.ts';
import { openSession } from './runtime.ts';
import { createModelSession } from './session.ts';
import { createSessionShelf } from './shelf.ts';
import { Tensors } from './tensors.ts';
import { modelFolder } from './testing/folder.ts';
import type { WrittenModel } from './testing/onnx-writer.ts';
import { SAMPLES, SIDE } from './testing/samples.ts';
import { vetModel } from './vet.ts';

const folder = modelFolder();

async function loadable(id: string, model: WrittenModel): Promise<LoadableModel> {
	const path = folder.write(id, model);
	const verdict = await vetModel(path, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	return { id, path, spec: verdict.spec };
}

function grey(value: number, width = SIDE, height = SIDE): Picture {
	return { layout: 'rgb24', width, height, data: new Uint8Array(width * height * 3).fill(value) };
}

/** One box whose confidence is the picture's brightness: tells which picture an answer is of. */
function brightnessMeter(
	batch: number | string,
	type: 'float32' | 'float16' | 'uint8' = 'float32'
): WrittenModel {
	const gains = new Float32Array(60);
	gains[4] = type === 'uint8' ? 1 / 255 : 1;
	const values = new Float32Array(60);
	values.set([10, 10, 20, 30, 0, 1]);
	return {
		input: { dims: [batch, 3, SIDE, SIDE], type },
		outputs: [{ name: 'out', dims: [1, 10, 6], values, gains }]
	};
}

it.each(['float32', 'float16', 'uint8'] as const)('feeds the picture as %s', async (type) => {
	const model = await loadable(`meter-${type}`, brightnessMeter(1, type));
	const session = await createModelSession(model, 'cpu', () => {});
	for (const value of [51, 204]) {
		const { detections, runMs, totalMs } = await session.detect(grey(value), 0.1);
		expect(detections).toHaveLength(1);
		expect(detections[0]!.label).toBe('bicycle');
		expect(detections[0]!.confidence).toBeCloseTo(value / 255, 2);
		expect(totalMs).toBeGreaterThan(runMs);
	}
	expect((await session.detect(grey(10), 0.1)).detections).toEqual([]);
	await session.release();
});

it('reads a batch of the runtime’s as many pictures', async () => {
	const { path, spec } = await loadable('batch', brightnessMeter('n'));
	expect(spec.input.dynamicBatch).toBe(true);
	const { session } = await openSession(path, 'cpu', () => {});
	const tensors = new Tensors(await compileDetectModule(), spec, session, 4);
	for (const values of [[100, 200, 50], [25], [1, 2, 3, 4]]) {
		values.forEach((value, item) => tensors.write(grey(value, 30, 20 + item), item));
		const outputs = await tensors.run(values.length);
		values.forEach((value, item) => {
			const { data, dims } = outputs(item)[0]!;
			expect(dims).toEqual([1, 10, 6]);
			// The picture's share of the input, and grey 114 around it.
			const share = Math.round((SIDE * Math.min(30, 20 + item)) / Math.max(30, 20 + item)) / SIDE;
			expect(data[4]! * 255).toBeCloseTo(value * share + 114 * (1 - share), 1);
		});
	}
	await session.release();
});

it('answers several pictures one by one on the CPU, each with its own boxes', async () => {
	const session = await createModelSession(await loadable('several', brightnessMeter('n')), 'cpu', () => {});
	const results = await session.detectBatch([grey(60), grey(200), grey(90)], 0);
	expect(results.map(({ detections }) => Math.round(detections[0]!.confidence * 255))).toEqual([60, 200, 90]);
	expect(await session.detectBatch([], 0)).toEqual([]);
	await session.release();
});

it('stays good after a picture that is none', async () => {
	const session = await createModelSession(await loadable('after', brightnessMeter(1)), 'cpu', () => {});
	await expect(session.detect({ ...grey(9), data: new Uint8Array(3) }, 0)).rejects.toThrow(/needs \d+ bytes/);
	expect((await session.detect(grey(255, 1920, 1080), 0.1)).detections).toHaveLength(1);
	await session.release();
});

it('says once that the provider asked for cannot be had, and goes on with the CPU', async () => {
	const said: string[] = [];
	const model = await loadable('fallback', brightnessMeter(1));
	const session = await createModelSession(model, 'coreml', (text) => said.push(text));
	expect(session.provider).toBe('cpu');
	expect(said).toHaveLength(1);
	expect(said[0]).toMatch(/coreml cannot be used \(.+\); models run on the CPU instead/);
	await session.release();
});

it('counts boxes that are no numbers, and says so once', async () => {
	const v8 = SAMPLES.find(({ format }) => format === 'yolov8')!.model;
	const values = Float32Array.from(v8.outputs[0]!.values);
	values[8] = Infinity; // x of the second object's anchor
	const model = await loadable('nan', { ...v8, outputs: [{ ...v8.outputs[0]!, values }] });
	const said: string[] = [];
	const session = await createModelSession(model, 'cpu', (text) => said.push(text));
	for (const times of [1, 2, 3]) {
		expect((await session.detect(grey(0), 0.4)).detections).toHaveLength(2);
		expect(session.discarded).toBe(times);
	}
	expect(said).toEqual([expect.stringMatching(/not numbers/)]);
	await session.release();
});

it('rejects where the file has gone', async () => {
	const model = await loadable('gone', brightnessMeter(1));
	await expect(
		createModelSession({ ...model, path: `${model.path}.gone` }, 'cpu', () => {})
	).rejects.toThrow();
});

describe('a thread', () => {
	it('keeps a few sessions, loses the least recently used, and tells its notes once', async () => {
		const models = await Promise.all(['a', 'b', 'c'].map((id) => loadable(id, brightnessMeter(1))));
		const [a, b, c] = models as [LoadableModel, LoadableModel, LoadableModel];
		const shelf = createSessionShelf({ most: 2 });
		const first = await shelf.take(a, 'coreml');
		expect(first.note).toMatch(/coreml/);
		await shelf.take(b, 'cpu');
		const again = await shelf.take(a, 'coreml');
		expect(again).toEqual({ session: first.session, note: null });
		await shelf.take(c, 'cpu');
		expect(shelf.size).toBe(2);
		expect((await shelf.take(a, 'coreml')).session).toBe(first.session);
		await expect(shelf.take({ ...b, path: '/nowhere.onnx' }, 'cpu')).rejects.toThrow();
		expect(shelf.size).toBe(2);
		await shelf.clear();
		expect(shelf.size).toBe(0);
	});

	it('releases what nobody has used for a while', async () => {
		const shelf = createSessionShelf({ idleMs: 30 });
		await shelf.take(await loadable('idle', brightnessMeter(1)), 'cpu');
		await expect.poll(() => shelf.size).toBe(0);
		await shelf.clear();
	});

	it('answers a task over shared memory', async () => {
		const model = await loadable('task', brightnessMeter(1));
		const shared = new SharedArrayBuffer(SIDE * SIDE * 1.5);
		new Uint8Array(shared).fill(235, 0, SIDE * SIDE).fill(128, SIDE * SIDE);
		const pictures = [
			{ layout: 'yuv420p' as const, width: SIDE, height: SIDE, buffer: shared },
			{ layout: 'rgb24' as const, width: SIDE, height: SIDE, buffer: grey(51).data }
		];
		const answer = await infer({ model, provider: 'cpu', pictures, confidence: 0.1 });
		expect(answer).toMatchObject({ provider: 'cpu', note: null });
		expect(answer.results.map(({ detections }) => detections[0]!.confidence)).toEqual([
			expect.closeTo(1, 3),
			expect.closeTo(0.2, 3)
		]);
	});
});
