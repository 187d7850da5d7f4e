// The kernel's mathematics in plain scalar code: slow, and short enough to be read. The tests compare the two.
//
// It differs in one thing only. The kernel correlates once a pixel and evaluates a bilinear form (correlate.ts);
// here the next frame is interpolated anew in every iteration, as Bouguet (2000) has it. The two are equal but for
// rounding. What cells at rest skip is left out: this measures every point.
import type { FlowOptions } from './kernel.ts';

export interface ReferenceFlow {
	columns: number;
	rows: number;
	flow: Float32Array;
	status: Uint8Array;
}

interface Level {
	width: number;
	height: number;
	/** Level 0: bytes. Above: (pixel - 128) * 8. */
	pixels: Int16Array;
	/** Scharr gradients in Q5 (slope * 32). */
	gx: Int16Array;
	gy: Int16Array;
	/** What makes a pixel Q5: 32 at level 0, 4 above. */
	pixelScale: number;
}

interface Template {
	image: Float64Array;
	gx: Float64Array;
	gy: Float64Array;
	a11: number;
	a12: number;
	a22: number;
	determinant: number;
}

interface Vector {
	x: number;
	y: number;
}

const MAX_LEVELS = 4;
const SCALE = 2 ** -20;
const MIN_EIGENVALUE = 1e-4;
const MIN_DETERMINANT = 2 ** -23;

/** Measures the motion from one frame to the next: width * height gray bytes each. */
export function referenceFlow(previous: Uint8Array, next: Uint8Array, options: FlowOptions): ReferenceFlow {
	const { width, height, gridSize, winRadius } = options;
	const [originX, originY] = [Math.min(gridSize >> 1, width >> 1), Math.min(gridSize >> 1, height >> 1)];
	const columns = Math.floor((width - 1 - originX) / gridSize) + 1;
	const rows = Math.floor((height - 1 - originY) / gridSize) + 1;
	const before = pyramid(previous, width, height, 2 * winRadius + 1);
	const after = pyramid(next, width, height, 2 * winRadius + 1);
	const grid: Grid = { columns, rows, step: gridSize, originX, originY, radius: winRadius };
	const track = options.mode === 'faithful' ? trackFaithfully : trackFast;
	return { columns, rows, ...track(before, after, grid) };
}

interface Grid {
	columns: number;
	rows: number;
	step: number;
	originX: number;
	originY: number;
	radius: number;
}

// ---- pyramid and gradients

function pyramid(frame: Uint8Array, width: number, height: number, windowSize: number): Level[] {
	const levels = [levelOf(Int16Array.from(frame), width, height, 0)];
	for (;;) {
		const fine = levels.at(-1) as Level;
		const [w, h] = [(fine.width + 1) >> 1, (fine.height + 1) >> 1];
		if (levels.length === MAX_LEVELS || w <= windowSize || h <= windowSize) return levels;
		levels.push(levelOf(halved(fine, w, h), w, h, levels.length));
	}
}

/** The index inside 0..n-1 that mirrors i: dcb|abcd|cba. */
function reflect(i: number, n: number): number {
	if (i >= 0 && i < n) return i;
	if (n === 1) return 0;
	const period = 2 * (n - 1);
	const k = ((i % period) + period) % period;
	return k < n ? k : period - k;
}

function pixelAt(level: { width: number; height: number; pixels: Int16Array }, x: number, y: number): number {
	return level.pixels[reflect(y, level.height) * level.width + reflect(x, level.width)] as number;
}

/** Smooths with 1 4 6 4 1 both ways, and keeps every second pixel. */
function halved(fine: Level, w: number, h: number): Int16Array {
	const bytes = fine.pixelScale === 32;
	const column = (x: number, y: number) => {
		const outer = pixelAt(fine, x, y - 2) + pixelAt(fine, x, y + 2);
		const inner = pixelAt(fine, x, y - 1) + pixelAt(fine, x, y + 1);
		const sum = outer + 4 * inner + 6 * pixelAt(fine, x, y);
		return bytes ? (sum - 2047) >> 1 : (sum + 8) >> 4;
	};
	return Int16Array.from({ length: w * h }, (_, k) => {
		const [x, y] = [2 * (k % w), 2 * Math.floor(k / w)];
		const outer = column(x - 2, y) + column(x + 2, y);
		return (outer + 4 * (column(x - 1, y) + column(x + 1, y)) + 6 * column(x, y) + 8) >> 4;
	});
}

function levelOf(pixels: Int16Array, width: number, height: number, index: number): Level {
	const image = { width, height, pixels };
	const rescale = (sum: number) => (index === 0 ? sum : (sum + 4) >> 3);
	const gx = new Int16Array(width * height);
	const gy = new Int16Array(width * height);
	for (let k = 0; k < gx.length; k++) {
		const [x, y] = [k % width, Math.floor(k / width)];
		const p = (dx: number, dy: number) => pixelAt(image, x + dx, y + dy);
		gx[k] = rescale(3 * (p(1, -1) + p(1, 1) - p(-1, -1) - p(-1, 1)) + 10 * (p(1, 0) - p(-1, 0)));
		gy[k] = rescale(3 * (p(-1, 1) + p(1, 1) - p(-1, -1) - p(1, -1)) + 10 * (p(0, 1) - p(0, -1)));
	}
	return { ...image, gx, gy, pixelScale: index === 0 ? 32 : 4 };
}

/** A gradient is zero outside the picture. */
function gradientAt(level: Level, plane: Int16Array, x: number, y: number): number {
	const outside = x < 0 || y < 0 || x >= level.width || y >= level.height;
	return outside ? 0 : (plane[y * level.width + x] as number);
}

// ---- one window

/** The window whose corner is (x, y); between pixels (in eighths, above level 0) image and gradients are interpolated. */
function templateAt(level: Level, x: number, y: number, size: number): Template {
	const [x0, y0] = [Math.floor(x), Math.floor(y)];
	const [a, b] = [Math.trunc((x - x0) * 8), Math.trunc((y - y0) * 8)];
	const between = (at: (i: number, j: number) => number) => (k: number) => {
		const [i, j] = [x0 + (k % size), y0 + Math.floor(k / size)];
		if (a === 0 && b === 0) return at(i, j);
		const above = (8 - b) * ((8 - a) * at(i, j) + a * at(i + 1, j));
		return (above + b * ((8 - a) * at(i, j + 1) + a * at(i + 1, j + 1)) + 32) >> 6;
	};
	const window = (at: (i: number, j: number) => number) => {
		const value = between(at);
		return Float64Array.from({ length: size * size }, (_, k) => value(k));
	};
	const image = window((i, j) => pixelAt(level, i, j));
	const gx = window((i, j) => gradientAt(level, level.gx, i, j));
	const gy = window((i, j) => gradientAt(level, level.gy, i, j));
	const [a11, a12, a22] = [dot(gx, gx) * SCALE, dot(gx, gy) * SCALE, dot(gy, gy) * SCALE];
	return { image, gx, gy, a11, a12, a22, determinant: a11 * a22 - a12 * a12 };
}

function dot(a: Float64Array, b: Float64Array): number {
	return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
}

/** The lesser eigenvalue of A, a pixel, says whether the window has texture in both directions. */
function solvable({ a11, a12, a22, determinant }: Template, size: number): boolean {
	const eigenvalue = (a11 + a22 - Math.hypot(a11 - a22, 2 * a12)) / (2 * size * size);
	return eigenvalue >= MIN_EIGENVALUE && determinant >= MIN_DETERMINANT;
}

function touches(level: Level, x: number, y: number, size: number): boolean {
	return x >= -size && x < level.width && y >= -size && y < level.height;
}

/** b = sum (J - I) g over the window displaced to (x, y), J interpolated within the pixel (x0, y0). */
function mismatch(
	template: Template,
	next: Level,
	x0: number,
	y0: number,
	x: number,
	y: number,
	size: number
): Vector {
	const [a, b] = [x - x0, y - y0];
	const sum = { x: 0, y: 0 };
	for (let k = 0; k < size * size; k++) {
		const [i, j] = [x0 + (k % size), y0 + Math.floor(k / size)];
		const above = (1 - a) * pixelAt(next, i, j) + a * pixelAt(next, i + 1, j);
		const below = (1 - a) * pixelAt(next, i, j + 1) + a * pixelAt(next, i + 1, j + 1);
		const difference = (1 - b) * above + b * below - (template.image[k] as number);
		sum.x += difference * (template.gx[k] as number);
		sum.y += difference * (template.gy[k] as number);
	}
	const scale = next.pixelScale * SCALE;
	return { x: sum.x * scale, y: sum.y * scale };
}

/** Newton's steps d -= A^-1 b from d. Returns the displacement, and whether the window stayed on the picture. */
function refine(
	template: Template,
	next: Level,
	corner: Vector,
	start: Vector,
	size: number,
	iterations: number,
	epsilon: number,
	slack: number
): { d: Vector; inside: boolean } {
	const { a11, a12, a22, determinant } = template;
	let [x, y] = [corner.x + start.x, corner.y + start.y];
	let d = start;
	let last = { x: 0, y: 0 };
	let pixel = { x: -1e6, y: 0 };
	for (let k = 0; k < iterations; k++) {
		if (!touches(next, Math.floor(x), Math.floor(y), size)) return { d, inside: false };
		const near = (at: number, edge: number) => at >= edge - slack && at <= edge + 1 + slack;
		const stays = near(x, pixel.x) && near(y, pixel.y);
		if (!stays) pixel = { x: Math.floor(x), y: Math.floor(y) };
		const b = mismatch(template, next, pixel.x, pixel.y, x, y, size);
		const step = { x: (a12 * b.y - a22 * b.x) / determinant, y: (a12 * b.x - a11 * b.y) / determinant };
		x = Math.fround(x + step.x);
		y = Math.fround(y + step.y);
		d = { x: x - corner.x, y: y - corner.y };
		if (step.x * step.x + step.y * step.y <= epsilon * epsilon) break;
		if (k > 0 && Math.abs(step.x + last.x) < 0.01 && Math.abs(step.y + last.y) < 0.01) {
			return { d: { x: d.x - step.x / 2, y: d.y - step.y / 2 }, inside: true };
		}
		last = step;
	}
	return { d, inside: true };
}

// ---- faithful mode: every point at every level

function trackFaithfully(before: Level[], after: Level[], grid: Grid) {
	const size = 2 * grid.radius + 1;
	return gridResult(grid, (column, row) => {
		const point = { x: grid.originX + column * grid.step, y: grid.originY + row * grid.step };
		let result = { d: { x: 0, y: 0 }, inside: false };
		for (let level = before.length - 1; level >= 0; level--) {
			const [previous, next] = [before[level] as Level, after[level] as Level];
			const start = level === before.length - 1 ? result.d : { x: 2 * result.d.x, y: 2 * result.d.y };
			const corner = { x: point.x / 2 ** level - grid.radius, y: point.y / 2 ** level - grid.radius };
			const template = templateAt(previous, corner.x, corner.y, size);
			result = solvable(template, size)
				? refine(template, next, corner, start, size, 30, 0.03, 0)
				: { d: start, inside: false };
		}
		return {
			...result,
			corner: { x: point.x - grid.radius, y: point.y - grid.radius },
			size,
			level: after[0] as Level
		};
	});
}

interface CellResult {
	d: Vector;
	inside: boolean;
	corner: Vector;
	size: number;
	level: Level;
}

/** Runs over the grid's cells; a point whose window ends outside the picture is lost. */
function gridResult(grid: Grid, cell: (column: number, row: number) => CellResult) {
	const flow = new Float32Array(grid.columns * grid.rows * 2);
	const status = new Uint8Array(grid.columns * grid.rows);
	for (let k = 0; k < status.length; k++) {
		const { d, inside, corner, size, level } = cell(k % grid.columns, Math.floor(k / grid.columns));
		flow.set([d.x, d.y], 2 * k);
		const ends = touches(level, Math.floor(corner.x + d.x), Math.floor(corner.y + d.y), size);
		status[k] = inside && ends ? 1 : 0;
	}
	return { flow, status };
}

// ---- fast mode: nodes for blocks of cells, which start from the best of several candidates

interface Nodes {
	stride: number;
	columns: number;
	rows: number;
	flow: Vector[];
}

function trackFast(before: Level[], after: Level[], grid: Grid) {
	const size = 2 * grid.radius + 1;
	let parents: Nodes | undefined;
	for (let level = before.length - 1; level > 0; level--) {
		parents = trackNodes(before[level] as Level, after[level] as Level, level, grid, parents);
	}
	const [previous, next] = [before[0] as Level, after[0] as Level];
	return gridResult(grid, (column, row) => {
		const corner = {
			x: grid.originX + column * grid.step - grid.radius,
			y: grid.originY + row * grid.step - grid.radius
		};
		const start = choose(previous, next, corner, grid.radius, column, row, 1, parents);
		const template = templateAt(previous, corner.x, corner.y, size);
		if (!solvable(template, size)) return { d: start, inside: false, corner, size, level: next };
		const { d, inside } = refine(template, next, corner, start, size, 10, 0.03, 0.1);
		const kept = inside ? takeBackWorse(previous, next, corner, grid.radius, start, d) : d;
		return { d: kept, inside, corner, size, level: next };
	});
}

function trackNodes(
	previous: Level,
	next: Level,
	level: number,
	grid: Grid,
	parents: Nodes | undefined
): Nodes {
	const size = 2 * grid.radius + 1;
	const stride = nodeStride(level, grid);
	const [columns, rows] = [Math.ceil(grid.columns / stride), Math.ceil(grid.rows / stride)];
	const flow = Array.from({ length: columns * rows }, (_, k) => {
		const [column, row] = [k % columns, Math.floor(k / columns)];
		const corner = {
			x: nodeCorner(grid.originX, column, stride, grid.columns, grid, level),
			y: nodeCorner(grid.originY, row, stride, grid.rows, grid, level)
		};
		const start = choose(previous, next, corner, grid.radius, column, row, stride, parents);
		if (!touches(previous, corner.x, corner.y, size)) return start;
		const template = templateAt(previous, corner.x, corner.y, size);
		if (!solvable(template, size)) return start;
		const { d } = refine(template, next, corner, start, size, 3, 0.1, 0.5);
		return takeBackWorse(previous, next, corner, grid.radius, start, d);
	});
	return { stride, columns, rows, flow };
}

/** Cells along a block's side: nodes about a radius apart in their level's pixels, two at level 1; a power of two. */
function nodeStride(level: number, grid: Grid): number {
	const spacing = grid.radius * 2 ** level * (level === 1 ? 2 : 1);
	return Math.max(1, 2 ** Math.floor(Math.log2(spacing / grid.step)));
}

function nodeCorner(
	origin: number,
	index: number,
	stride: number,
	cells: number,
	grid: Grid,
	level: number
): number {
	const last = Math.min(cells, (index + 1) * stride) - 1;
	const centre = origin + (((index * stride + last) * grid.step) >> 1);
	return ((centre + (1 << (level - 1))) >> level) - grid.radius;
}

/** The parent's displacement doubled, unless a neighbour's or none at all fits clearly better. */
function choose(
	previous: Level,
	next: Level,
	corner: Vector,
	radius: number,
	column: number,
	row: number,
	stride: number,
	parents: Nodes | undefined
): Vector {
	if (parents === undefined) return { x: 0, y: 0 };
	const at = (x: number, y: number) => {
		const node =
			x < 0 || y < 0 || x >= parents.columns || y >= parents.rows
				? undefined
				: parents.flow[y * parents.columns + x];
		return node && { x: Math.fround(2 * node.x), y: Math.fround(2 * node.y) };
	};
	const [px, py] = [
		Math.floor((column * stride) / parents.stride),
		Math.floor((row * stride) / parents.stride)
	];
	const favourite = at(px, py) as Vector;
	if (!touches(previous, corner.x, corner.y, 2 * radius + 1)) return favourite;
	const side = (index: number) => {
		const nodes = parents.stride / stride;
		return nodes > 1 && (index % nodes) * 2 < nodes ? -1 : 1;
	};
	const [qx, qy] = [px + side(column), py + side(row)];
	let best = favourite;
	let least: number | undefined;
	for (const candidate of [at(qx, py), at(px, qy), at(qx, qy), { x: 0, y: 0 }]) {
		if (candidate === undefined || near(candidate, best) || near(candidate, favourite)) continue;
		least ??= 0.9 * differenceAt(previous, next, corner, radius, best);
		const difference = differenceAt(previous, next, corner, radius, candidate);
		if (difference < least) [best, least] = [candidate, difference];
	}
	return best;
}

function near(a: Vector, b: Vector): boolean {
	return Math.abs(a.x - b.x) + Math.abs(a.y - b.y) < 0.75;
}

function takeBackWorse(
	previous: Level,
	next: Level,
	corner: Vector,
	radius: number,
	start: Vector,
	d: Vector
): Vector {
	if (Math.abs(d.x - start.x) + Math.abs(d.y - start.y) < 2) return d;
	const before = differenceAt(previous, next, corner, radius, start);
	return differenceAt(previous, next, corner, radius, d) > before ? start : d;
}

/** Sum of absolute differences of the 16 x 16 patch in the window's middle, displaced by whole pixels. */
function differenceAt(previous: Level, next: Level, corner: Vector, radius: number, d: Vector): number {
	const [x, y] = [corner.x + roundToEven(d.x), corner.y + roundToEven(d.y)];
	if (!touches(next, x, y, 2 * radius + 1)) return 1e9;
	let sum = 0;
	for (let k = 0; k < 256; k++) {
		const [i, j] = [(k % 16) + radius - 8, Math.floor(k / 16) + radius - 8];
		sum += Math.abs(pixelAt(previous, corner.x + i, corner.y + j) - pixelAt(next, x + i, y + j));
	}
	return sum;
}

/** Halves go to the even neighbour, as wasm's nearest has it. */
function roundToEven(value: number): number {
	const rounded = Math.round(value);
	return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
