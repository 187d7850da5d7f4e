// A session's tensors over the detect kernel's memory: the model reads and writes there, and nothing is copied.
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { ModelSpec, Picture, TensorShape } from '#lib/contracts/model.ts';
import type { Output } from './decode/decoder.ts';
import { gridCells } from './decode/grid.ts';
import { DetectKernel, type Sighting, type TensorData } from './kernel.ts';
import { halfTensor } from './half.ts';
import type { Placement } from './placement.ts';
import { scan } from './reference.ts';
import { toSingles } from './values.ts';

/** An output of known length, which the model writes into the kernel's memory. */
interface PlacedOutput {
	name: string;
	type: 'float32' | 'float16';
	/** Without the batch. */
	dims: number[];
	length: number;
}

/** What one run takes and fills; null where the runtime makes the tensor. */
interface Binding {
	buffer: ArrayBuffer;
	pictures: number;
	feeds: Record<string, Tensor>;
	fetches: Record<string, Tensor | null>;
}

export class Tensors {
	/** Pictures there is room for. */
	readonly batch: number;
	private readonly spec: ModelSpec;
	private readonly session: InferenceSession;
	private readonly kernel: DetectKernel;
	private readonly placed: PlacedOutput[];
	private binding: Binding | null = null;

	constructor(module: WebAssembly.Module, spec: ModelSpec, session: InferenceSession, batch: number) {
		this.spec = spec;
		this.session = session;
		this.batch = batch;
		this.placed = spec.outputs.flatMap(placedOutput);
		this.kernel = new DetectKernel(module, {
			input: spec.input,
			batch,
			outputs: this.placed.map(({ type, length }) => ({ type, length: batch * length })),
			anchors: gridCells(spec.input.width, spec.input.height, spec.strides)
		});
	}

	/** Puts a picture at its place in the batch and says where it lies in the input. Throws RangeError on what is no picture. */
	write(picture: Picture, item: number): Placement {
		return this.kernel.write(picture, item);
	}

	/** Runs the model on the first so many pictures. The outputs of each are good until the next run. */
	async run(pictures: number): Promise<(item: number) => Output[]> {
		const { feeds, fetches } = this.bind(pictures);
		const given = await this.session.run(feeds, fetches);
		const whole = this.spec.outputs.map(({ name }) => this.read(name, given[name]!, pictures));
		return (item) => whole.map((output) => itemOf(output, item));
	}

	/** The v8 form's hot loop, in the kernel where the scores lie in its memory. */
	scan(scores: Float32Array, anchors: number, threshold: number): { sightings: Sighting[]; invalid: number } {
		if (this.kernel.holds(scores)) return this.kernel.scan(scores, anchors, threshold);
		return { sightings: scan(scores, anchors, threshold), invalid: 0 };
	}

	/** Tensors stay as they are until the memory moves or another number of pictures comes. */
	private bind(pictures: number): Binding {
		const { buffer } = this.kernel;
		if (this.binding?.buffer !== buffer || this.binding.pictures !== pictures)
			this.binding = { buffer, pictures, feeds: this.feeds(pictures), fetches: this.fetches(pictures) };
		return this.binding;
	}

	private feeds(pictures: number): Binding['feeds'] {
		const { input, sizeInput } = this.spec;
		const dims = [pictures, 3, input.height, input.width];
		const feeds = { [input.name]: tensorOver(this.kernel.input(pictures), dims) };
		if (sizeInput) feeds[sizeInput] = this.sizes(sizeInput, pictures);
		return feeds;
	}

	/** Width and height of the input, so that boxes come in its px. */
	private sizes(name: string, pictures: number): Tensor {
		const { width, height } = this.spec.input;
		const values = Array.from({ length: pictures }, () => [width, height]).flat();
		return sizeTensor(this.session, name, values, pictures);
	}

	private fetches(pictures: number): Binding['fetches'] {
		return Object.fromEntries(
			this.spec.outputs.map(({ name }) => {
				const index = this.placed.findIndex((output) => output.name === name);
				const output = this.placed[index];
				if (!output) return [name, null];
				const data = this.kernel.output(index).subarray(0, pictures * output.length) as TensorData;
				return [name, tensorOver(data, [pictures, ...output.dims])];
			})
		);
	}

	private read(name: string, given: Tensor, pictures: number): Output {
		const index = this.placed.findIndex((output) => output.name === name);
		const output = this.placed[index];
		if (!output) return { name, dims: [...given.dims], data: toSingles(given) };
		const data = this.kernel.values(index).subarray(0, pictures * output.length);
		return { name, dims: [pictures, ...output.dims], data };
	}
}

function tensorOver(data: TensorData, dims: number[]): Tensor {
	if (data instanceof Float32Array) return new Tensor('float32', data, dims);
	return data instanceof Uint8Array ? new Tensor('uint8', data, dims) : halfTensor(data, dims);
}

/** A tensor for an input that wants the picture's size, [pictures, 2], in the type it wants. */
export function sizeTensor(
	session: InferenceSession,
	name: string,
	values: number[],
	pictures: number
): Tensor {
	const metadata = session.inputMetadata.find((input) => input.name === name);
	const dims = [pictures, 2];
	switch (metadata?.isTensor ? metadata.type : 'int64') {
		case 'float32':
			return new Tensor('float32', Float32Array.from(values), dims);
		case 'int32':
			return new Tensor('int32', Int32Array.from(values), dims);
		default:
			return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
	}
}

function placedOutput({ name, type, dims }: TensorShape): PlacedOutput[] {
	const known = dims.slice(1).filter((dim) => typeof dim === 'number');
	if (known.length !== dims.length - 1 || (type !== 'float32' && type !== 'float16')) return [];
	return [{ name, type, dims: known, length: known.reduce((product, dim) => product * dim, 1) }];
}

function itemOf({ name, dims, data }: Output, item: number): Output {
	const length = data.length / dims[0]!;
	return { name, dims: [1, ...dims.slice(1)], data: data.subarray(item * length, (item + 1) * length) };
}
