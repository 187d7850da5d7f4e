// f32 to and from the other types that models take and give.

/** Rounds to the nearest of 0..255. */
export function toUint8(from: usize, to: usize, count: i32): void {
	for (let i = 0; i < count; i++) {
		const value = nearest(load<f32>(from + (<usize>i << 2)));
		store<u8>(to + i, <u8>min<f32>(max<f32>(value, 0), 255));
	}
}

/** IEEE 754 half precision, rounded to nearest even; beyond 65504 it is infinity, below 2^-24 zero. */
export function toFloat16(from: usize, to: usize, count: i32): void {
	for (let i = 0; i < count; i++) {
		store<u16>(to + (<usize>i << 1), half(load<f32>(from + (<usize>i << 2))));
	}
}

// @ts-ignore: decorator
@inline
function half(value: f32): u16 {
	const bits = reinterpret<u32>(value);
	const sign = <u16>((bits >> 16) & 0x8000);
	const rest = bits & 0x7fffffff;
	if (rest > 0x7f800000) return sign | 0x7e00;
	if (rest >= 0x477ff000) return sign | 0x7c00;
	// Too small for a normal half: let f32 addition round it into the low bits.
	if (rest < 0x38800000) {
		return sign | <u16>(reinterpret<u32>(reinterpret<f32>(rest) + 0.5) - 0x3f000000);
	}
	const even = (rest >> 13) & 1;
	return sign | <u16>((rest - 0x38000000 + 0xfff + even) >> 13);
}

export function fromFloat16(from: usize, to: usize, count: i32): void {
	for (let i = 0; i < count; i++) {
		store<f32>(to + (<usize>i << 2), single(load<u16>(from + (<usize>i << 1))));
	}
}

// @ts-ignore: decorator
@inline
function single(bits: u16): f32 {
	const sign = (<u32>bits & 0x8000) << 16;
	const rest = (<u32>bits & 0x7fff) << 13;
	if (rest >= 0x0f800000) return reinterpret<f32>(sign | rest | 0x7f800000);
	// 2^112 moves the exponent; a subnormal half becomes normal on the way.
	return reinterpret<f32>(sign | reinterpret<u32>(reinterpret<f32>(rest) * reinterpret<f32>(0x77800000)));
}
