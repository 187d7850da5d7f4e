// Where a node of fast mode starts from: the best of a few estimates of the level above, and of no motion.
//
//     A . . . B        A node (o) lies in the block of its parent P. Motion edges run between blocks, so the
//     . . . . .        parents on the side of the node are asked as well: A, B (here P is the lower right one),
//     . . o . .        C, and rest. Whichever leaves the least mean absolute difference wins; as long as they
//     C . . . P        all agree, which is the rule, nothing needs to be measured.

import { imagePointer, imageStride, levelHeight, levelWidth, radius } from './layout';
import { displacementX, displacementY, setDisplacement, windowTouches } from './iterate';
import { PATCH, patchDifference } from './sad';

/** Two candidates closer than this (sum of both axes, px) count as one. */
const SAME_CANDIDATE: f32 = 0.75;
/** How far (sum of both axes, px) a refinement may go before its result is compared with its start. */
const FAR: f32 = 2.0;
/** A neighbour's estimate must leave less than this share of the parent's difference. */
const PREFERENCE: f32 = 0.9;

/** The level above: its node flows, and its extent in nodes. No columns: there is no level above. */
let parentFlow: usize = 0;
let parentStride: i32 = 0;
let parentColumns: i32 = 0;
let parentRows: i32 = 0;

/** The choice: the best so far, and the difference it leaves (negative while not measured). */
let bestX: f32 = 0;
let bestY: f32 = 0;
let bestDifference: f32 = -1;

/** Names the level that candidates come from. */
export function setParents(flow: usize, stride: i32, columns: i32, rows: i32): void {
	parentFlow = flow;
	parentStride = stride;
	parentColumns = columns;
	parentRows = rows;
}

/** Starts from the parent's displacement, doubled; from none at the top. */
export function inherit(column: i32, row: i32, stride: i32): void {
	if (parentColumns == 0) return setDisplacement(0, 0);
	const p = parentNode(column * stride / parentStride, row * stride / parentStride);
	setDisplacement(load<f32>(p) * <f32>2.0, load<f32>(p, 4) * <f32>2.0);
}

// @ts-ignore: decorator
@inline
function parentNode(column: i32, row: i32): usize {
	return parentFlow + (<usize>(row * parentColumns + column) << 3);
}

/** Starts from the best candidate for the window whose corner is (x0, y0). */
export function choose<T>(previous: i32, next: i32, level: i32, x0: i32, y0: i32, column: i32, row: i32, stride: i32): void {
	inherit(column, row, stride);
	if (parentColumns == 0 || !windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	bestX = displacementX;
	bestY = displacementY;
	bestDifference = -1;
	const parentX = column * stride / parentStride;
	const parentY = row * stride / parentStride;
	const besideX = parentX + sideOf(column, stride);
	const besideY = parentY + sideOf(row, stride);
	considerNode<T>(previous, next, level, x0, y0, besideX, parentY);
	considerNode<T>(previous, next, level, x0, y0, parentX, besideY);
	considerNode<T>(previous, next, level, x0, y0, besideX, besideY);
	consider<T>(previous, next, level, x0, y0, 0, 0);
	setDisplacement(bestX, bestY);
}

/** On which side of its parent a node lies. */
// @ts-ignore: decorator
@inline
function sideOf(index: i32, stride: i32): i32 {
	const nodesPerParent = parentStride / stride;
	return nodesPerParent > 1 && (index % nodesPerParent) * 2 < nodesPerParent ? -1 : 1;
}

// @ts-ignore: decorator
@inline
function considerNode<T>(previous: i32, next: i32, level: i32, x0: i32, y0: i32, column: i32, row: i32): void {
	if (column < 0 || row < 0 || column >= parentColumns || row >= parentRows) return;
	const p = parentNode(column, row);
	consider<T>(previous, next, level, x0, y0, load<f32>(p) * <f32>2.0, load<f32>(p, 4) * <f32>2.0);
}

/** Takes (u, v) if it differs from the parent's and from the best so far, and leaves less difference. */
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

/** Where a refinement went far from its start (u, v) and leaves more difference than that did: back to the start. */
// @ts-ignore: decorator
@inline
export function takeBackWorse<T>(previous: i32, next: i32, level: i32, x0: i32, y0: i32, u: f32, v: f32): void {
	if (distance(displacementX - u, displacementY - v) < FAR) return;
	const before = differenceAt<T>(previous, next, level, x0, y0, u, v);
	const after = differenceAt<T>(previous, next, level, x0, y0, displacementX, displacementY);
	if (after > before) setDisplacement(u, v);
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
