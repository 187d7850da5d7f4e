// Formats whose shapes look alike, told apart; the usual shapes of published models.
import { expect, it } from 'vitest';
import type { Output } from './decode/decoder.ts';
import { findForm, fitForm, isTransposed, type Evidence } from './forms.ts';

function output(
	dims: number[],
	value: (column: number, row: number) => number = () => 0,
	name = 'out'
): Output {
	const width = dims.at(-1)!;
	const length = dims.reduce((product, dim) => product * dim, 1);
	const data = Float32Array.from({ length }, (_, i) => value(i % width, Math.floor(i / width)));
	return { name, dims, data };
}

const evidence = (side: number, outputs: Output[], rest: Partial<Evidence> = {}): Evidence => ({
	width: side,
	height: side,
	outputs,
	sized: false,
	named: null,
	...rest
});

it.each([
	['YOLOv5s', 640, [1, 25_200, 85], 'yolov5', 80],
	['YOLOv5s6', 1280, [1, 102_000, 85], 'yolov5', 80],
	['YOLOv3-tiny', 416, [1, 2535, 85], 'yolov5', 80],
	['YOLOv8n', 640, [1, 84, 8400], 'yolov8', 80],
	['YOLOv8n of one class', 640, [1, 5, 8400], 'yolov8', 1],
	['YOLOv8-p2', 640, [1, 84, 34_000], 'yolov8', 80],
	['YOLOv8-p6', 640, [1, 84, 8500], 'yolov8', 80],
	['YOLOv10n', 640, [1, 300, 6], 'end_to_end', null],
	['YOLOX-s', 640, [1, 8400, 85], 'yolox_raw', 80],
	['YOLOX-nano of one class', 64, [1, 84, 6], 'yolox_raw', 1]
] as const)('knows %s by its shapes', (_, side, dims, format, classes) => {
	const form = findForm(evidence(side, [output([...dims])]));
	expect(form).toMatchObject({ format, classes });
});

it('knows oblong inputs', () => {
	const cells = 80 * 48 + 40 * 24 + 20 * 12;
	const form = findForm({ ...evidence(640, [output([1, 84, cells])]), height: 384 });
	expect(form).toMatchObject({ format: 'yolov8', strides: [8, 16, 32] });
});

it('tells raw YOLOX from decoded by sizes that no box has, or by centres that cover no picture', () => {
	const positive = output([1, 84, 8], (column) => (column < 4 ? 0.5 : 0.1));
	expect(findForm(evidence(64, [positive]))?.format).toBe('yolox_raw');
	const decoded = output([1, 84, 8], (column, row) => (column < 2 ? row % 64 : column < 4 ? 8 : 0.1));
	expect(findForm(evidence(64, [decoded]))).toMatchObject({
		format: 'yolox_decoded',
		pixels: { order: 'bgr', scale: [1, 1, 1] }
	});
	const v6 = output([1, 84, 8], (column, row) =>
		column < 2 ? row % 64 : column < 4 ? 8 : column === 4 ? 1 : 0.1
	);
	expect(findForm(evidence(64, [v6]))).toMatchObject({ format: 'yolox_decoded', pixels: { order: 'rgb' } });
});

it('tells NanoDet-Plus from a YOLOX with four strides by where the probabilities are', () => {
	const plus = output([1, 85, 112], (column) => (column < 80 ? 0.01 : -3));
	expect(findForm(evidence(64, [plus]))).toMatchObject({ format: 'nanodet', classes: 80 });
	const yolox = output([1, 85, 112], (column) => (column < 4 ? -1 : 0.01));
	expect(findForm(evidence(64, [yolox]))).toMatchObject({ format: 'yolox_raw', strides: [8, 16, 32, 64] });
});

it('tells two classes of RT-DETR from the end-to-end form by names and fractions', () => {
	const fractions = output([1, 300, 6], () => 0.5);
	expect(findForm(evidence(640, [fractions], { named: ['a', 'b'] }))?.format).toBe('detr');
	expect(findForm(evidence(640, [fractions]))?.format).toBe('end_to_end');
	const pixels = output([1, 300, 6], () => 200);
	expect(findForm(evidence(640, [pixels], { named: ['a', 'b'] }))?.format).toBe('end_to_end');
});

it('takes an end-to-end model whose rows come with what it finds', () => {
	expect(findForm(evidence(640, [output([1, 0, 6])]))?.format).toBe('end_to_end');
});

it('wants the picture’s size as an input where boxes are in its pixels', () => {
	const outputs = ['labels', 'boxes', 'scores'].map((name) =>
		output(name === 'boxes' ? [1, 300, 4] : [1, 300], () => 0, name)
	);
	expect(findForm(evidence(640, outputs, { sized: true }))?.format).toBe('detr');
	expect(findForm(evidence(640, outputs))).toBeNull();
});

it('fits nothing to shapes of other kinds', () => {
	for (const dims of [
		[1, 1000],
		[1, 84, 8399],
		[1, 3, 80, 80, 85],
		[1, 84, 80, 80],
		[1, 1001, 6]
	])
		expect(findForm(evidence(640, [output(dims)]))?.format, dims.join()).toBeUndefined();
	const segmentation = [output([1, 116, 8400]), output([1, 32, 160, 160], () => 0, 'masks')];
	expect(findForm(evidence(640, segmentation))).toBeNull();
});

it('lets the uploader decide between formats of the same shape, but not against the shape', () => {
	const rows = evidence(64, [output([1, 84, 6])]);
	expect(fitForm(rows, 'end_to_end')?.format).toBe('end_to_end');
	expect(fitForm(rows, 'yolox_decoded')).toMatchObject({ classes: 1 });
	expect(fitForm(rows, 'yolov8')).toBeNull();
	expect(fitForm(rows, 'nanodet')).toBeNull();
});

it('sees a v8 form with rows and columns exchanged', () => {
	const rows = [output([1, 84, 7])];
	expect(isTransposed(evidence(64, rows, { named: ['a', 'b', 'c'] }))).toBe(true);
	expect(isTransposed(evidence(64, rows, { named: ['a', 'b'] }))).toBe(false);
});
