// Padding: fills the border of a plane by reflection without repeating the edge (reflect-101: dcb|abcd|cba).
//
// Windows that reach over the edge of the picture then see plausible pixels, as in OpenCV; their gradients there
// are zero, so that the border pulls on nothing.

import { padX, padY } from './layout';

/** The index inside 0..n-1 that mirrors i, for any i however far outside. */
export function reflect(i: i32, n: i32): i32 {
	if (n == 1) return 0;
	const period = 2 * (n - 1);
	let k = i % period;
	if (k < 0) k += period;
	return k < n ? k : period - k;
}

/** Pads a w x h image of T whose pixel (0, 0) is at image; stride in bytes. */
export function padPlane<T>(image: usize, w: i32, h: i32, stride: usize): void {
	for (let y = 0; y < h; y++) {
		const row = image + <usize>y * stride;
		if (w > padX) padRowNear<T>(row, w);
		else padRowFar<T>(row, w);
	}
	const left = image - <usize>padX * sizeof<T>();
	const bytes = <usize>(w + 2 * padX) * sizeof<T>();
	for (let k = 1; k <= padY; k++) {
		memory.copy(left - stride * <usize>k, left + stride * <usize>reflect(-k, h), bytes);
		memory.copy(left + stride * <usize>(h - 1 + k), left + stride * <usize>reflect(h - 1 + k, h), bytes);
	}
}

/** The row is wider than its padding: one reflection is enough, sixteen bytes at a time. */
// @ts-ignore: decorator
@inline
function padRowNear<T>(row: usize, w: i32): void {
	const end = row + <usize>(w - 1) * sizeof<T>();
	const bytes = <usize>padX * sizeof<T>();
	for (let k: usize = 0; k < bytes; k += 16) {
		v128.store(row - 16 - k, reversed<T>(v128.load(row + sizeof<T>() + k)));
		v128.store(end + sizeof<T>() + k, reversed<T>(v128.load(end - 16 - k)));
	}
}

/** The pixels of a vector from last to first. */
// @ts-ignore: decorator
@inline
function reversed<T>(v: v128): v128 {
	if (sizeof<T>() == 1) return v128.shuffle<u8>(v, v, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
	return v128.shuffle<i16>(v, v, 7, 6, 5, 4, 3, 2, 1, 0);
}

function padRowFar<T>(row: usize, w: i32): void {
	for (let x = -padX; x < w + padX; x++) {
		if (x >= 0 && x < w) continue;
		store<T>(row + x * sizeof<T>(), load<T>(row + <usize>reflect(x, w) * sizeof<T>()));
	}
}
