// Half precision: numbers of 16 bits (IEEE 754 binary16), kept as their bits.
import { Tensor } from 'onnxruntime-node';

/** The bits as a number. */
export function halfToNumber(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 31;
	const fraction = bits & 1023;
	if (exponent === 31) return fraction ? NaN : sign * Infinity;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * A tensor over these bits. onnxruntime-common makes a Float16Array of them where Node.js has one, whose length
 * onnxruntime-node 1.30 reads as 0 (microsoft/onnxruntime#32323): it is given the bits again.
 */
export function halfTensor(bits: Uint16Array, dims: number[]): Tensor {
	return Object.assign(new Tensor('float16', bits, dims), { cpuData: bits });
}
