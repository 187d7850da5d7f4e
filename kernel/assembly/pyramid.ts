// The image pyramid: each level is the one below, smoothed with the binomial 1 4 6 4 1 and halved.
//
// Level 0 keeps the camera's bytes. Above it a pixel is (p - 128) * 8 as int16: three more bits than OpenCV keeps,
// and centred so that products with gradients stay far from the limits of int32.

import { imagePointer, imageStride, inputPointer, levelHeight, levels, levelWidth, rowScratch } from './layout';
import { accumulate, load8 } from './lanes';
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
		smoothVertically<T>(fine + <usize>(2 * y) * fineStride, fineStride, 2 * w + 16);
		smoothHorizontally(image + <usize>y * stride, w);
	}
}

/**
 * (a + 4b + 6c + 4d + e) of five rows into the scratch row, which begins eight pixels left of the image.
 * Bytes: the sum is at most 16 * 255; less 16 * 128, halved, it is (p - 128) * 8. Int16: /16 keeps the scale.
 */
// @ts-ignore: decorator
@inline
function smoothVertically<T>(rows: usize, stride: usize, count: i32): void {
	const offset = i16x8.splat(sizeof<T>() == 1 ? -2047 : 8);
	const step: usize = 8 * sizeof<T>();
	let p = rows - step;
	let t = rowScratch;
	const end = t + <usize>count * 2;
	do {
		const a = load8<T>(p);
		const b = load8<T>(p + stride);
		const c = load8<T>(p + 2 * stride);
		const d = load8<T>(p + 3 * stride);
		const e = load8<T>(p + 4 * stride);
		let sum = i16x8.add(i16x8.add(a, e), offset);
		sum = i16x8.add(sum, i16x8.shl(i16x8.add(i16x8.add(b, d), c), 2));
		sum = i16x8.add(sum, i16x8.shl(c, 1));
		v128.store(t, i16x8.shr_s(sum, sizeof<T>() == 1 ? 1 : 4));
		p += step;
		t += 16;
	} while (t < end);
}

/** The same five weights along the scratch row, at every second pixel; eight results a turn. */
// @ts-ignore: decorator
@inline
function smoothHorizontally(row: usize, w: i32): void {
	let t = rowScratch + 12; // pixel -2: the scratch row begins at pixel -8
	const end = row + <usize>w * 2;
	for (let p = row; p < end; p += 16) {
		v128.store(p, i16x8.narrow_i32x4_s(smoothFour(t), smoothFour(t + 16)));
		t += 32;
	}
}

/** Four results from the pixels at t: weights 1 4 | 6 4 | 1 0 on three overlapping loads of pairs. */
// @ts-ignore: decorator
@inline
function smoothFour(t: usize): v128 {
	let sum = i32x4.splat(8);
	sum = accumulate(sum, v128.load(t), i16x8(1, 4, 1, 4, 1, 4, 1, 4));
	sum = accumulate(sum, v128.load(t, 4), i16x8(6, 4, 6, 4, 6, 4, 6, 4));
	sum = accumulate(sum, v128.load(t, 8), i16x8(1, 0, 1, 0, 1, 0, 1, 0));
	return i32x4.shr_s(sum, 4);
}
