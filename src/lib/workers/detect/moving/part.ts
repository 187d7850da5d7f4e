// Regions in which things go different ways are parted by what the flow says: cars that pass each other touch in the picture.
import type { FlowField } from '../../flow/kernel.ts';
import type { Raster } from './raster.ts';
import type { Region } from './regions.ts';

/** A way of going is shown by seeds that stand for so many cells, but at least by so many seeds. */
const SHOWN_CELLS = 512;
const LEAST_SEEDS = 4;
/** Motions are one way when they differ by less than this share of the faster. */
const ALIKE = 0.6;
/** Two ways are two things when they differ by more than this share of the faster. */
const UNLIKE = 1.2;
/** Parts may cover each other's middle range by so much of the smaller. */
const MINGLED = 0.2;
/** Ways tried in one region. */
const MOST_WAYS = 6;

interface Way {
	/** Mean motion, px a frame. */
	u: number;
	v: number;
	/** Cells where its seeds lie. */
	xs: number[];
	ys: number[];
}

/** The regions, those with several ways of going parted: `labels` are rewritten, new ones numbered after the old. */
export function partRegions(
	regions: Region[],
	mask: Uint8Array,
	labels: Uint16Array,
	{ columns, rows, cell }: Raster,
	field: FlowField,
	seeds: Int32Array
): Region[] {
	const ways = new Map<number, Way[]>();
	for (const point of seeds) {
		const column = point % field.columns;
		const x = Math.floor((field.originX + column * field.gridSize) / cell);
		const y = Math.floor((field.originY + ((point - column) / field.columns) * field.gridSize) / cell);
		if (x < 0 || y < 0 || x >= columns || y >= rows) continue;
		const number = labels[y * columns + x] as number;
		if (number === 0) continue;
		const own = ways.get(number) ?? [];
		ways.set(number, own);
		join(own, field.flow[2 * point] as number, field.flow[2 * point + 1] as number, x, y);
	}
	const parted = [...regions];
	const least = Math.max(LEAST_SEEDS, Math.round(SHOWN_CELLS / (field.gridSize / cell) ** 2));
	for (const [number, own] of ways) {
		const apart = distinct(own, least);
		if (apart.length > 1) part(number, apart, parted, mask, labels, columns);
	}
	return parted;
}

function join(ways: Way[], u: number, v: number, x: number, y: number): void {
	let best: Way | null = null;
	let least = ALIKE;
	for (const way of ways) {
		const apart = difference(way, { u, v });
		if (apart < least) [least, best] = [apart, way];
	}
	if (best === null) {
		if (ways.length < MOST_WAYS) ways.push({ u, v, xs: [x], ys: [y] });
		return;
	}
	const n = best.xs.length;
	best.u += (u - best.u) / (n + 1);
	best.v += (v - best.v) / (n + 1);
	best.xs.push(x);
	best.ys.push(y);
}

/** How much two motions differ, as a share of the faster. */
function difference(a: { u: number; v: number }, b: { u: number; v: number }): number {
	return Math.hypot(a.u - b.u, a.v - b.v) / Math.max(Math.hypot(a.u, a.v), Math.hypot(b.u, b.v), 1e-6);
}

/** The ways that are of different things: enough seeds, another motion, another place. The one with most seeds first. */
function distinct(ways: Way[], least: number): Way[] {
	const kept: Way[] = [];
	for (const way of ways.filter(({ xs }) => xs.length >= least).sort((a, b) => b.xs.length - a.xs.length)) {
		if (kept.every((other) => difference(way, other) > UNLIKE && !mingle(way, other))) kept.push(way);
	}
	return kept;
}

function mingle(a: Way, b: Way): boolean {
	const [across, down] = [overlap(a.xs, b.xs), overlap(a.ys, b.ys)];
	return across * down > MINGLED;
}

/** Of the smaller of the two middle ranges, the share that the other covers. */
function overlap(a: number[], b: number[]): number {
	const [p, q] = [rangeOf(a), rangeOf(b)];
	const shared = Math.min(p.to, q.to) - Math.max(p.from, q.from);
	return Math.max(0, shared) / Math.max(1, Math.min(p.to - p.from, q.to - q.from));
}

function rangeOf(values: number[]): { from: number; to: number } {
	const sorted = [...values].sort((x, y) => x - y);
	const cut = Math.floor(sorted.length * 0.1);
	return { from: sorted[cut]! - 0.5, to: sorted[sorted.length - 1 - cut]! + 0.5 };
}

/** Gives each cell to the way whose seed is nearest. */
function part(
	number: number,
	ways: Way[],
	regions: Region[],
	mask: Uint8Array,
	labels: Uint16Array,
	columns: number
): void {
	const { left, top, right, bottom } = regions[number - 1]!;
	const parts: Region[] = ways.map(() => ({
		left: Infinity,
		top: Infinity,
		right: -1,
		bottom: -1,
		cells: 0,
		strong: 0,
		partOf: number
	}));
	const numbers = ways.map((_, k) => (k === 0 ? number : regions.length + k));
	for (let row = top; row <= bottom; row++) {
		for (let column = left; column <= right; column++) {
			const k = row * columns + column;
			if (labels[k] !== number) continue;
			const which = nearest(ways, column, row);
			labels[k] = numbers[which]!;
			const region = parts[which]!;
			region.left = Math.min(region.left, column);
			region.right = Math.max(region.right, column);
			region.top = Math.min(region.top, row);
			region.bottom = Math.max(region.bottom, row);
			const value = mask[k];
			if (value === 1 || value === 2) region.cells++;
			if (value === 2) region.strong++;
		}
	}
	regions[number - 1] = parts[0]!;
	regions.push(...parts.slice(1));
}

function nearest(ways: Way[], x: number, y: number): number {
	let which = 0;
	let least = Infinity;
	ways.forEach(({ xs, ys }, k) => {
		for (let i = 0; i < xs.length; i++) {
			const distance = (xs[i]! - x) ** 2 + (ys[i]! - y) ** 2;
			if (distance < least) [least, which] = [distance, k];
		}
	});
	return which;
}
