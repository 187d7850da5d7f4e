// A template between pixels: the window of a coarse level whose point does not fall on a whole pixel there.
//
// Point 137 of level 0 lies at 17.125 of level 3. Faithful mode interpolates the window bilinearly into a patch of
// its own, image and gradients alike, and tracks that.

import { bandPlane, bandStride, imagePointer, imageStride, windowSize } from './layout';
import { measureTemplate } from './template';

/** Rows of the patch: 32 pixels of int16. Planes: image, gx, gy. */
const PATCH_STRIDE: usize = 64;
const PATCH_PLANE: usize = 64 * 32;
const PATCHES = memory.data(64 * 32 * 3, 16);

/** Weights of the four neighbours, in sixty-fourths: pairs (left, right). */
let weightsAbove: v128 = i32x4.splat(0);
let weightsBelow: v128 = i32x4.splat(0);

/**
 * Measures the template at (x0 + a, y0 + b), 0 <= a, b < 1 in eighths, of a level above 0.
 * band: gx of the level's pixel (0, 0), as gradientBand gives it.
 */
export function measureBetween(slot: i32, level: i32, band: usize, x0: i32, y0: i32, a: f32, b: f32): bool {
	setWeights(<i32>(a * <f32>8.0), <i32>(b * <f32>8.0));
	const stride = imageStride(level);
	const image = imagePointer(slot, level) + y0 * <i32>stride + (x0 << 1);
	const gradient = band + y0 * <i32>bandStride + (x0 << 1);
	interpolate(image, stride, PATCHES);
	interpolate(gradient, bandStride, PATCHES + PATCH_PLANE);
	interpolate(gradient + bandPlane, bandStride, PATCHES + 2 * PATCH_PLANE);
	return measureTemplate<i16>(PATCHES, PATCH_STRIDE, PATCHES + PATCH_PLANE, PATCH_STRIDE, PATCH_PLANE);
}

function setWeights(a: i32, b: i32): void {
	weightsAbove = i32x4.splat(((8 - a) * (8 - b)) | ((a * (8 - b)) << 16));
	weightsBelow = i32x4.splat(((8 - a) * b) | ((a * b) << 16));
}

/** One plane of the window: eight pixels a turn, as many as a row of the patch holds. */
function interpolate(source: usize, stride: usize, target: usize): void {
	for (let y = 0; y < windowSize; y++) {
		for (let x = 0; x < windowSize; x += 8) {
			const p = source + (<usize>x << 1);
			v128.store(target + (<usize>x << 1), interpolateEight(p, p + stride));
		}
		source += stride;
		target += PATCH_STRIDE;
	}
}

// @ts-ignore: decorator
@inline
function interpolateEight(above: usize, below: usize): v128 {
	const a0 = v128.load(above);
	const a1 = v128.load(above, 2);
	const b0 = v128.load(below);
	const b1 = v128.load(below, 2);
	const low = interpolateFour(
		v128.shuffle<i16>(a0, a1, 0, 8, 1, 9, 2, 10, 3, 11),
		v128.shuffle<i16>(b0, b1, 0, 8, 1, 9, 2, 10, 3, 11)
	);
	const high = interpolateFour(
		v128.shuffle<i16>(a0, a1, 4, 12, 5, 13, 6, 14, 7, 15),
		v128.shuffle<i16>(b0, b1, 4, 12, 5, 13, 6, 14, 7, 15)
	);
	return i16x8.narrow_i32x4_s(low, high);
}

/** Pairs of neighbours above and below, weighted: 64 parts in all. */
// @ts-ignore: decorator
@inline
function interpolateFour(above: v128, below: v128): v128 {
	let sum = i32x4.splat(32);
	sum = i32x4.add(sum, i32x4.dot_i16x8_s(above, weightsAbove));
	sum = i32x4.add(sum, i32x4.dot_i16x8_s(below, weightsBelow));
	return i32x4.shr_s(sum, 6);
}
