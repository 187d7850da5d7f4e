// The field: level by level from coarse to fine, row by row of nodes, a band of gradients at a time.
//
//   level 3   o . . . o . . .      A node stands for a block of grid cells: in fast mode 4 x 4 at the top, 2 x 2
//             . . . . . . . .      below, one each at level 0 (for a 17 pixel window and a 16 pixel grid); in
//             . . . . . . . .      faithful mode one each everywhere.
//             . . . . . . . .
//             o . . . o . . .      A block whose cells are all at rest (rest.ts) is not tracked.

import { gradientBand } from './gradients';
import {
	bandPlane,
	bandStride,
	flowPointer,
	gridColumns,
	gridRows,
	gridStep,
	imagePointer,
	imageStride,
	levelHeight,
	levels,
	levelWidth,
	nodeFlowA,
	nodeFlowB,
	nodeRowsPerBand,
	nodeStride,
	originX,
	originY,
	radius,
	statusPointer,
	windowSize
} from './layout';
import { measureBetween } from './between';
import { choose, inherit, setParents, takeBackWorse } from './candidates';
import { displacementX, displacementY, EPSILON, MAX_ITERATIONS, refine, setDisplacement, windowTouches } from './iterate';
import { cellIsAwake, enabled as restEnabled, noteMeasurement } from './rest';
import { measureTemplate } from './template';

/** In fast mode coarse estimates need not be exact, and what has not settled after ten steps at level 0 never does. */
const COARSE_ITERATIONS: i32 = 3;
const COARSE_EPSILON: f32 = 0.1;
const COARSE_SLACK: f32 = 0.5;
const FINEST_ITERATIONS: i32 = 10;
const FINEST_SLACK: f32 = 0.1;

// What is being tracked: the slots of the two frames, and the level at hand.
let previous: i32 = 0;
let next: i32 = 0;
let faithful: bool = false;
let level: i32 = 0;
let stride: i32 = 0;
let columns: i32 = 0;
let flow: usize = 0;

/** Tracks the field from one slot's frame to the other's; needs both pyramids. */
export function trackField(from: i32, to: i32, faithfully: bool): void {
	previous = from;
	next = to;
	faithful = faithfully;
	setParents(0, 1, 0, 0);
	for (level = levels - 1; level >= 0; level--) {
		stride = nodeStride(level);
		columns = (gridColumns + stride - 1) / stride;
		const rows = (gridRows + stride - 1) / stride;
		flow = level == 0 ? flowPointer : level & 1 ? nodeFlowA : nodeFlowB;
		for (let row = 0; row < rows; row += nodeRowsPerBand(level)) {
			trackRows(row, min(row + nodeRowsPerBand(level), rows));
		}
		setParents(flow, stride, columns, rows);
	}
}

/** The node rows first..end-1, in runs of columns that are close enough to share a band. */
function trackRows(first: i32, end: i32): void {
	const gap = (windowSize << level) / (stride * gridStep) + 1;
	let left = -1;
	let right = -1;
	for (let column = 0; column < columns; column++) {
		if (!columnIsAwake(column, first, end)) {
			rest(column, first, end);
			continue;
		}
		if (left >= 0 && column - right > gap) {
			trackRun(first, end, left, right);
			left = -1;
		}
		if (left < 0) left = column;
		right = column;
	}
	if (left >= 0) trackRun(first, end, left, right);
}

function columnIsAwake(column: i32, first: i32, end: i32): bool {
	if (!restEnabled) return true;
	for (let row = first; row < end; row++) if (blockIsAwake(column, row)) return true;
	return false;
}

// @ts-ignore: decorator
@inline
function blockIsAwake(column: i32, row: i32): bool {
	if (stride == 1) return cellIsAwake(row * gridColumns + column);
	const right = min(gridColumns, (column + 1) * stride);
	const bottom = min(gridRows, (row + 1) * stride);
	for (let y = row * stride; y < bottom; y++) {
		for (let x = column * stride; x < right; x++) if (cellIsAwake(y * gridColumns + x)) return true;
	}
	return false;
}

/** Nodes at rest pass no motion on. The cells of level 0 keep their status. */
// @ts-ignore: decorator
@inline
function rest(column: i32, first: i32, end: i32): void {
	if (level == 0) return;
	for (let row = first; row < end; row++) store<i64>(flow + (<usize>(row * columns + column) << 3), 0);
}

/** The awake nodes of columns left..right in rows first..end-1: they share a band of gradients. */
function trackRun(first: i32, end: i32, left: i32, right: i32): void {
	const band = gradientBand(
		previous,
		level,
		cornerOf(centreX(left)),
		cornerOf(centreY(first)),
		cornerOf(centreX(right)) + windowSize + 1,
		cornerOf(centreY(end - 1)) + windowSize + 1
	);
	for (let row = first; row < end; row++) {
		for (let column = left; column <= right; column++) {
			const awake = !restEnabled || blockIsAwake(column, row);
			if (level == 0) {
				if (awake) trackCell(band, column, row);
			} else {
				if (!awake) setDisplacement(0, 0);
				else if (faithful) trackPoint(band, column, row);
				else trackNode(band, column, row);
				storeFlow(row * columns + column);
			}
		}
	}
}

// The middle of a node's block, in pixels of level 0.

// @ts-ignore: decorator
@inline
function centreX(column: i32): i32 {
	const last = min(gridColumns, (column + 1) * stride) - 1;
	return originX + (((column * stride + last) * gridStep) >> 1);
}

// @ts-ignore: decorator
@inline
function centreY(row: i32): i32 {
	const last = min(gridRows, (row + 1) * stride) - 1;
	return originY + (((row * stride + last) * gridStep) >> 1);
}

/** The upper or left edge of a node's window, in pixels of the level: rounded to whole ones, faithfully down. */
// @ts-ignore: decorator
@inline
function cornerOf(centre: i32): i32 {
	const half = level > 0 && !faithful ? 1 << (level - 1) : 0;
	return ((centre + half) >> level) - radius;
}

// @ts-ignore: decorator
@inline
function storeFlow(index: i32): void {
	const p = flow + (<usize>index << 3);
	store<f32>(p, displacementX);
	store<f32>(p, displacementY, 4);
}

/** Measures the template of the whole pixel (x0, y0) of the level. */
// @ts-ignore: decorator
@inline
function measureAt<T>(band: usize, x0: i32, y0: i32): bool {
	const row = imageStride(level);
	const image = imagePointer(previous, level) + y0 * <i32>row + x0 * sizeof<T>();
	return measureTemplate<T>(image, row, band + y0 * <i32>bandStride + (x0 << 1), bandStride, bandPlane);
}

/** Fast mode above level 0: a seed for the level below, at the whole pixel nearest to the block's middle. */
function trackNode(band: usize, column: i32, row: i32): void {
	const x0 = cornerOf(centreX(column));
	const y0 = cornerOf(centreY(row));
	choose<i16>(previous, next, level, x0, y0, column, row, stride);
	if (!windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	if (!measureAt<i16>(band, x0, y0)) return;
	const u = displacementX;
	const v = displacementY;
	refine<i16>(next, level, <f32>x0, <f32>y0, COARSE_ITERATIONS, COARSE_EPSILON, COARSE_SLACK);
	takeBackWorse<i16>(previous, next, level, x0, y0, u, v);
}

/** Faithful mode above level 0: the point itself, between pixels if need be; x / 2^level is exact in f32. */
function trackPoint(band: usize, column: i32, row: i32): void {
	inherit(column, row, 1);
	const x0 = cornerOf(centreX(column));
	const y0 = cornerOf(centreY(row));
	if (!windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	const part = <f32>1.0 / <f32>(1 << level);
	const x = <f32>centreX(column) * part - <f32>radius;
	const y = <f32>centreY(row) * part - <f32>radius;
	const a = x - <f32>x0;
	const b = y - <f32>y0;
	const solvable =
		a == 0 && b == 0 ? measureAt<i16>(band, x0, y0) : measureBetween(previous, level, band, x0, y0, a, b);
	if (solvable) refine<i16>(next, level, x, y, MAX_ITERATIONS, EPSILON, 0);
}

/** Level 0, in either mode: the grid point's own displacement and status. */
function trackCell(band: usize, column: i32, row: i32): void {
	const index = row * gridColumns + column;
	const x0 = originX + column * gridStep - radius;
	const y0 = originY + row * gridStep - radius;
	if (faithful) inherit(column, row, 1);
	else choose<u8>(previous, next, 0, x0, y0, column, row, 1);
	const u = displacementX;
	const v = displacementY;
	const iterations = faithful ? MAX_ITERATIONS : FINEST_ITERATIONS;
	const slack: f32 = faithful ? 0 : FINEST_SLACK;
	let found = measureAt<u8>(band, x0, y0) && refine<u8>(next, 0, <f32>x0, <f32>y0, iterations, EPSILON, slack);
	if (found && !faithful) takeBackWorse<u8>(previous, next, 0, x0, y0, u, v);
	found = found && endsInside(x0, y0);
	storeFlow(index);
	store<u8>(statusPointer + <usize>index, found ? 1 : 0);
	if (restEnabled) noteMeasurement(previous, next, index, column, row, found);
}

/** Whether the displaced window still touches the image. */
// @ts-ignore: decorator
@inline
function endsInside(x0: i32, y0: i32): bool {
	const x = <i32>floor<f32>(<f32>x0 + displacementX);
	const y = <i32>floor<f32>(<f32>y0 + displacementY);
	return windowTouches(x, y, levelWidth(0), levelHeight(0));
}
