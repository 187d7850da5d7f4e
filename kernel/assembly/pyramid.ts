// The image pyramid: each level is the one below, smoothed with the binomial 1 4 6 4 1 and halved.
//
// Level 0 keeps the camera's bytes. Above it a pixel is (p - 128) * 8 as int16: three more bits than OpenCV keeps,
// and centred so that products with gradients stay far from the limits of int32.

import {
	imagePointer,
	imageStride,
	inputPointer,
	levelHeight,
	levels,
	levelWidth,
	rowScratch,
	rowScratchBytes
} from './layout';
import { load8 } from './lanes';
import { padPlane } from './pad';

/** Copies the caller's packed frame into level 0 of a slot and pads it. */
export function ingest(slot: i32): void {
	const w = levelWidth(0);
	const h = levelHeight(0);
	const stride = imageStride(0);
	const image = imagePointer(slot, 0);
	for (let y = 0; y < h; y++) {
		memory.copy(image + <usize>y * stride, inputPointer + <usize>(y * w), w);
	}
	padPlane<u8>(image, w, h, stride);
}

/** Builds levels 1 and up of a slot from its level 0. */
export function buildPyramid(slot: i32): void {
	for (let level = 1; level < levels; level++) {
		if (level == 1) halve<u8>(slot, level);
		else halve<i16>(slot, level);
		padPlane<i16>(imagePointer(slot, level), levelWidth(level), levelHeight(level), imageStride(level));
	}
}

// @ts-ignore: decorator
@inline
function halve<T>(slot: i32, level: i32): void {
	const w = levelWidth(level);
	const h = levelHeight(level);
	const fineStride = imageStride(level - 1);
	const fine = imagePointer(slot, level - 1) - 2 * fineStride;
	const stride = imageStride(level);
	const image = imagePointer(slot, level);
	for (let y = 0; y < h; y++) {
		smoothVertically<T>(fine + <usize>(2 * y) * fineStride, fineStride, w + 9);
		smoothHorizontally(image + <usize>y * stride, w);
	}
}

/**
 * (a + 4b + 6c + 4d + e) of five rows, into one scratch row of even and one of odd pixels, `count` of each.
 * The rows begin eight pixels left of the image: even[k] is pixel 2k - 8, odd[k] is pixel 2k - 7.
 */
// @ts-ignore: decorator
@inline
function smoothVertically<T>(rows: usize, stride: usize, count: i32): void {
	let p = rows - 8 * sizeof<T>();
	let t = rowScratch;
	const end = t + <usize>count * 2;
	do {
		let left: v128;
		let right: v128;
		if (sizeof<T>() == 1) {
			const a = v128.load(p);
			const b = v128.load(p + stride);
			const c = v128.load(p + 2 * stride);
			const d = v128.load(p + 3 * stride);
			const e = v128.load(p + 4 * stride);
			left = smoothColumn<T>(low8(a), low8(b), low8(c), low8(d), low8(e));
			right = smoothColumn<T>(high8(a), high8(b), high8(c), high8(d), high8(e));
		} else {
			left = smoothRows<T>(p, stride);
			right = smoothRows<T>(p + 16, stride);
		}
		v128.store(t, v128.shuffle<i16>(left, right, 0, 2, 4, 6, 8, 10, 12, 14));
		v128.store(t + rowScratchBytes, v128.shuffle<i16>(left, right, 1, 3, 5, 7, 9, 11, 13, 15));
		p += 16 * sizeof<T>();
		t += 16;
	} while (t < end);
}

// @ts-ignore: decorator
@inline
function low8(bytes: v128): v128 {
	return i16x8.extend_low_i8x16_u(bytes);
}

// @ts-ignore: decorator
@inline
function high8(bytes: v128): v128 {
	return i16x8.extend_high_i8x16_u(bytes);
}

// @ts-ignore: decorator
@inline
function smoothRows<T>(p: usize, stride: usize): v128 {
	return smoothColumn<T>(
		load8<T>(p),
		load8<T>(p + stride),
		load8<T>(p + 2 * stride),
		load8<T>(p + 3 * stride),
		load8<T>(p + 4 * stride)
	);
}

/** Bytes: the sum is at most 16 * 255; less 16 * 128, halved, it is (p - 128) * 8. Int16: a 16th keeps the scale. */
// @ts-ignore: decorator
@inline
function smoothColumn<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
	const offset = i16x8.splat(sizeof<T>() == 1 ? -2047 : 8);
	let sum = i16x8.add(i16x8.add(a, e), offset);
	sum = i16x8.add(sum, i16x8.shl(i16x8.add(i16x8.add(b, d), c), 2));
	sum = i16x8.add(sum, i16x8.shl(c, 1));
	return i16x8.shr_s(sum, sizeof<T>() == 1 ? 1 : 4);
}

/** The same weights along the row: even(x-1) + 4 odd(x-1) + 6 even(x) + 4 odd(x) + even(x+1), a 16th of it. */
// @ts-ignore: decorator
@inline
function smoothHorizontally(row: usize, w: i32): void {
	let even = rowScratch + 6; // entry 3: pixel -2
	const end = row + <usize>w * 2;
	for (let p = row; p < end; p += 16) {
		const odd = even + rowScratchBytes;
		const centre = v128.load(even, 2);
		let sum = i16x8.add(i16x8.add(v128.load(even), v128.load(even, 4)), i16x8.splat(8));
		sum = i16x8.add(sum, i16x8.shl(i16x8.add(i16x8.add(v128.load(odd), v128.load(odd, 2)), centre), 2));
		sum = i16x8.add(sum, i16x8.shl(centre, 1));
		v128.store(p, i16x8.shr_s(sum, 4));
		even += 16;
	}
}
