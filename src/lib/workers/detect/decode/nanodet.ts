// NanoDet: class probabilities and, for each side of a box, a distribution of its distance from the cell's point.
//
// Source: Generalized Focal Loss (Li et al. 2020): distance = Σ i · softmax(bins)_i, in strides. In outputs a stride
// each, the point is the middle of the cell; in NanoDet-Plus, one output for all, its upper left corner.
import { best, type DecodeContext, type Decoder, type Output } from './decoder.ts';
import { forEachCell } from './grid.ts';
import type { Candidates } from './candidates.ts';

/** NanoDet-Plus has eight bins a side. */
export const PLUS_BINS = 8;

export const nanodet: Decoder = {
	overlapping: true,
	decode(outputs, context, found) {
		const [only] = outputs;
		if (outputs.length === 1 && only) decodePlus(only, context, found);
		else decodePairs(outputs, context, found);
	}
};

/** The levels, finest first: a level's classes and distances have the same number of cells. */
export function pairLevels<Shape extends { name: string; dims: (number | string)[] }>(
	outputs: Shape[]
): { cells: number; classes: Shape; distances: Shape }[] {
	const levels = new Map<number, Shape[]>();
	for (const output of outputs) {
		const cells = Number(output.dims[1]);
		levels.set(cells, [...(levels.get(cells) ?? []), output]);
	}
	return [...levels]
		.filter(([, pair]) => pair.length === 2)
		.sort(([a], [b]) => b - a)
		.map(([cells, pair]) => {
			// Classes come first unless the names say otherwise.
			const [first, second] = pair as [Shape, Shape];
			const swapped = /cls|class|score/i.test(second.name);
			return swapped
				? { cells, classes: second, distances: first }
				: { cells, classes: first, distances: second };
		});
}

function decodePairs(outputs: Output[], context: DecodeContext, found: Candidates): void {
	const { width, height } = context;
	pairLevels(outputs).forEach(({ classes, distances }, level) => {
		const labels = classes.dims[2]!;
		const sides = distances.dims[2]!;
		const stride = context.strides[level]!;
		forEachCell(width, height, [stride], (cell, column, row) => {
			const [label, score] = bestOf(classes.data, cell * labels, labels, context, found);
			if (label < 0) return;
			const x = (column + 0.5) * stride;
			const y = (row + 0.5) * stride;
			addBox(found, distances.data, cell * sides, sides / 4, x, y, stride, score, label);
		});
	});
}

function decodePlus({ data, dims }: Output, context: DecodeContext, found: Candidates): void {
	const row = dims[2]!;
	const labels = row - 4 * PLUS_BINS;
	forEachCell(context.width, context.height, context.strides, (cell, column, line, stride) => {
		const at = cell * row;
		const [label, score] = bestOf(data, at, labels, context, found);
		if (label < 0) return;
		addBox(found, data, at + labels, PLUS_BINS, column * stride, line * stride, stride, score, label);
	});
}

/** The best class, −1 where it is not good enough. */
function bestOf(
	data: Float32Array,
	at: number,
	labels: number,
	{ threshold }: DecodeContext,
	found: Candidates
): [label: number, score: number] {
	const [label, score] = best(data, at, labels);
	// Nothing was greater than −∞: every class is NaN.
	if (score === -Infinity) found.discarded++;
	return score > threshold ? [label, score] : [-1, 0];
}

function addBox(
	found: Candidates,
	data: Float32Array,
	at: number,
	bins: number,
	x: number,
	y: number,
	stride: number,
	score: number,
	label: number
): void {
	const [left, top, right, bottom] = [0, 1, 2, 3].map(
		(side) => expectation(data, at + side * bins, bins) * stride
	) as [number, number, number, number];
	found.add(x - left, y - top, x + right, y + bottom, score, label);
}

/** Σ i · softmax(logits)_i */
function expectation(logits: Float32Array, at: number, bins: number): number {
	const [, peak] = best(logits, at, bins);
	let sum = 0;
	let weighted = 0;
	for (let i = 0; i < bins; i++) {
		const weight = Math.exp(logits[at + i]! - peak);
		sum += weight;
		weighted += i * weight;
	}
	return weighted / sum;
}
