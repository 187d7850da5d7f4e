// Correlation: how the window's gradients match the next frame at the four whole pixels round an estimate.
//
//   b(p) = sum over the window of (J(p + .) - I(.)) g(.)           the mismatch of Lucas and Kanade
//
// J between pixels is interpolated bilinearly, and a sum of bilinear terms with fixed weights is bilinear itself:
//
//   c00 --- c10      b(x + a, y + b) = (1-a)(1-b) c00 + a(1-b) c10 + (1-a)b c01 + ab c11
//    |   .   |
//   c01 --- c11      so the eight sums at the corners say all about the pixel between them, exactly,
//                    and every further iteration inside that pixel costs nothing.

import { windowSize } from './layout';
import { accumulate, gather4x32, gather8x16, load8, sumLanes4 } from './lanes';
import {
	COLUMN_X,
	COLUMN_Y,
	productScale,
	selfX,
	selfY,
	windowGradient,
	windowGradientPlane,
	windowGradientStride
} from './template';
import { fullStrips, hasColumn, hasMaskedStrip, tailMask } from './window';

/** The mismatch at the corners: c<column><row>, against gx and against gy. */
export let c00x: f32 = 0;
export let c10x: f32 = 0;
export let c01x: f32 = 0;
export let c11x: f32 = 0;
export let c00y: f32 = 0;
export let c10y: f32 = 0;
export let c01y: f32 = 0;
export let c11y: f32 = 0;

/** Running totals over the strips: lanes are the corners 00, 10, 01, 11. */
const TOTAL_X = memory.data(16, 16);
const TOTAL_Y = memory.data(16, 16);

/** Correlates the current template with the image at next: the upper left corner of the displaced window. */
export function correlate<T>(next: usize, stride: usize): void {
	v128.store(TOTAL_X, f32x4.splat(0));
	v128.store(TOTAL_Y, f32x4.splat(0));
	for (let k = 0; k < fullStrips; k++) {
		correlateStrip<T>(next + k * 8 * sizeof<T>(), stride, windowGradient + (<usize>k << 4), false);
	}
	if (hasMaskedStrip) {
		const tail = windowGradient + (<usize>fullStrips << 4);
		correlateStrip<T>(next + fullStrips * 8 * sizeof<T>(), stride, tail, true);
	}
	if (hasColumn) correlateColumn<T>(next + fullStrips * 8 * sizeof<T>(), stride);
	const x = f32x4.sub(v128.load(TOTAL_X), f32x4.splat(selfX));
	const y = f32x4.sub(v128.load(TOTAL_Y), f32x4.splat(selfY));
	c00x = f32x4.extract_lane(x, 0);
	c10x = f32x4.extract_lane(x, 1);
	c01x = f32x4.extract_lane(x, 2);
	c11x = f32x4.extract_lane(x, 3);
	c00y = f32x4.extract_lane(y, 0);
	c10y = f32x4.extract_lane(y, 1);
	c01y = f32x4.extract_lane(y, 2);
	c11y = f32x4.extract_lane(y, 3);
}

/** Every row of pixels serves twice: as the lower corners of one row of gradients, the upper ones of the next. */
// @ts-ignore: decorator
@inline
function correlateStrip<T>(next: usize, stride: usize, gradient: usize, masked: bool): void {
	let s00x = i32x4.splat(0);
	let s10x = s00x;
	let s01x = s00x;
	let s11x = s00x;
	let s00y = s00x;
	let s10y = s00x;
	let s01y = s00x;
	let s11y = s00x;
	const mask = masked ? tailMask() : s00x;
	const gradientRow = windowGradientStride;
	const plane = windowGradientPlane;
	const end = gradient + <usize>windowSize * gradientRow;
	let left = load8<T>(next);
	let right = load8<T>(next + sizeof<T>());
	do {
		next += stride;
		let gx = v128.load(gradient);
		let gy = v128.load(gradient + plane);
		if (masked) {
			gx = v128.and(gx, mask);
			gy = v128.and(gy, mask);
		}
		s00x = accumulate(s00x, left, gx);
		s00y = accumulate(s00y, left, gy);
		s10x = accumulate(s10x, right, gx);
		s10y = accumulate(s10y, right, gy);
		left = load8<T>(next);
		right = load8<T>(next + sizeof<T>());
		s01x = accumulate(s01x, left, gx);
		s01y = accumulate(s01y, left, gy);
		s11x = accumulate(s11x, right, gx);
		s11y = accumulate(s11y, right, gy);
		gradient += gradientRow;
	} while (gradient < end);
	addTotals<T>(sumLanes4(s00x, s10x, s01x, s11x), sumLanes4(s00y, s10y, s01y, s11y));
}

/** A strip's sums fit int32 whatever the picture: 31 * 8 * 1024 * 4080 < 2^31. */
// @ts-ignore: decorator
@inline
function addTotals<T>(x: v128, y: v128): void {
	const scale = f32x4.splat(productScale<T>());
	v128.store(TOTAL_X, f32x4.add(v128.load(TOTAL_X), f32x4.mul(f32x4.convert_i32x4_s(x), scale)));
	v128.store(TOTAL_Y, f32x4.add(v128.load(TOTAL_Y), f32x4.mul(f32x4.convert_i32x4_s(y), scale)));
}

/** Pairs of neighbouring pixels (left, right) of eight rows, and of the same rows moved down by one. */
let columnLeft: v128 = i32x4.splat(0);
let columnRight: v128 = i32x4.splat(0);
let columnLeftBelow: v128 = i32x4.splat(0);
let columnRightBelow: v128 = i32x4.splat(0);

/** The column left over by the strips, eight rows a vector, then its lowest pixel alone. */
// @ts-ignore: decorator
@inline
function correlateColumn<T>(next: usize, stride: usize): void {
	let s00x = i32x4.splat(0);
	let s10x = s00x;
	let s01x = s00x;
	let s11x = s00x;
	let s00y = s00x;
	let s10y = s00x;
	let s01y = s00x;
	let s11y = s00x;
	let p = next;
	for (let k = 0; k < fullStrips; k++) {
		const gx = v128.load(COLUMN_X + (<usize>k << 4));
		const gy = v128.load(COLUMN_Y + (<usize>k << 4));
		loadColumnPairs<T>(p, stride);
		s00x = accumulate(s00x, columnLeft, gx);
		s00y = accumulate(s00y, columnLeft, gy);
		s10x = accumulate(s10x, columnRight, gx);
		s10y = accumulate(s10y, columnRight, gy);
		s01x = accumulate(s01x, columnLeftBelow, gx);
		s01y = accumulate(s01y, columnLeftBelow, gy);
		s11x = accumulate(s11x, columnRightBelow, gx);
		s11y = accumulate(s11y, columnRightBelow, gy);
		p += stride << 3;
	}
	const corners = loadCorners<T>(p, stride);
	const gx = i32x4.splat(load<i16>(COLUMN_X + (<usize>fullStrips << 4)));
	const gy = i32x4.splat(load<i16>(COLUMN_Y + (<usize>fullStrips << 4)));
	addTotals<T>(
		i32x4.add(sumLanes4(s00x, s10x, s01x, s11x), i32x4.mul(corners, gx)),
		i32x4.add(sumLanes4(s00y, s10y, s01y, s11y), i32x4.mul(corners, gy))
	);
}

// @ts-ignore: decorator
@inline
function loadColumnPairs<T>(p: usize, stride: usize): void {
	if (sizeof<T>() == 1) {
		const pairs = gather8x16(p, stride);
		const last = i16x8.splat(load<i16>(p + (stride << 3)));
		const below = v128.shuffle<i16>(pairs, last, 1, 2, 3, 4, 5, 6, 7, 8);
		const low = i16x8.splat(255);
		columnLeft = v128.and(pairs, low);
		columnRight = i16x8.shr_u(pairs, 8);
		columnLeftBelow = v128.and(below, low);
		columnRightBelow = i16x8.shr_u(below, 8);
	} else {
		const upper = gather4x32(p, stride);
		const lower = gather4x32(p + (stride << 2), stride);
		const last = i32x4.splat(load<i32>(p + (stride << 3)));
		const upperBelow = v128.shuffle<i32>(upper, lower, 1, 2, 3, 4);
		const lowerBelow = v128.shuffle<i32>(lower, last, 1, 2, 3, 4);
		columnLeft = v128.shuffle<i16>(upper, lower, 0, 2, 4, 6, 8, 10, 12, 14);
		columnRight = v128.shuffle<i16>(upper, lower, 1, 3, 5, 7, 9, 11, 13, 15);
		columnLeftBelow = v128.shuffle<i16>(upperBelow, lowerBelow, 0, 2, 4, 6, 8, 10, 12, 14);
		columnRightBelow = v128.shuffle<i16>(upperBelow, lowerBelow, 1, 3, 5, 7, 9, 11, 13, 15);
	}
}

/** The four pixels at p as int32, in the order of the corners: 00, 10, 01, 11. */
// @ts-ignore: decorator
@inline
function loadCorners<T>(p: usize, stride: usize): v128 {
	let v = i32x4.splat(<i32>load<T>(p));
	v = i32x4.replace_lane(v, 1, <i32>load<T>(p + sizeof<T>()));
	v = i32x4.replace_lane(v, 2, <i32>load<T>(p + stride));
	return i32x4.replace_lane(v, 3, <i32>load<T>(p + stride + sizeof<T>()));
}
