// Iteration: Newton steps d = -A^-1 b from an estimate of the displacement until they become small.

import { imagePointer, imageStride, levelHeight, levelWidth, windowSize } from './layout';
import { a11, a12, a22, inverseDeterminant } from './template';
import { c00x, c00y, c01x, c01y, c10x, c10y, c11x, c11y, correlate } from './correlate';

/** A step shorter than 0.03 px ends the iteration, and so does the thirtieth. */
export const MAX_ITERATIONS: i32 = 30;
export const EPSILON: f32 = 0.03;

/** The displacement, in and out: pixels of the level at hand. */
export let displacementX: f32 = 0;
export let displacementY: f32 = 0;

// @ts-ignore: decorator
@inline
export function setDisplacement(x: f32, y: f32): void {
	displacementX = x;
	displacementY = y;
}

/** Whether a window whose corner lies at (x, y) still touches the image, and may therefore be read. */
// @ts-ignore: decorator
@inline
export function windowTouches(x: i32, y: i32, w: i32, h: i32): bool {
	return x >= -windowSize && x < w && y >= -windowSize && y < h;
}

/**
 * Refines the displacement of the current template, whose corner lies at (x0, y0) of the level, in the next frame.
 * Correlations are made anew when the estimate leaves their pixel by more than `slack` px: a little outside, the form
 * is still a fair one. A point nearly at rest wavers about a corner of four pixels, and would need all four.
 * Returns false when the window left the image; the displacement is then the last one inside.
 */
export function refine<T>(
	slot: i32,
	level: i32,
	x0: f32,
	y0: f32,
	iterations: i32,
	epsilon: f32,
	slack: f32
): bool {
	const w = levelWidth(level);
	const h = levelHeight(level);
	const stride = imageStride(level);
	const image = imagePointer(slot, level);
	let x: f32 = x0 + displacementX;
	let y: f32 = y0 + displacementY;
	let lastX: f32 = 0;
	let lastY: f32 = 0;
	let pixelX: f32 = -1e6; // the pixel that the correlations are of: none yet
	let pixelY: f32 = 0;
	for (let k = 0; k < iterations; k++) {
		const floorX = floor<f32>(x);
		const floorY = floor<f32>(y);
		if (!windowTouches(<i32>floorX, <i32>floorY, w, h)) return false;
		let a = x - pixelX;
		let b = y - pixelY;
		if (!(a >= -slack && a <= <f32>1.0 + slack && b >= -slack && b <= <f32>1.0 + slack)) {
			correlate<T>(image + <i32>floorY * <i32>stride + <i32>floorX * <i32>sizeof<T>(), stride);
			pixelX = floorX;
			pixelY = floorY;
			a = x - floorX;
			b = y - floorY;
		}
		const bx = bilinear(a, b, c00x, c10x, c01x, c11x);
		const by = bilinear(a, b, c00y, c10y, c01y, c11y);
		const stepX: f32 = (a12 * by - a22 * bx) * inverseDeterminant;
		const stepY: f32 = (a12 * bx - a11 * by) * inverseDeterminant;
		x += stepX;
		y += stepY;
		setDisplacement(x - x0, y - y0);
		if (stepX * stepX + stepY * stepY <= epsilon * epsilon) break;
		// Two steps that undo each other: the minimum lies between them.
		if (k > 0 && abs<f32>(stepX + lastX) < <f32>0.01 && abs<f32>(stepY + lastY) < <f32>0.01) {
			setDisplacement(displacementX - stepX * <f32>0.5, displacementY - stepY * <f32>0.5);
			break;
		}
		lastX = stepX;
		lastY = stepY;
	}
	return true;
}

// @ts-ignore: decorator
@inline
function bilinear(a: f32, b: f32, c00: f32, c10: f32, c01: f32, c11: f32): f32 {
	const rest: f32 = <f32>1.0 - a;
	return (<f32>1.0 - b) * (rest * c00 + a * c10) + b * (rest * c01 + a * c11);
}
