// A model's first run, on noise: how long it takes, and what shapes and values it answers.
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { halfTensor } from './half.ts';
import type { ModelInput } from './model-input.ts';
import type { TrialOutput } from './recognise.ts';
import { sizeTensor } from './tensors.ts';
import { toSingles } from './values.ts';

export interface Trial {
	outputs: TrialOutput[];
	/** ms */
	took: number;
}

/** One run on noise in 0..1 (bytes: 0..255), always the same. Throws what the runtime says. */
export async function runOnNoise(session: InferenceSession, input: ModelInput): Promise<Trial> {
	const feeds: Record<string, Tensor> = { [input.name]: noise(input) };
	if (input.sizeInput) {
		const { name } = input.sizeInput;
		feeds[name] = sizeTensor(session, name, [input.width, input.height], 1);
	}
	const start = performance.now();
	const given = await session.run(feeds);
	const took = performance.now() - start;
	const outputs = session.outputNames.map((name) => {
		const tensor = given[name]!;
		return { name, type: tensor.type, dims: [...tensor.dims], data: toSingles(tensor) };
	});
	return { outputs, took };
}

const ONE_AS_HALF = 0x3c00;

function noise({ width, height, dtype }: ModelInput): Tensor {
	const dims = [1, 3, height, width];
	const random = randomNumbers();
	const length = 3 * width * height;
	switch (dtype) {
		case 'float32':
			return new Tensor('float32', Float32Array.from({ length }, random), dims);
		case 'uint8':
			return new Tensor(
				'uint8',
				Uint8Array.from({ length }, () => random() * 256),
				dims
			);
		case 'float16':
			// Bits below those of 1 are the positive numbers below 1.
			return halfTensor(
				Uint16Array.from({ length }, () => random() * ONE_AS_HALF),
				dims
			);
	}
}

/** A linear congruential generator (Numerical Recipes): the same noise for everyone, so that verdicts repeat. */
export function randomNumbers(seed = 1): () => number {
	let state = seed;
	return () => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return state / 2 ** 32;
	};
}
