// Sums of absolute differences over a 16x16 patch, as the mean difference a pixel in grey levels.

import { sumLanes } from './lanes';

/** Side of the patch that candidates are judged by, whatever the window's size. */
export const PATCH: i32 = 16;

/** Mean absolute difference of two patches of T, each given by its upper left pixel and row stride. */
export function patchDifference<T>(a: usize, strideA: usize, b: usize, strideB: usize): f32 {
	if (sizeof<T>() == 1) return differenceOfBytes(a, strideA, b, strideB);
	return differenceOfInt16(a, strideA, b, strideB);
}

/** |a - b| of bytes is the one of the two saturating differences that is not zero. */
function differenceOfBytes(a: usize, strideA: usize, b: usize, strideB: usize): f32 {
	let sum = i16x8.splat(0); // 16 rows * 2 * 255 fit a lane
	for (let row = 0; row < PATCH; row++) {
		const p = v128.load(a);
		const q = v128.load(b);
		const difference = v128.or(i8x16.sub_sat_u(p, q), i8x16.sub_sat_u(q, p));
		sum = i16x8.add(sum, i16x8.extadd_pairwise_i8x16_u(difference));
		a += strideA;
		b += strideB;
	}
	return <f32>sumLanes(i32x4.extadd_pairwise_i16x8_u(sum)) * <f32>(1.0 / 256.0);
}

/** Int16 pixels carry three fractional bits. */
function differenceOfInt16(a: usize, strideA: usize, b: usize, strideB: usize): f32 {
	let sum = i32x4.splat(0);
	const one = i16x8.splat(1);
	for (let row = 0; row < PATCH; row++) {
		const left = i16x8.abs(i16x8.sub(v128.load(a), v128.load(b)));
		const right = i16x8.abs(i16x8.sub(v128.load(a, 16), v128.load(b, 16)));
		sum = i32x4.add(sum, i32x4.dot_i16x8_s(i16x8.add(left, right), one));
		a += strideA;
		b += strideB;
	}
	return <f32>sumLanes(sum) * <f32>(1.0 / 2048.0);
}
