// What a model answers, as numbers to decode, whatever type it gives them in.
import type { Tensor } from 'onnxruntime-node';
import { halfToNumber } from './half.ts';

/** A copy as f32, or the data itself where it is that already. Throws on text. */
export function toSingles({ data, type }: Pick<Tensor, 'data' | 'type'>): Float32Array {
	if (data instanceof Float32Array) return data;
	if (Array.isArray(data)) throw new Error(`An output of type ${type} holds no numbers.`);
	if (type === 'float16')
		return Float32Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length), halfToNumber);
	return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}
