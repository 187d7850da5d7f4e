// What a decoder of one format is given and does.
import type { Sighting } from '../kernel.ts';
import type { Candidates } from './candidates.ts';

/** One output for one picture: the batch dimension is 1. */
export interface Output {
	name: string;
	dims: number[];
	data: Float32Array;
}

export interface DecodeContext {
	/** Size of the model's input, px. */
	width: number;
	height: number;
	strides: number[];
	/** Least score, 0..1. */
	threshold: number;
	/** The v8 form's hot loop: anchors whose best class exceeds the threshold, of rows of `anchors` scores a class. */
	scan(scores: Float32Array, anchors: number): { sightings: Sighting[]; invalid: number };
}

export interface Decoder {
	decode(outputs: Output[], context: DecodeContext, found: Candidates): void;
	/** Whether the same object comes in several boxes, of which the best is to be kept. */
	overlapping: boolean;
}

/** The first output that a test holds for; a model was recognised by having it. */
export function outputWhere(outputs: Output[], test: (output: Output) => boolean): Output {
	const output = outputs.find(test);
	if (!output) throw new Error('The model no longer gives the outputs it was recognised by.');
	return output;
}

/** The greatest of `count` values from `start`: its index from there, and itself. NaN never wins. */
export function best(data: Float32Array, start: number, count: number): [index: number, value: number] {
	let index = 0;
	let value = -Infinity;
	for (let i = 0; i < count; i++) {
		const candidate = data[start + i]!;
		if (candidate > value) {
			value = candidate;
			index = i;
		}
	}
	return [index, value];
}

export const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
