// The template: what one window of the previous frame contributes, once a point and level.
//
//   A = sum g g'   the 2x2 structure tensor of the window (Bouguet 2000, the spatial gradient matrix)
//   s = sum I g    the window's correlation with its own gradient
//
// Both are scaled by 2^-20 as in OpenCV, with pixels in Q5 (times 32) like the gradients.

import { windowSize } from './layout';
import { accumulate, gather8x16, gatherColumn, load8, sumLanes4 } from './lanes';
import { fullStrips, hasColumn, hasMaskedStrip, tailMask } from './window';

export const SCALE: f32 = 1.0 / 1048576.0;
/** Least eigenvalue a pixel below which a window has too little texture to be tracked: OpenCV's default. */
const MIN_EIGENVALUE: f32 = 0.0001;
const MIN_DETERMINANT: f32 = 1.1920929e-7;

export let a11: f32 = 0;
export let a12: f32 = 0;
export let a22: f32 = 0;
export let inverseDeterminant: f32 = 0;
export let selfX: f32 = 0;
export let selfY: f32 = 0;

/** The gradients of the window, as correlation reads them. */
export let windowGradient: usize = 0;
export let windowGradientStride: usize = 0;
export let windowGradientPlane: usize = 0;

/** The last column's gradients as two packed columns: gx at 0, gy at 64; its lowest entry at index 8 * strips. */
export const COLUMN_X = memory.data(64, 16);
export const COLUMN_Y = memory.data(64, 16);

/** What brings a sum of pixel * gradient to the common scale: level 0 pixels are whole, others have three bits. */
// @ts-ignore: decorator
@inline
export function productScale<T>(): f32 {
	return (sizeof<T>() == 1 ? <f32>32.0 : <f32>4.0) * SCALE;
}

/**
 * Measures the window whose pixels begin at image, and whose gx begin at gradient, gy a plane further.
 * Returns whether it has texture enough, in both directions, to be tracked.
 */
export function measureTemplate<T>(
	image: usize,
	stride: usize,
	gradient: usize,
	gradientRow: usize,
	plane: usize
): bool {
	windowGradient = gradient;
	windowGradientStride = gradientRow;
	windowGradientPlane = plane;
	a11 = a12 = a22 = selfX = selfY = 0;
	for (let k = 0; k < fullStrips; k++) {
		addStrip<T>(image + k * 8 * sizeof<T>(), stride, gradient + (<usize>k << 4), false);
	}
	if (hasMaskedStrip) {
		addStrip<T>(image + fullStrips * 8 * sizeof<T>(), stride, gradient + (<usize>fullStrips << 4), true);
	}
	if (hasColumn) addColumn<T>(image, stride);
	return solvable();
}

/** A window is solvable when the lesser eigenvalue of A, a pixel, is large enough. */
// @ts-ignore: decorator
@inline
function solvable(): bool {
	const determinant: f32 = a11 * a22 - a12 * a12;
	const root = sqrt<f32>((a11 - a22) * (a11 - a22) + <f32>4.0 * a12 * a12);
	const pixels = windowSize * windowSize;
	const eigenvalue: f32 = (a22 + a11 - root) / (<f32>2.0 * <f32>pixels);
	if (eigenvalue < MIN_EIGENVALUE || determinant < MIN_DETERMINANT) return false;
	inverseDeterminant = <f32>1.0 / determinant;
	return true;
}

// @ts-ignore: decorator
@inline
function addStrip<T>(image: usize, stride: usize, gradient: usize, masked: bool): void {
	let s11 = i32x4.splat(0);
	let s12 = s11;
	let s22 = s11;
	let sx = s11;
	let sy = s11;
	const mask = masked ? tailMask() : s11;
	const gradientRow = windowGradientStride;
	const plane = windowGradientPlane;
	const end = image + <usize>windowSize * stride;
	do {
		const i = load8<T>(image);
		let gx = v128.load(gradient);
		let gy = v128.load(gradient + plane);
		if (masked) {
			gx = v128.and(gx, mask);
			gy = v128.and(gy, mask);
		}
		s11 = accumulate(s11, gx, gx);
		s12 = accumulate(s12, gx, gy);
		s22 = accumulate(s22, gy, gy);
		sx = accumulate(sx, i, gx);
		sy = accumulate(sy, i, gy);
		image += stride;
		gradient += gradientRow;
	} while (image < end);
	addSums<T>(s11, s12, s22, sx, sy);
}

/** The column right of the last full strip: groups of eight rows, then the one pixel left over. */
// @ts-ignore: decorator
@inline
function addColumn<T>(image: usize, stride: usize): void {
	let s11 = i32x4.splat(0);
	let s12 = s11;
	let s22 = s11;
	let sx = s11;
	let sy = s11;
	let p = image + fullStrips * 8 * sizeof<T>();
	let g = windowGradient + (<usize>fullStrips << 4);
	for (let k = 0; k < fullStrips; k++) {
		const i = gatherColumn<T>(p, stride);
		const gx = gather8x16(g, windowGradientStride);
		const gy = gather8x16(g + windowGradientPlane, windowGradientStride);
		v128.store(COLUMN_X + (<usize>k << 4), gx);
		v128.store(COLUMN_Y + (<usize>k << 4), gy);
		s11 = accumulate(s11, gx, gx);
		s12 = accumulate(s12, gx, gy);
		s22 = accumulate(s22, gy, gy);
		sx = accumulate(sx, i, gx);
		sy = accumulate(sy, i, gy);
		p += stride << 3;
		g += windowGradientStride << 3;
	}
	const i = i32x4.replace_lane(i32x4.splat(0), 0, <i32>load<T>(p) & 0xffff);
	const x = <i32>load<i16>(g);
	const y = <i32>load<i16>(g + windowGradientPlane);
	store<i16>(COLUMN_X + (<usize>fullStrips << 4), <i16>x);
	store<i16>(COLUMN_Y + (<usize>fullStrips << 4), <i16>y);
	const gx = i32x4.replace_lane(i32x4.splat(0), 0, x & 0xffff);
	const gy = i32x4.replace_lane(i32x4.splat(0), 0, y & 0xffff);
	s11 = accumulate(s11, gx, gx);
	s12 = accumulate(s12, gx, gy);
	s22 = accumulate(s22, gy, gy);
	sx = accumulate(sx, i, gx);
	sy = accumulate(sy, i, gy);
	addSums<T>(s11, s12, s22, sx, sy);
}

/**
 * Adds one strip's integer sums, which are exact, to the totals in f32.
 * A strip's lane of gx * gx stays below 31 rows * 2 * 4080^2 < 2^30; the whole window's need not fit 2^31.
 */
// @ts-ignore: decorator
@inline
function addSums<T>(s11: v128, s12: v128, s22: v128, sx: v128, sy: v128): void {
	const scale = f32x4.splat(SCALE);
	const f11 = f32x4.convert_i32x4_s(s11);
	const f12 = f32x4.convert_i32x4_s(s12);
	const f22 = f32x4.convert_i32x4_s(s22);
	const zero = f32x4.splat(0);
	const ab = f32x4.add(v128.shuffle<f32>(f11, f12, 0, 4, 1, 5), v128.shuffle<f32>(f11, f12, 2, 6, 3, 7));
	const cd = f32x4.add(v128.shuffle<f32>(f22, zero, 0, 4, 1, 5), v128.shuffle<f32>(f22, zero, 2, 6, 3, 7));
	const a = f32x4.mul(
		f32x4.add(v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)),
		scale
	);
	a11 += f32x4.extract_lane(a, 0);
	a12 += f32x4.extract_lane(a, 1);
	a22 += f32x4.extract_lane(a, 2);
	const s = sumLanes4(sx, sy, sx, sy);
	selfX += <f32>i32x4.extract_lane(s, 0) * productScale<T>();
	selfY += <f32>i32x4.extract_lane(s, 1) * productScale<T>();
}
