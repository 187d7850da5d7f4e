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
	radius,
	rowScratch,
	rowScratchBytes
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
			scharrVertical<T>(image + (y - 1) * <i32>stride, stride, from, to);
			scharrHorizontal<T>(out, from, to);
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

/** S and D of one row, eight pixels more on either side than asked for. */
// @ts-ignore: decorator
@inline
function scharrVertical<T>(above: usize, stride: usize, from: i32, to: i32): void {
	const three = i16x8.splat(3);
	const ten = i16x8.splat(10);
	let p = above + (from - 8) * sizeof<T>();
	let s = rowScratch;
	const end = s + (<usize>(to - from + 16) << 1);
	do {
		const a = load8<T>(p);
		const b = load8<T>(p + stride);
		const c = load8<T>(p + 2 * stride);
		v128.store(s, i16x8.add(i16x8.mul(i16x8.add(a, c), three), i16x8.mul(b, ten)));
		v128.store(s + rowScratchBytes, i16x8.sub(c, a));
		p += 8 * sizeof<T>();
		s += 16;
	} while (s < end);
}

/** gx and gy from S and D. Above level 0 pixels carry three fractional bits more: taken off again here. */
// @ts-ignore: decorator
@inline
function scharrHorizontal<T>(out: usize, from: i32, to: i32): void {
	const three = i16x8.splat(3);
	const ten = i16x8.splat(10);
	const half = i16x8.splat(4);
	let s = rowScratch;
	let p = out + (<usize>from << 1);
	const end = out + (<usize>to << 1);
	do {
		const d = s + rowScratchBytes;
		let gx = i16x8.sub(v128.load(s, 18), v128.load(s, 14));
		let gy = i16x8.mul(i16x8.add(v128.load(d, 14), v128.load(d, 18)), three);
		gy = i16x8.add(gy, i16x8.mul(v128.load(d, 16), ten));
		if (sizeof<T>() == 2) {
			gx = i16x8.shr_s(i16x8.add(gx, half), 3);
			gy = i16x8.shr_s(i16x8.add(gy, half), 3);
		}
		v128.store(p, gx);
		v128.store(p + bandPlane, gy);
		s += 16;
		p += 16;
	} while (p < end);
}
