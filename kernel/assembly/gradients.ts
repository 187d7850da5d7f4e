// Image gradients by the Scharr operator.
//
//        | -3  0  3 |         | -3 -10 -3 |      weights sum to 32: a slope of one grey level a pixel gives 32,
//   gx = |-10  0 10 |    gy = |  0   0  0 |      that is fixed point with five fractional bits (Q5), at most
//        | -3  0  3 |         |  3  10  3 |      16 * 255 = 4080, at every level.
//
// Both are separable; a row of S = 3(above + below) + 10 centre and of D = below - above serves both:
//   gx = S(x + 1) - S(x - 1)        gy = 3(D(x - 1) + D(x + 1)) + 10 D(x)

import {
	bandPlane,
	bandPointer,
	gradientPlane,
	gradientPointer,
	gradientStride,
	imagePointer,
	imageStride,
	levelHeight,
	levelWidth,
	padX,
	rowScratch,
	rowScratchBytes
} from './layout';
import { load8 } from './lanes';

/** Gradients of rows y0..y1-1, columns x0..x1-1 of a level above 0, into its plane. Clipped to the image. */
export function gradientsOfLevel(slot: i32, level: i32, x0: i32, y0: i32, x1: i32, y1: i32): void {
	const top = max(0, y0);
	const target = gradientPointer(level) + <usize>top * gradientStride(level);
	scharrRows<i16>(slot, level, max(0, x0), top, x1, min(y1, levelHeight(level)), target, gradientPlane(level));
}

/**
 * Gradients of rows y0..y1-1, columns x0..x1-1 of level 0, into the band.
 * Returns where gx of pixel (0, 0) would be, so that the band is addressed as if it were the whole plane.
 */
export function gradientBand(slot: i32, x0: i32, y0: i32, x1: i32, y1: i32): usize {
	scharrRows<u8>(slot, 0, max(0, x0), y0, x1, y1, bandPointer, bandPlane);
	return bandPointer - <usize>y0 * gradientStride(0);
}

/** Rows outside the image are zero, and so is what lies right of it; what lies left was never written. */
function scharrRows<T>(
	slot: i32,
	level: i32,
	x0: i32,
	y0: i32,
	x1: i32,
	y1: i32,
	target: usize,
	plane: usize
): void {
	const w = levelWidth(level);
	const h = levelHeight(level);
	const stride = imageStride(level);
	const image = imagePointer(slot, level);
	const from = x0 & ~7;
	const to = (min(x1, w) + 7) & ~7;
	if (to <= from) return;
	for (let y = y0; y < y1; y++) {
		const out = target + <usize>(y - y0) * gradientStride(level);
		if (<u32>y >= <u32>h) {
			clearRow(out, plane, from, to);
			continue;
		}
		scharrVertical<T>(image + <usize>(y - 1) * stride, stride, from, to);
		scharrHorizontal<T>(out, plane, from, to);
		if (to >= w) clearRow(out, plane, w, w + 8);
	}
}

// @ts-ignore: decorator
@inline
function clearRow(out: usize, plane: usize, from: i32, to: i32): void {
	const p = out + (<usize>from << 1);
	const bytes = <usize>(to - from) << 1;
	memory.fill(p, 0, bytes);
	memory.fill(p + plane, 0, bytes);
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
function scharrHorizontal<T>(out: usize, plane: usize, from: i32, to: i32): void {
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
		v128.store(p + plane, gy);
		s += 16;
		p += 16;
	} while (p < end);
}
