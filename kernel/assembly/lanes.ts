// Vector idioms shared by the stages: widening loads, strided gathers and horizontal sums.
//
// T is the pixel type of a level: u8 at level 0, i16 above. Arithmetic is on int16 lanes throughout.

/** Eight pixels as int16. */
// @ts-ignore: decorator
@inline
export function load8<T>(p: usize): v128 {
	if (sizeof<T>() == 1) return v128.load_ext<u8>(p);
	return v128.load(p);
}

/** Eight int16 values one under another. */
// @ts-ignore: decorator
@inline
export function gather8x16(p: usize, stride: usize): v128 {
	let v = v128.load_lane<i16>(p, i16x8.splat(0), 0);
	p += stride;
	v = v128.load_lane<i16>(p, v, 1);
	p += stride;
	v = v128.load_lane<i16>(p, v, 2);
	p += stride;
	v = v128.load_lane<i16>(p, v, 3);
	p += stride;
	v = v128.load_lane<i16>(p, v, 4);
	p += stride;
	v = v128.load_lane<i16>(p, v, 5);
	p += stride;
	v = v128.load_lane<i16>(p, v, 6);
	p += stride;
	return v128.load_lane<i16>(p, v, 7);
}

/** Four int32 values one under another. */
// @ts-ignore: decorator
@inline
export function gather4x32(p: usize, stride: usize): v128 {
	let v = v128.load_lane<i32>(p, i16x8.splat(0), 0);
	p += stride;
	v = v128.load_lane<i32>(p, v, 1);
	p += stride;
	v = v128.load_lane<i32>(p, v, 2);
	p += stride;
	return v128.load_lane<i32>(p, v, 3);
}

/** A column of eight pixels as int16. */
// @ts-ignore: decorator
@inline
export function gatherColumn<T>(p: usize, stride: usize): v128 {
	const v = gather8x16(p, stride);
	if (sizeof<T>() == 1) return v128.and(v, i16x8.splat(255));
	return v;
}

/** Four horizontal sums at once: lane k of the result is the sum of the lanes of the k-th argument. */
// @ts-ignore: decorator
@inline
export function sumLanes4(a: v128, b: v128, c: v128, d: v128): v128 {
	const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
	const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
	return i32x4.add(v128.shuffle<i32>(ab, cd, 0, 1, 4, 5), v128.shuffle<i32>(ab, cd, 2, 3, 6, 7));
}

/** Sum of four int32 lanes; the caller knows that it fits. */
// @ts-ignore: decorator
@inline
export function sumLanes(v: v128): i32 {
	const w = i32x4.add(v, v128.shuffle<i32>(v, v, 2, 3, 0, 1));
	return i32x4.extract_lane(w, 0) + i32x4.extract_lane(w, 1);
}

/** a * b summed in pairs onto four int32 sums. */
// @ts-ignore: decorator
@inline
export function accumulate(sum: v128, a: v128, b: v128): v128 {
	return i32x4.add(sum, i32x4.dot_i16x8_s(a, b));
}
