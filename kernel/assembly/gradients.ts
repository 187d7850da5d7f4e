// Image gradients by the Scharr operator.
//
//        | -3  0  3 |         | -3 -10 -3 |      weights sum to 32: a slope of one grey level a pixel gives 32,
//   gx = |-10  0 10 |    gy = |  0   0  0 |      that is fixed point with five fractional bits (Q5), at most
//        | -3  0  3 |         |  3  10  3 |      16 * 255 = 4080, at every level.
//
// Both are separable; a row of S = 3(above + below) + 10 centre and of D = below - above serves both:
//   gx = S(x + 1) - S(x - 1)        gy = 3(D(x - 1) + D(x + 1)) + 10 D(x)

//
// They are made a band of rows at a time, for one row of windows or a few, and used while still in the cache.

import {
	bandPlane,
	bandPointer,
	bandStride,
	imagePointer,
	imageStride,
	levelHeight,
	levelWidth,
	radius
} from './layout';
import { load8 } from './lanes';

/**
 * Fills the band with the gradients of rows y0..y1-1, columns x0..x1-1 of a level. Outside the image they are zero.
 * Returns where gx of pixel (0, 0) would lie, so that the band can be addressed as if it were the whole plane.
 */
export function gradientBand(slot: i32, level: i32, x0: i32, y0: i32, x1: i32, y1: i32): usize {
	if (level == 0) scharrRows<u8>(slot, level, x0, y0, x1, y1);
	else scharrRows<i16>(slot, level, x0, y0, x1, y1);
	return bandPointer - <usize>y0 * bandStride;
}

/** What lies left of the image in the band is never written, and so stays zero. */
// @ts-ignore: decorator
@inline
function scharrRows<T>(slot: i32, level: i32, x0: i32, y0: i32, x1: i32, y1: i32): void {
	const w = levelWidth(level);
	const h = levelHeight(level);
	const stride = imageStride(level);
	const image = imagePointer(slot, level);
	const from = max(0, x0) & ~7;
	const to = (min(x1, w) + 7) & ~7;
	for (let y = y0; y < y1; y++) {
		const out = bandPointer + <usize>(y - y0) * bandStride;
		if (<u32>y >= <u32>h) {
			clearRow(out, from, x1 + 8);
			continue;
		}
		if (to > from) {
			scharrRow<T>(image + (y - 1) * <i32>stride, stride, out, from, to);
		}
		if (x1 + 8 > w) clearRow(out, w, w + radius + 8);
	}
}

/** Zeroes columns from..to-1 of a row of the band, and up to seven more. */
// @ts-ignore: decorator
@inline
function clearRow(out: usize, from: i32, to: i32): void {
	const zero = i16x8.splat(0);
	const end = out + (<usize>to << 1);
	for (let p = out + (<usize>from << 1); p < end; p += 16) {
		v128.store(p, zero);
		v128.store(p + bandPlane, zero);
	}
}

/**
 * One row of gx and gy, eight pixels a turn. S and D of the eight before and after are kept at hand, so that each is
 * made once. Above level 0 pixels carry three fractional bits more: taken off again here.
 */
// @ts-ignore: decorator
@inline
function scharrRow<T>(above: usize, stride: usize, out: usize, from: i32, to: i32): void {
	const three = i16x8.splat(3);
	const ten = i16x8.splat(10);
	const half = i16x8.splat(4);
	let p = above + from * sizeof<T>();
	let s0 = weighted<T>(p - 8 * sizeof<T>(), stride);
	let d0 = slope<T>(p - 8 * sizeof<T>(), stride);
	let s1 = weighted<T>(p, stride);
	let d1 = slope<T>(p, stride);
	const end = out + (<usize>to << 1);
	for (let q = out + (<usize>from << 1); q < end; q += 16) {
		p += 8 * sizeof<T>();
		const s2 = weighted<T>(p, stride);
		const d2 = slope<T>(p, stride);
		let gx = i16x8.sub(nextOf(s1, s2), formerOf(s0, s1));
		let gy = i16x8.mul(i16x8.add(formerOf(d0, d1), nextOf(d1, d2)), three);
		gy = i16x8.add(gy, i16x8.mul(d1, ten));
		if (sizeof<T>() == 2) {
			gx = i16x8.shr_s(i16x8.add(gx, half), 3);
			gy = i16x8.shr_s(i16x8.add(gy, half), 3);
		}
		v128.store(q, gx);
		v128.store(q + bandPlane, gy);
		s0 = s1;
		s1 = s2;
		d0 = d1;
		d1 = d2;
	}
}

/** S = 3(above + below) + 10 centre. */
// @ts-ignore: decorator
@inline
function weighted<T>(p: usize, stride: usize): v128 {
	const outer = i16x8.add(load8<T>(p), load8<T>(p + 2 * stride));
	return i16x8.add(i16x8.mul(outer, i16x8.splat(3)), i16x8.mul(load8<T>(p + stride), i16x8.splat(10)));
}

/** D = below - above. */
// @ts-ignore: decorator
@inline
function slope<T>(p: usize, stride: usize): v128 {
	return i16x8.sub(load8<T>(p + 2 * stride), load8<T>(p));
}

/** Of eight values and the eight after: those one pixel to the right. */
// @ts-ignore: decorator
@inline
function nextOf(here: v128, after: v128): v128 {
	return v128.shuffle<i16>(here, after, 1, 2, 3, 4, 5, 6, 7, 8);
}

/** Of the eight before and eight values: those one pixel to the left. */
// @ts-ignore: decorator
@inline
function formerOf(before: v128, here: v128): v128 {
	return v128.shuffle<i16>(before, here, 7, 8, 9, 10, 11, 12, 13, 14);
}
