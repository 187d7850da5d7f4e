// Fast mode: a few nodes at coarse levels, whose estimates the cells of the grid choose from.
//
//   level 3   o . . . o . . .      nodes stand for blocks of cells, 4 x 4 at the top and one each at level 0
//             . . . . . . . .      (for a 17 pixel window and a 16 pixel grid)
//             . . . . . . . .
//             . . . . . . . .      A node starts from the best of: its parent, the parent's neighbours on the
//             o . . . o . . .      side where the node lies, and rest; best is the least mean absolute difference.
//
// A block whose cells are all at rest (see rest.ts) is not tracked.

import { gradientBand, gradientsOfLevel } from './gradients';
import {
	gridColumns,
	gridRows,
	gridRowsPerBand,
	gridStep,
	imagePointer,
	imageStride,
	levelHeight,
	levels,
	levelWidth,
	nodeFlowA,
	nodeFlowB,
	nodeStride,
	originX,
	originY,
	radius,
	windowSize
} from './layout';
import { measureCoarse, storePoint, trackFinest } from './faithful';
import { displacementX, displacementY, refine, setDisplacement, windowTouches } from './iterate';
import { cellIsAwake, enabled, firstAwake, lastAwake, noteMeasurement } from './rest';
import { PATCH, patchDifference } from './sad';

/** Coarse estimates need not be exact: few iterations, long last steps, and forms used well outside their pixel. */
const COARSE_ITERATIONS: i32 = 4;
const COARSE_EPSILON: f32 = 0.1;
const COARSE_SLACK: f32 = 0.5;
const FINEST_SLACK: f32 = 0.0;
/** Two candidates closer than this (sum of both axes, px) count as one. */
const SAME_CANDIDATE: f32 = 0.75;
/** How much better than the parent's a neighbour's estimate must be. */
const PREFERENCE: f32 = 0.9;
/** Coarse gradients are made in strips of so many rows. */
const STRIP_ROWS: i32 = 16;

/** The level above: its node flows, its blocks' side in cells, and its extent in nodes. */
let parentFlow: usize = 0;
let parentStride: i32 = 0;
let parentColumns: i32 = 0;
let parentRows: i32 = 0;

/** Tracks the awake part of the grid from the previous slot to the next. */
export function trackFast(previous: i32, next: i32): void {
	parentStride = 0;
	for (let level = levels - 1; level > 0; level--) {
		const flow = parentFlow == nodeFlowA ? nodeFlowB : nodeFlowA;
		trackNodes(previous, next, level, flow);
		parentFlow = flow;
		parentStride = nodeStride(level);
		parentColumns = (gridColumns + parentStride - 1) / parentStride;
		parentRows = (gridRows + parentStride - 1) / parentStride;
	}
	trackCells(previous, next);
}

/** All nodes of a level above 0. Gradients are made only where the awake blocks' windows lie. */
function trackNodes(previous: i32, next: i32, level: i32, flow: usize): void {
	const stride = nodeStride(level);
	const columns = (gridColumns + stride - 1) / stride;
	const rows = (gridRows + stride - 1) / stride;
	gradientsOfAwakePart(previous, level);
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			setDisplacement(0, 0);
			if (blockIsAwake(column, row, stride)) trackNode(previous, next, level, column, row, stride);
			const p = flow + (<usize>(row * columns + column) << 3);
			store<f32>(p, displacementX);
			store<f32>(p, displacementY, 4);
		}
	}
}

/** In strips of rows, each as wide as what is awake near it, a window's margin round it. */
function gradientsOfAwakePart(previous: i32, level: i32): void {
	const margin = ((nodeStride(level) * gridStep) >> level) + radius + 2;
	for (let top = 0; top < levelHeight(level); top += STRIP_ROWS) {
		const bottom = top + STRIP_ROWS;
		const firstRow = max(0, (((top - margin) << level) - originY) / gridStep);
		const lastRow = min(gridRows - 1, (((bottom + margin) << level) - originY) / gridStep);
		let left = gridColumns;
		let right = -1;
		for (let row = firstRow; row <= lastRow; row++) {
			left = min(left, firstAwake(row));
			right = max(right, lastAwake(row));
		}
		if (right < 0) continue;
		const x0 = ((originX + left * gridStep) >> level) - margin;
		const x1 = ((originX + right * gridStep) >> level) + margin;
		gradientsOfLevel(previous, level, x0, top, x1, bottom);
	}
}

function blockIsAwake(column: i32, row: i32, stride: i32): bool {
	const right = min(gridColumns, (column + 1) * stride);
	const bottom = min(gridRows, (row + 1) * stride);
	for (let y = row * stride; y < bottom; y++) {
		for (let x = column * stride; x < right; x++) if (cellIsAwake(y * gridColumns + x)) return true;
	}
	return false;
}

/** The middle of a block, in pixels of level 0, along one axis. */
// @ts-ignore: decorator
@inline
function blockCentre(origin: i32, index: i32, stride: i32, cells: i32): i32 {
	const last = min(cells, (index + 1) * stride) - 1;
	return origin + (((index * stride + last) * gridStep) >> 1);
}

/** One node: its window sits at the whole pixel next to the block's middle; it is a seed, no result. */
function trackNode(previous: i32, next: i32, level: i32, column: i32, row: i32, stride: i32): void {
	const half = 1 << (level - 1);
	const x0 = ((blockCentre(originX, column, stride, gridColumns) + half) >> level) - radius;
	const y0 = ((blockCentre(originY, row, stride, gridRows) + half) >> level) - radius;
	if (parentStride > 0) chooseCandidate<i16>(previous, next, level, x0, y0, column, row, stride);
	if (!windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	if (!measureCoarse(previous, level, x0, y0)) return;
	refine<i16>(next, level, <f32>x0, <f32>y0, COARSE_ITERATIONS, COARSE_EPSILON, COARSE_SLACK);
}

/** Level 0: every awake cell of the grid, a band of rows at a time, in runs of columns. */
function trackCells(previous: i32, next: i32): void {
	const gap = windowSize / gridStep + 1;
	for (let row = 0; row < gridRows; row += gridRowsPerBand) {
		const end = min(row + gridRowsPerBand, gridRows);
		let left = -1;
		let right = -1;
		for (let column = 0; column < gridColumns; column++) {
			if (!columnIsAwake(column, row, end)) continue;
			if (left >= 0 && column - right > gap) {
				trackRun(previous, next, row, end, left, right);
				left = -1;
			}
			if (left < 0) left = column;
			right = column;
		}
		if (left >= 0) trackRun(previous, next, row, end, left, right);
	}
}

// @ts-ignore: decorator
@inline
function columnIsAwake(column: i32, row: i32, end: i32): bool {
	for (let r = row; r < end; r++) if (cellIsAwake(r * gridColumns + column)) return true;
	return false;
}

/** The awake cells of columns left..right in the grid rows row..end-1, which share a band of gradients. */
function trackRun(previous: i32, next: i32, row: i32, end: i32, left: i32, right: i32): void {
	const band = gradientBand(
		previous,
		originX + left * gridStep - radius,
		originY + row * gridStep - radius,
		originX + right * gridStep + radius + 1,
		originY + (end - 1) * gridStep + radius + 1
	);
	for (let r = row; r < end; r++) {
		for (let column = left; column <= right; column++) {
			if (cellIsAwake(r * gridColumns + column)) trackCell(previous, next, band, column, r);
		}
	}
}

function trackCell(previous: i32, next: i32, band: usize, column: i32, row: i32): void {
	const index = row * gridColumns + column;
	const x = originX + column * gridStep;
	const y = originY + row * gridStep;
	setDisplacement(0, 0);
	if (parentStride > 0) chooseCandidate<u8>(previous, next, 0, x - radius, y - radius, column, row, 1);
	const found = trackFinest(previous, next, band, x, y, FINEST_SLACK);
	storePoint(index, found);
	if (enabled) noteMeasurement(previous, next, index, column, row, found);
}

// The choice among candidates: the best so far, and the difference it leaves (negative while not measured).
let bestX: f32 = 0;
let bestY: f32 = 0;
let bestDifference: f32 = -1;

/**
 * Sets the displacement to the best candidate for the window whose corner is (x0, y0).
 * The parent's estimate is the favourite; nothing is measured as long as all candidates agree with it.
 */
function chooseCandidate<T>(
	previous: i32,
	next: i32,
	level: i32,
	x0: i32,
	y0: i32,
	column: i32,
	row: i32,
	stride: i32
): void {
	const parentX = min(column * stride / parentStride, parentColumns - 1);
	const parentY = min(row * stride / parentStride, parentRows - 1);
	const besideX = parentX + sideOf(column, stride);
	const besideY = parentY + sideOf(row, stride);
	const favourite = parentFlow + (<usize>(parentY * parentColumns + parentX) << 3);
	bestX = load<f32>(favourite) * <f32>2.0;
	bestY = load<f32>(favourite, 4) * <f32>2.0;
	setDisplacement(bestX, bestY);
	bestDifference = -1;
	if (!windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	considerNode<T>(previous, next, level, x0, y0, besideX, parentY);
	considerNode<T>(previous, next, level, x0, y0, parentX, besideY);
	considerNode<T>(previous, next, level, x0, y0, besideX, besideY);
	consider<T>(previous, next, level, x0, y0, 0, 0);
	setDisplacement(bestX, bestY);
}

/** On which side of its parent a node lies: the parent's neighbour there is the one to ask. */
// @ts-ignore: decorator
@inline
function sideOf(index: i32, stride: i32): i32 {
	const nodesPerParent = parentStride / stride;
	return nodesPerParent > 1 && (index % nodesPerParent) * 2 < nodesPerParent ? -1 : 1;
}

function considerNode<T>(
	previous: i32,
	next: i32,
	level: i32,
	x0: i32,
	y0: i32,
	column: i32,
	row: i32
): void {
	if (column < 0 || row < 0 || column >= parentColumns || row >= parentRows) return;
	const p = parentFlow + (<usize>(row * parentColumns + column) << 3);
	consider<T>(previous, next, level, x0, y0, load<f32>(p) * <f32>2.0, load<f32>(p, 4) * <f32>2.0);
}

/** Takes (u, v) if it differs from the favourite and from the best so far, and leaves less difference. */
function consider<T>(previous: i32, next: i32, level: i32, x0: i32, y0: i32, u: f32, v: f32): void {
	if (distance(u - bestX, v - bestY) < SAME_CANDIDATE) return;
	if (distance(u - displacementX, v - displacementY) < SAME_CANDIDATE) return;
	if (bestDifference < 0) {
		bestDifference = PREFERENCE * differenceAt<T>(previous, next, level, x0, y0, bestX, bestY);
	}
	const difference = differenceAt<T>(previous, next, level, x0, y0, u, v);
	if (difference >= bestDifference) return;
	bestDifference = difference;
	bestX = u;
	bestY = v;
}

// @ts-ignore: decorator
@inline
function distance(u: f32, v: f32): f32 {
	return abs<f32>(u) + abs<f32>(v);
}

/** The patch in the middle of the window, against the next frame displaced by the nearest whole pixels. */
function differenceAt<T>(previous: i32, next: i32, level: i32, x0: i32, y0: i32, u: f32, v: f32): f32 {
	const x = x0 + <i32>nearest<f32>(u);
	const y = y0 + <i32>nearest<f32>(v);
	if (!windowTouches(x, y, levelWidth(level), levelHeight(level))) return 1e9;
	const stride = imageStride(level);
	const inset = radius - PATCH / 2;
	const a = imagePointer(previous, level) + (y0 + inset) * <i32>stride + (x0 + inset) * sizeof<T>();
	const b = imagePointer(next, level) + (y + inset) * <i32>stride + (x + inset) * sizeof<T>();
	return patchDifference<T>(a, stride, b, stride);
}
