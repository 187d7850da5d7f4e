// Every format: recognised from a file, and the same objects found in it, whatever its numbers mean.
import { expect, it } from 'vitest';
import type { Picture } from '#lib/contracts/model.ts';
import { createModelSession } from './session.ts';
import { modelFolder } from './testing/folder.ts';
import { OBJECTS, SAMPLE_LABELS, SAMPLES, SIDE } from './testing/samples.ts';
import { vetModel } from './vet.ts';

const folder = modelFolder();
const square: Picture = { layout: 'rgb24', width: SIDE, height: SIDE, data: new Uint8Array(SIDE * SIDE * 3) };

it.each(SAMPLES)('recognises $title and finds its objects', async ({ title, format, model }) => {
	const path = folder.write(title, model);
	const verdict = await vetModel(path, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	expect(verdict.spec.format).toBe(format);
	expect(verdict.spec.labels).toEqual(SAMPLE_LABELS);

	const session = await createModelSession({ id: title, path, spec: verdict.spec }, 'cpu', () => {});
	const { detections } = await session.detect(square, 0.4);
	expect(detections).toHaveLength(OBJECTS.length);
	OBJECTS.forEach((object, i) => {
		const { label, confidence, box } = detections[i]!;
		expect(label).toBe(SAMPLE_LABELS[object.label]);
		expect(confidence).toBeCloseTo(object.score, 4);
		expect(box.x * SIDE).toBeCloseTo(object.x1, 3);
		expect(box.y * SIDE).toBeCloseTo(object.y1, 3);
		expect((box.x + box.width) * SIDE).toBeCloseTo(object.x2, 3);
		expect((box.y + box.height) * SIDE).toBeCloseTo(object.y2, 3);
	});
	expect((await session.detect(square, 0.75)).detections).toHaveLength(1);
	await session.release();
});

it.each(SAMPLES)('tells $title in half precision as well', async ({ title, format, model }) => {
	const outputs = model.outputs.map((output) => ({ ...output, type: output.type ?? ('float16' as const) }));
	const input = { dims: [1, 3, SIDE, SIDE], type: 'float16' as const };
	const path = folder.write(`${title} in half`, { ...model, input, outputs });
	const verdict = await vetModel(path, {});
	if (!verdict.ok) throw new Error(verdict.problem);
	expect(verdict.spec.format).toBe(format);
	expect(verdict.spec.input.dtype).toBe('float16');

	const session = await createModelSession({ id: title, path, spec: verdict.spec }, 'cpu', () => {});
	const { detections } = await session.detect(square, 0.4);
	expect(detections.map(({ label }) => label)).toEqual(OBJECTS.map(({ label }) => SAMPLE_LABELS[label]));
	detections.forEach(({ box }, i) => expect(Math.abs(box.x * SIDE - OBJECTS[i]!.x1)).toBeLessThan(0.05));
	await session.release();
});

it.each(SAMPLES)('keeps to $title when the uploader says so', async ({ title, format, model }) => {
	const verdict = await vetModel(folder.write(`${title} as told`, model), { format });
	expect(verdict.ok && verdict.spec.format).toBe(format);
});
