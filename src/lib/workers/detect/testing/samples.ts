// The same objects told in every format's way: what a model would have to answer for them to be found.
import type { ModelFormat } from '#lib/contracts/model.ts';
import { cellsOf, forEachCell, gridCells } from '../decode/grid.ts';
import type { Candidate } from '../decode/candidates.ts';
import type { WrittenModel, WrittenOutput } from './onnx-writer.ts';

/** Side of the samples' input, px: 84 cells at strides 8, 16 and 32. */
export const SIDE = 64;
const USUAL = [8, 16, 32];
const CELLS = gridCells(SIDE, SIDE, USUAL);
export const SAMPLE_LABELS = ['person', 'car', "driver's cab"];
const CLASSES = SAMPLE_LABELS.length;
const METADATA = { names: `{0: 'person', 1: 'car', 2: "driver's cab"}`, task: 'detect', stride: '32' };

/** Two objects of different classes at one place, one more elsewhere; centres that no two cells share. */
export const OBJECTS: Candidate[] = [
	{ x1: 10, y1: 14, x2: 30, y2: 46, score: 0.8, label: 0 },
	{ x1: 12, y1: 20, x2: 32, y2: 52, score: 0.7, label: 2 },
	{ x1: 38, y1: 6, x2: 62, y2: 26, score: 0.6, label: 1 }
];
/** The first object once more, less sure: formats without suppression of their own have it dropped. */
export const REPEAT: Candidate = { x1: 10, y1: 12, x2: 30, y2: 45, score: 0.5, label: 0 };

export interface Sample {
	title: string;
	format: ModelFormat;
	model: WrittenModel;
}

type Fill = (values: Float32Array, dims: number[]) => void;

function dense(dims: number[], fill: Fill): WrittenModel {
	const values = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
	fill(values, dims);
	return { outputs: [{ name: 'output0', dims, values }], metadata: METADATA };
}

const centred = ({ x1, y1, x2, y2 }: Candidate) => [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
const WITH_REPEAT = [...OBJECTS, REPEAT];

function yolov5(values: Float32Array, [, , row = 0]: number[]): void {
	WITH_REPEAT.forEach((object, i) => {
		const at = (20 + i) * row;
		values.set([...centred(object), 0.9], at);
		values[at + 5 + object.label] = object.score / 0.9;
	});
}

function yolov8(values: Float32Array, [, , anchors = 0]: number[]): void {
	WITH_REPEAT.forEach((object, i) => {
		// The last ones, too: they are no whole group of sixteen.
		const anchor = i === 0 ? anchors - 1 : 7 + i;
		centred(object).forEach((value, k) => (values[k * anchors + anchor] = value));
		values[(4 + object.label) * anchors + anchor] = object.score;
		// A class that is less likely at the same anchor must not become a box of its own.
		values[(4 + ((object.label + 1) % CLASSES)) * anchors + anchor] = object.score - 0.1;
	});
}

function endToEnd(values: Float32Array): void {
	OBJECTS.forEach(({ x1, y1, x2, y2, score, label }, i) => {
		values.set([x1, y1, x2, y2, score, label], (2 + i) * 6);
	});
}

/** The cell of stride 8 that an object's centre lies in. */
function cellOf(object: Candidate): { cell: number; column: number; row: number } {
	const [x, y] = centred(object) as [number, number];
	const column = Math.floor(x / 8);
	const row = Math.floor(y / 8);
	return { cell: row * (SIDE / 8) + column, column, row };
}

function yoloxRaw(values: Float32Array, [, , width = 0]: number[]): void {
	OBJECTS.forEach((object) => {
		const { cell, column, row } = cellOf(object);
		const [x, y, w, h] = centred(object) as [number, number, number, number];
		const at = cell * width;
		values.set([x / 8 - column, y / 8 - row, Math.log(w / 8), Math.log(h / 8), 0.9], at);
		values[at + 5 + object.label] = object.score / 0.9;
	});
}

function yoloxDecoded(objectness: number): Fill {
	return (values, [, , width = 0]) => {
		forEachCell(SIDE, SIDE, USUAL, (cell, column, row, stride) => {
			values.set([column * stride, row * stride, stride, stride, objectness], cell * width);
		});
		WITH_REPEAT.forEach((object, i) => {
			const at = (30 + i) * width;
			values.set([...centred(object), objectness || 0.9], at);
			values[at + 5 + object.label] = object.score / (objectness || 0.9);
		});
	};
}

const NEVER = -60;

/** Eight bins whose expectation is `distance` strides: between two bins, by their weights. */
function bins(distance: number): number[] {
	const low = Math.floor(distance);
	const logits = Array.from({ length: 8 }, () => NEVER);
	logits[low] = Math.log(Math.max(low + 1 - distance, 1e-20));
	if (distance > low) logits[low + 1] = Math.log(distance - low);
	return logits;
}

function nanodetPairs(): WrittenOutput[] {
	const outputs = USUAL.flatMap((stride) => {
		const cells = cellsOf(SIDE, SIDE, stride);
		return [
			{ name: `cls_${stride}`, dims: [1, cells, CLASSES], values: new Float32Array(cells * CLASSES) },
			{ name: `dis_${stride}`, dims: [1, cells, 32], values: new Float32Array(cells * 32) }
		];
	});
	const [classes, distances] = outputs;
	for (const object of OBJECTS) {
		const { cell, column, row } = cellOf(object);
		classes!.values[cell * CLASSES + object.label] = object.score;
		distances!.values.set(distancesFrom(object, (column + 0.5) * 8, (row + 0.5) * 8), cell * 32);
	}
	return outputs;
}

function distancesFrom({ x1, y1, x2, y2 }: Candidate, x: number, y: number): number[] {
	return [x - x1, y - y1, x2 - x, y2 - y].flatMap((px) => bins(px / 8));
}

function nanodetPlus(values: Float32Array, [, , width = 0]: number[]): void {
	values.forEach((_, i) => (values[i] = i % width < CLASSES ? 0 : NEVER));
	for (const object of OBJECTS) {
		const { cell, column, row } = cellOf(object);
		values[cell * width + object.label] = object.score;
		values.set(distancesFrom(object, column * 8, row * 8), cell * width + CLASSES);
	}
}

function detr(): WrittenOutput[] {
	const fill = (width: number, of: (object: Candidate) => number[]) =>
		Float32Array.from(OBJECTS.flatMap(of).concat(Array<number>(2 * width).fill(0)));
	const queries = OBJECTS.length + 2;
	return [
		{ name: 'labels', dims: [1, queries], values: fill(1, ({ label }) => [label]), type: 'int64' },
		{ name: 'boxes', dims: [1, queries, 4], values: fill(4, ({ x1, y1, x2, y2 }) => [x1, y1, x2, y2]) },
		{ name: 'scores', dims: [1, queries], values: fill(1, ({ score }) => [score]) }
	];
}

const fractions = (object: Candidate): number[] => centred(object).map((value) => value / SIDE);

function detrOne(values: Float32Array, [, , width = 0]: number[]): void {
	OBJECTS.forEach((object, i) => {
		values.set(fractions(object), i * width);
		values[i * width + 4 + object.label] = object.score;
	});
}

function detrHf(logitsName: string, boxesName: string): WrittenOutput[] {
	const logits = new Float32Array(OBJECTS.length * CLASSES).fill(-9);
	OBJECTS.forEach(({ label, score }, i) => (logits[i * CLASSES + label] = Math.log(score / (1 - score))));
	return [
		{ name: boxesName, dims: [1, OBJECTS.length, 4], values: OBJECTS.flatMap(fractions) },
		{ name: logitsName, dims: [1, OBJECTS.length, CLASSES], values: logits }
	];
}

export const SAMPLES: Sample[] = [
	{ title: 'YOLOv5', format: 'yolov5', model: dense([1, 3 * CELLS, 5 + CLASSES], yolov5) },
	{ title: 'YOLOv8', format: 'yolov8', model: dense([1, 4 + CLASSES, CELLS], yolov8) },
	{ title: 'end-to-end', format: 'end_to_end', model: dense([1, 10, 6], endToEnd) },
	{ title: 'YOLOX, raw grid', format: 'yolox_raw', model: dense([1, CELLS, 5 + CLASSES], yoloxRaw) },
	{
		title: 'YOLOX, decoded',
		format: 'yolox_decoded',
		model: dense([1, CELLS, 5 + CLASSES], yoloxDecoded(0))
	},
	{ title: 'YOLOv6', format: 'yolox_decoded', model: dense([1, CELLS, 5 + CLASSES], yoloxDecoded(1)) },
	{ title: 'NanoDet', format: 'nanodet', model: { outputs: nanodetPairs(), metadata: METADATA } },
	{
		title: 'NanoDet-Plus',
		format: 'nanodet',
		model: dense([1, gridCells(SIDE, SIDE, [...USUAL, 64]), CLASSES + 32], nanodetPlus)
	},
	{ title: 'RT-DETR', format: 'detr', model: { outputs: detr(), sizeInput: 'sizes', metadata: METADATA } },
	{ title: 'RT-DETR of Ultralytics', format: 'detr', model: dense([1, 20, 4 + CLASSES], detrOne) },
	{
		title: 'RT-DETR of Hugging Face',
		format: 'detr_hf',
		model: { outputs: detrHf('logits', 'pred_boxes'), metadata: METADATA }
	},
	{ title: 'RF-DETR', format: 'detr_hf', model: { outputs: detrHf('labels', 'dets'), metadata: METADATA } }
];
