// Cells that only the light changed: shadows, reflections, a lamp's pool. They dim or brighten what is there by a factor that
// runs smoothly from cell to cell, where the outline of a thing jumps.

import type { Rect } from './rect.ts';
import type { Region } from './regions.ts';

/** Light changes a cell by such factors; deeper ones are things. */
const FACTORS = { least: 0.33, most: 1.45 };
/** Neighbours' factors differ by less than this, or the cells by less than so many quarter levels of what the factor says. */
const SMOOTH = 0.085;
const SMOOTH_LEVELS = 8;
/** Added to both sides of a ratio, quarter levels: near black ratios say nothing. */
const BLACK = 8;

/** In the mask, turns cells that differ (1, 2) but only in light into 3. */
export function markLight(
	mask: Uint8Array,
	picture: Int16Array,
	mean: Float32Array,
	columns: number,
	rows: number
): void {
	for (let row = 1; row < rows - 1; row++) {
		for (let k = row * columns + 1; k < (row + 1) * columns - 1; k++) {
			if (mask[k] === 0) continue;
			const now = (picture[k] as number) + BLACK;
			const usual = (mean[k] as number) + BLACK;
			if (now < FACTORS.least * usual || now > FACTORS.most * usual) continue;
			const smooth =
				runsOn(now, usual, picture, mean, k - 1) &&
				runsOn(now, usual, picture, mean, k + 1) &&
				runsOn(now, usual, picture, mean, k - columns) &&
				runsOn(now, usual, picture, mean, k + columns);
			if (smooth) mask[k] = 3;
		}
	}
}

/** Whether a neighbour's factor is about the same. */
function runsOn(
	now: number,
	usual: number,
	picture: Int16Array,
	mean: Float32Array,
	neighbour: number
): boolean {
	const there = (mean[neighbour] as number) + BLACK;
	const expected = (now / usual) * there;
	return (
		Math.abs((picture[neighbour] as number) + BLACK - expected) < Math.max(SMOOTH * there, SMOOTH_LEVELS)
	);
}

/** A shadow lies flat: its columns hold so much less than the thing's fullest, at its foot, and reach this far beside it. */
const TAIL = { height: 0.3, foot: 0.45, length: 0.35 };
/** Share of a tail's cells whose factor a shadow can have. */
const TAIL_SHADED = 0.6;
const SHADE = { least: 0.35, most: 0.99 };

/** A region's box without the flat shadow at its left or right. */
export function withoutTail(
	{ left, top, right, bottom }: Region,
	number: number,
	labels: Uint16Array,
	picture: Int16Array,
	mean: Float32Array,
	columns: number
): Rect {
	const width = right - left + 1;
	const cells = new Int32Array(width);
	const shaded = new Int32Array(width);
	const tops = new Int32Array(width).fill(bottom + 1);
	const bottoms = new Int32Array(width).fill(top - 1);
	for (let row = top; row <= bottom; row++) {
		for (let x = 0; x < width; x++) {
			const k = row * columns + left + x;
			if (labels[k] !== number) continue;
			cells[x]!++;
			const factor = ((picture[k] as number) + BLACK) / ((mean[k] as number) + BLACK);
			if (factor > SHADE.least && factor < SHADE.most) shaded[x]!++;
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

/** In the mask, turns rough cells beside light ones into light where their factor lies between that and none: a soft edge. */
export function softenEdges(
	mask: Uint8Array,
	picture: Int16Array,
	mean: Float32Array,
	columns: number,
	rows: number
): void {
	for (let row = 1; row < rows - 1; row++) {
		for (let k = row * columns + 1; k < (row + 1) * columns - 1; k++) {
			if (mask[k] === 0 || mask[k]! > 2) continue;
			const factor = ((picture[k] as number) + BLACK) / ((mean[k] as number) + BLACK);
			if (factor < FACTORS.least || factor > 1) continue;
			let deepest = 2;
			for (const other of [k - 1, k + 1, k - columns, k + columns]) {
				if (mask[other] !== 3) continue;
				deepest = Math.min(deepest, ((picture[other] as number) + BLACK) / ((mean[other] as number) + BLACK));
			}
			if (factor > deepest - 0.03) mask[k] = 4;
		}
	}
	for (let k = 0; k < mask.length; k++) if (mask[k] === 4) mask[k] = 3;
}

/** A shadow on the ground, seen from a camera's height: at most this thick, cells, and at least this long. */
const FLAT = { thick: 3, long: 4 };

/** In the mask, turns thin flat streaks that are only darker into light: shadows with hard edges. */
export function markFlatShadows(
	mask: Uint8Array,
	picture: Int16Array,
	mean: Float32Array,
	columns: number,
	rows: number
): void {
	for (let column = 0; column < columns; column++) {
		let start = 0;
		let shaded = 0;
		for (let row = 0; row <= rows; row++) {
			const k = row * columns + column;
			if (row < rows && (mask[k] === 1 || mask[k] === 2)) {
				const factor = ((picture[k] as number) + BLACK) / ((mean[k] as number) + BLACK);
				if (factor > SHADE.least && factor < SHADE.most) shaded++;
				continue;
			}
			const thick = row - start;
			if (thick > 0 && thick <= FLAT.thick && shaded === thick) {
				for (let y = start; y < row; y++) mask[y * columns + column]! += 4;
			}
			start = row + 1;
			shaded = 0;
		}
	}
	for (let row = 0; row < rows; row++) {
		let start = -1;
		for (let column = 0; column <= columns; column++) {
			const k = row * columns + column;
			if (column < columns && mask[k]! > 4) {
				if (start < 0) start = column;
				continue;
			}
			if (start < 0) continue;
			const long = column - start;
			for (let x = start; x < column; x++) {
				const j = row * columns + x;
				mask[j] = long >= FLAT.long ? 3 : mask[j]! - 4;
			}
			start = -1;
		}
	}
}

/** Whether a region can be shadow alone: flat, and hardly a cell of it too dark or too bright for one. */
export function isShade(
	{ left, top, right, bottom, cells }: Region,
	number: number,
	labels: Uint16Array,
	picture: Int16Array,
	mean: Float32Array,
	columns: number
): boolean {
	if (bottom - top + 1 > 0.6 * (right - left + 1)) return false;
	let shaded = 0;
	for (let row = top; row <= bottom; row++) {
		for (let k = row * columns + left; k <= row * columns + right; k++) {
			if (labels[k] !== number) continue;
			const factor = ((picture[k] as number) + BLACK) / ((mean[k] as number) + BLACK);
			if (factor > SHADE.least && factor < SHADE.most) shaded++;
		}
	}
	return shaded > 0.85 * cells;
}
