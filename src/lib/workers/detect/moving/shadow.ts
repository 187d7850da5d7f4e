// Cells that only the light changed: shadows, reflections, a lamp's pool. They dim or brighten what is there by a factor that
// runs smoothly from cell to cell, where the outline of a thing jumps.
import type { Rect } from './rect.ts';
import type { Region } from './regions.ts';

/** How a picture differs from its background, in cells. */
export interface Difference {
	columns: number;
	rows: number;
	picture: Int16Array;
	mean: Float32Array;
	/** 0 as usual, 1 different, 2 strongly so, 3 in its light alone. */
	mask: Uint8Array;
	/** Those of the mask that are not 0, row by row. */
	cells: Int32Array;
}

/** Light changes a cell by such factors; deeper ones are things. */
const FACTORS = { least: 0.33, most: 1.45 };
/** Neighbours' factors differ by less than this, or the cells by less than so many quarter levels of what the factor says. */
const SMOOTH = 0.085;
const SMOOTH_LEVELS = 8;
/** Added to both sides of a ratio, quarter levels: near black ratios say nothing. */
const BLACK = 8;
/** Factors of a shadow. */
const SHADE = { least: 0.35, most: 0.99 };
/** How much nearer to none than its neighbour's a soft edge's factor may be, and still a little deeper. */
const EDGE_SLACK = 0.03;

/** Marks in the mask what only the light changed: smooth, or the soft edge of that, or a thin flat streak that is darker. */
export function markLight(difference: Difference): void {
	markSmooth(difference);
	softenEdges(difference);
	markFlatShadows(difference);
}

function markSmooth(difference: Difference): void {
	const { mask, picture, mean, cells, columns } = difference;
	for (const k of cells) {
		const now = (picture[k] as number) + BLACK;
		const usual = (mean[k] as number) + BLACK;
		if (now < FACTORS.least * usual || now > FACTORS.most * usual || isBorder(difference, k)) continue;
		const factor = now / usual;
		const smooth =
			runsOn(difference, k - 1, factor) &&
			runsOn(difference, k + 1, factor) &&
			runsOn(difference, k - columns, factor) &&
			runsOn(difference, k + columns, factor);
		if (smooth) mask[k] = 3;
	}
}

/** Whether a cell shows its background by about that factor. */
function runsOn({ picture, mean }: Difference, k: number, factor: number): boolean {
	const usual = (mean[k] as number) + BLACK;
	const error = Math.abs((picture[k] as number) + BLACK - factor * usual);
	return error < SMOOTH * usual || error < SMOOTH_LEVELS;
}

function isBorder({ columns, rows }: Difference, k: number): boolean {
	const column = k % columns;
	return column === 0 || column === columns - 1 || k < columns || k >= columns * (rows - 1);
}

function factorOf({ picture, mean }: Difference, k: number): number {
	return ((picture[k] as number) + BLACK) / ((mean[k] as number) + BLACK);
}

function isShaded(difference: Difference, k: number): boolean {
	const factor = factorOf(difference, k);
	return factor > SHADE.least && factor < SHADE.most;
}

const EDGE = 4;

/** Rough cells beside light ones are light where their factor lies between that and none. */
function softenEdges(difference: Difference): void {
	const { mask, cells, columns } = difference;
	for (const k of cells) {
		if (mask[k] === 3 || isBorder(difference, k)) continue;
		const factor = factorOf(difference, k);
		if (factor < FACTORS.least || factor > 1) continue;
		let deepest = 2;
		if (mask[k - 1] === 3) deepest = Math.min(deepest, factorOf(difference, k - 1));
		if (mask[k + 1] === 3) deepest = Math.min(deepest, factorOf(difference, k + 1));
		if (mask[k - columns] === 3) deepest = Math.min(deepest, factorOf(difference, k - columns));
		if (mask[k + columns] === 3) deepest = Math.min(deepest, factorOf(difference, k + columns));
		if (factor > deepest - EDGE_SLACK) mask[k] = EDGE;
	}
	for (const k of cells) if (mask[k] === EDGE) mask[k] = 3;
}

/** A shadow on the ground, seen from a camera's height: at most this thick, cells, and at least this long. */
const FLAT = { thick: 3, long: 4 };
/** Added to the mask of cells in a thin vertical run, until their row is known. */
const THIN = 8;

/** Thin flat streaks that are only darker are light: shadows with hard edges. */
function markFlatShadows(difference: Difference): void {
	const { mask, cells, columns } = difference;
	for (const k of cells) {
		if (!isRough(mask[k]) || isRough(mask[k - columns])) continue;
		let thick = 0;
		let shaded = 0;
		for (let j = k; thick <= FLAT.thick && isRough(mask[j]); j += columns, thick++) {
			if (isShaded(difference, j)) shaded++;
		}
		if (thick > FLAT.thick || shaded < thick) continue;
		for (let j = k; thick > 0; j += columns, thick--) mask[j]! += THIN;
	}
	for (const k of cells) {
		if (mask[k]! <= THIN) continue;
		let end = k;
		while (mask[end]! > THIN) end++;
		for (let j = k; j < end; j++) mask[j] = end - k >= FLAT.long ? 3 : mask[j]! - THIN;
	}
}

function isRough(value: number | undefined): boolean {
	return value === 1 || value === 2;
}

/** A shadow lies flat: its columns hold so much less than the thing's fullest, at its foot, and reach this far beside it. */
const TAIL = { height: 0.3, foot: 0.45, length: 0.35 };
/** Share of a tail's cells whose factor a shadow can have. */
const TAIL_SHADED = 0.6;

/** A region's box without the flat shadow at its left or right. */
export function withoutTail(
	{ left, top, right, bottom }: Region,
	number: number,
	labels: Uint16Array,
	difference: Difference
): Rect {
	const width = right - left + 1;
	const cells = new Int32Array(width);
	const shaded = new Int32Array(width);
	const tops = new Int32Array(width).fill(bottom + 1);
	const bottoms = new Int32Array(width).fill(top - 1);
	for (let row = top; row <= bottom; row++) {
		for (let x = 0; x < width; x++) {
			const k = row * difference.columns + left + x;
			if (labels[k] !== number) continue;
			cells[x]!++;
			if (isShaded(difference, k)) shaded[x]!++;
			if (row < tops[x]!) tops[x] = row;
			bottoms[x] = row;
		}
	}
	const fullest = cells.reduce((most, count) => Math.max(most, count), 0);
	const footTop = bottom - TAIL.foot * (bottom - top + 1);
	const isFlat = (x: number) => cells[x]! < TAIL.height * fullest && tops[x]! > footTop;
	let [from, to] = [0, width - 1];
	while (from < to && isFlat(from)) from++;
	while (to > from && isFlat(to)) to--;
	const sum = (values: Int32Array, a: number, b: number) =>
		values.subarray(a, b).reduce((total, one) => total + one, 0);
	const isTail = (a: number, b: number) =>
		b - a > TAIL.length * (to - from + 1) && sum(shaded, a, b) >= TAIL_SHADED * sum(cells, a, b);
	const first = isTail(0, from) ? from : 0;
	const last = isTail(to + 1, width) ? to : width - 1;
	const low = bottoms.subarray(first, last + 1).reduce((most, one) => Math.max(most, one), top);
	const high = tops.subarray(first, last + 1).reduce((least, one) => Math.min(least, one), bottom);
	return { left: left + first, top: high, right: left + last + 1, bottom: low + 1 };
}

/** Whether a region can be shadow alone: flat, and hardly a cell of it too dark or too bright for one. */
export function isShade(
	{ left, top, right, bottom, cells }: Region,
	number: number,
	labels: Uint16Array,
	difference: Difference
): boolean {
	if (bottom - top + 1 > 0.6 * (right - left + 1)) return false;
	const { columns } = difference;
	let shaded = 0;
	for (let row = top; row <= bottom; row++) {
		for (let k = row * columns + left; k <= row * columns + right; k++) {
			if (labels[k] !== number) continue;
			if (isShaded(difference, k)) shaded++;
		}
	}
	return shaded > 0.85 * cells;
}
