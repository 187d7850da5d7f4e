// Faithful mode: every grid point on its own, through all levels, as OpenCV's calcOpticalFlowPyrLK does it.

import { gradientBand, gradientsOfLevel } from './gradients';
import {
	flowPointer,
	gradientPlane,
	gradientPointer,
	gradientStride,
	bandPlane,
	gridColumns,
	gridRows,
	gridRowsPerBand,
	gridStep,
	imagePointer,
	imageStride,
	levelHeight,
	levels,
	levelWidth,
	originX,
	originY,
	radius,
	statusPointer,
	windowSize
} from './layout';
import { measureTemplateBetween } from './between';
import {
	displacementX,
	displacementY,
	EPSILON,
	MAX_ITERATIONS,
	refine,
	setDisplacement,
	windowTouches
} from './iterate';
import { measureTemplate } from './template';

/** Tracks the whole grid from the previous slot to the next. */
export function trackFaithfully(previous: i32, next: i32): void {
	for (let level = 1; level < levels; level++) {
		gradientsOfLevel(previous, level, 0, 0, levelWidth(level), levelHeight(level));
	}
	for (let row = 0; row < gridRows; row += gridRowsPerBand) {
		const last = min(row + gridRowsPerBand, gridRows) - 1;
		const top = originY + row * gridStep - radius;
		const bottom = originY + last * gridStep + radius + 1;
		const band = gradientBand(previous, 0, top, levelWidth(0), bottom);
		for (let r = row; r <= last; r++) {
			for (let column = 0; column < gridColumns; column++) {
				const x = originX + column * gridStep;
				const y = originY + r * gridStep;
				const found = trackPoint(previous, next, band, x, y);
				storePoint(r * gridColumns + column, found);
			}
		}
	}
}

/** Writes the displacement of a grid point and whether it was found. */
export function storePoint(index: i32, found: bool): void {
	const p = flowPointer + (<usize>index << 3);
	store<f32>(p, displacementX);
	store<f32>(p, displacementY, 4);
	store<u8>(statusPointer + <usize>index, found ? 1 : 0);
}

/** From coarse to fine, doubling the displacement; a level that cannot be solved passes its estimate on. */
function trackPoint(previous: i32, next: i32, band: usize, x: i32, y: i32): bool {
	setDisplacement(0, 0);
	for (let level = levels - 1; level > 0; level--) {
		trackCoarse(previous, next, level, x, y);
		setDisplacement(displacementX * <f32>2.0, displacementY * <f32>2.0);
	}
	return trackFinest(previous, next, band, x, y, <f32>0.0);
}

/** One level above 0. The point may fall between pixels there; x / 2^level is exact in f32. */
function trackCoarse(previous: i32, next: i32, level: i32, x: i32, y: i32): void {
	const part = <f32>1.0 / <f32>(1 << level);
	const cornerX = <f32>x * part - <f32>radius;
	const cornerY = <f32>y * part - <f32>radius;
	const x0 = <i32>floor<f32>(cornerX);
	const y0 = <i32>floor<f32>(cornerY);
	if (!windowTouches(x0, y0, levelWidth(level), levelHeight(level))) return;
	const a = cornerX - <f32>x0;
	const b = cornerY - <f32>y0;
	const whole = a == 0 && b == 0;
	const solvable = whole
		? measureCoarse(previous, level, x0, y0)
		: measureTemplateBetween(previous, level, x0, y0, a, b);
	if (solvable) refine<i16>(next, level, cornerX, cornerY, MAX_ITERATIONS, EPSILON, 0);
}

/** Measures the template whose corner is the whole pixel (x0, y0) of a level above 0. */
export function measureCoarse(slot: i32, level: i32, x0: i32, y0: i32): bool {
	const stride = imageStride(level);
	const gradientRow = gradientStride(level);
	return measureTemplate<i16>(
		imagePointer(slot, level) + y0 * <i32>stride + (x0 << 1),
		stride,
		gradientPointer(level) + y0 * <i32>gradientRow + (x0 << 1),
		gradientRow,
		gradientPlane(level)
	);
}

/** Level 0, where the point is a whole pixel: the last refinement. Returns whether the point was found. */
export function trackFinest(previous: i32, next: i32, band: usize, x: i32, y: i32, slack: f32): bool {
	const x0 = x - radius;
	const y0 = y - radius;
	const stride = imageStride(0);
	const gradientRow = gradientStride(0);
	const image = imagePointer(previous, 0) + y0 * <i32>stride + x0;
	const gradient = band + y0 * <i32>gradientRow + (x0 << 1);
	if (!measureTemplate<u8>(image, stride, gradient, gradientRow, bandPlane)) return false;
	if (!refine<u8>(next, 0, <f32>x0, <f32>y0, MAX_ITERATIONS, EPSILON, slack)) return false;
	const cornerX = <i32>floor<f32>(<f32>x0 + displacementX);
	const cornerY = <i32>floor<f32>(<f32>y0 + displacementY);
	return windowTouches(cornerX, cornerY, levelWidth(0), levelHeight(0));
}
