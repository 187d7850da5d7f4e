// The detect kernel from TypeScript: pictures become a model's input tensor, in memory that a model can read and write.
import { readFile } from 'node:fs/promises';
import type { ModelSpec, Picture } from '#lib/contracts/model.ts';
import { placePicture, type Placement } from './placement.ts';

/** Sides of a picture, px. */
export const MAX_PICTURE_SIDE = 8192;

export type TensorType = 'float32' | 'float16' | 'uint8';
/** float16 as its bits. */
export type TensorData = Float32Array | Uint16Array | Uint8Array;

const TYPES = {
	float32: { bytes: 4, View: Float32Array },
	float16: { bytes: 2, View: Uint16Array },
	uint8: { bytes: 1, View: Uint8Array }
} as const;

export interface KernelOptions {
	input: ModelSpec['input'];
	/** Pictures the input tensor has room for. */
	batch: number;
	/** The model's outputs that have a known length, in elements for the whole batch. */
	outputs: { type: 'float32' | 'float16'; length: number }[];
	/** The most anchors `scan` will be asked about. */
	anchors: number;
}

/** An anchor of the v8 form whose best class is good enough. */
export interface Sighting {
	anchor: number;
	label: number;
	score: number;
}

/** What kernel/assembly/detect/index.ts exports. */
interface KernelExports {
	memory: WebAssembly.Memory;
	heapBase(): number;
	pictureAt(): number;
	planBytes(width: number, height: number, toWidth: number, toHeight: number, pictureBytes: number): number;
	plan(
		base: number,
		...numbers: [
			width: number,
			height: number,
			toWidth: number,
			toHeight: number,
			left: number,
			top: number,
			fitWidth: number,
			fitHeight: number
		]
	): void;
	normalise(bgr: boolean, s0: number, s1: number, s2: number, o0: number, o1: number, o2: number): void;
	pad(tensor: number, value: number): void;
	fromRgb(tensor: number): void;
	fromYuv(tensor: number): void;
	toUint8(from: number, to: number, count: number): void;
	toFloat16(from: number, to: number, count: number): void;
	fromFloat16(from: number, to: number, count: number): void;
	invalid(): number;
	scan(
		scores: number,
		anchors: number,
		classes: number,
		threshold: number,
		records: number,
		slots: number
	): number;
}

const PAGE = 65_536;
const RECORD_BYTES = 12;

export async function compileDetectModule(): Promise<WebAssembly.Module> {
	return WebAssembly.compile(await readFile(new URL('pixels.wasm', import.meta.url)));
}

/** Bytes of a picture: what `data` must hold at least. */
export function pictureBytes({ layout, width, height }: Omit<Picture, 'data'>): number {
	if (layout === 'rgb24') return width * height * 3;
	return width * height + 2 * ((width + 1) >> 1) * ((height + 1) >> 1);
}

/**
 * One model's tensors. Memory: input | planes | outputs | halves | scan | what the present picture size needs.
 * It grows when a larger picture comes, which detaches every view handed out before: compare `buffer`.
 */
export class DetectKernel {
	private readonly kernel: KernelExports;
	private readonly options: KernelOptions;
	private readonly inputAt: number;
	/** f32 planes of one picture; the input itself where that is f32. */
	private readonly planesAt: number | null;
	private readonly outputsAt: number[];
	private readonly singlesAt: (number | null)[];
	private readonly recordsAt: number;
	private readonly slotsAt: number;
	private readonly planAt: number;
	private end: number;
	private planned = '';
	/** The placement each picture of the batch is padded for. */
	private readonly padded: string[] = [];

	constructor(module: WebAssembly.Module, options: KernelOptions) {
		const { input, batch, outputs, anchors } = options;
		this.kernel = new WebAssembly.Instance(module).exports as unknown as KernelExports;
		this.options = options;
		this.end = align(this.kernel.heapBase());
		const values = 3 * input.width * input.height;
		this.inputAt = this.allocate(values * batch * TYPES[input.dtype].bytes);
		this.planesAt = input.dtype === 'float32' ? null : this.allocate(values * 4);
		this.outputsAt = outputs.map(({ type, length }) => this.allocate(length * TYPES[type].bytes));
		this.singlesAt = outputs.map(({ type, length }) =>
			type === 'float16' ? this.allocate(length * 4) : null
		);
		this.recordsAt = this.allocate(anchors * RECORD_BYTES);
		this.slotsAt = this.allocate(anchors * 4);
		this.planAt = this.end;
		this.reserve(this.end);
		this.normalise(input);
	}

	/** Changes when the memory has grown. */
	get buffer(): ArrayBuffer {
		return this.kernel.memory.buffer;
	}

	/** The input tensor's first pictures. */
	input(pictures: number = this.options.batch): TensorData {
		const { dtype, width, height } = this.options.input;
		return new TYPES[dtype].View(this.buffer, this.inputAt, pictures * 3 * width * height);
	}

	/** One output as the model writes it. */
	output(index: number): Float32Array | Uint16Array {
		const { type, length } = this.outputOf(index);
		return new TYPES[type].View(this.buffer, this.outputsAt[index]!, length);
	}

	/** The same output to read: what is half precision is converted now. */
	values(index: number): Float32Array {
		const data = this.output(index);
		const singles = this.singlesAt[index];
		if (!(data instanceof Uint16Array)) return data;
		this.kernel.fromFloat16(this.outputsAt[index]!, singles!, data.length);
		return new Float32Array(this.buffer, singles!, data.length);
	}

	/**
	 * Puts a picture at its place in the batch: resampled, converted, normalised; says where. Throws RangeError where
	 * the size is none, or the bytes are too few for it.
	 */
	write(picture: Picture, item = 0): Placement {
		checkPicture(picture);
		const { input } = this.options;
		const placement = placePicture(input, picture.width, picture.height);
		this.plan(picture, placement);
		const data = picture.data.subarray(0, pictureBytes(picture));
		new Uint8Array(this.buffer, this.kernel.pictureAt(), data.length).set(data);
		const values = 3 * input.width * input.height;
		const at = this.inputAt + item * values * TYPES[input.dtype].bytes;
		this.paint(picture.layout, this.planesAt ?? at, item, placement);
		if (input.dtype === 'uint8') this.kernel.toUint8(this.planesAt!, at, values);
		if (input.dtype === 'float16') this.kernel.toFloat16(this.planesAt!, at, values);
		return placement;
	}

	/**
	 * The anchors of the v8 form with a class above the threshold, each with its best one. scores: one row of `anchors`
	 * a class, in this kernel's memory. `invalid` counts scores that are not finite.
	 */
	scan(scores: Float32Array, anchors: number, threshold: number): { sightings: Sighting[]; invalid: number } {
		const classes = Math.floor(scores.length / anchors);
		const at = [scores.byteOffset, anchors, classes, threshold, this.recordsAt, this.slotsAt] as const;
		const count = this.kernel.scan(...at);
		const records = new DataView(this.buffer, this.recordsAt, count * RECORD_BYTES);
		const sightings = Array.from({ length: count }, (_, i) => ({
			anchor: records.getInt32(i * RECORD_BYTES, true),
			label: records.getInt32(i * RECORD_BYTES + 4, true),
			score: records.getFloat32(i * RECORD_BYTES + 8, true)
		}));
		return { sightings, invalid: this.kernel.invalid() };
	}

	/** Whether `scan` can read this. */
	holds(data: { buffer: ArrayBufferLike }): boolean {
		return data.buffer === this.buffer;
	}

	private paint(layout: Picture['layout'], planes: number, item: number, placement: Placement): void {
		const place = Object.values(placement).join();
		const kept = this.planesAt === null ? item : 0;
		if (this.padded[kept] !== place) this.kernel.pad(planes, this.options.input.pad);
		this.padded[kept] = place;
		if (layout === 'rgb24') this.kernel.fromRgb(planes);
		else this.kernel.fromYuv(planes);
	}

	private plan(picture: Picture, { left, top, width, height }: Placement): void {
		const { input } = this.options;
		const sizes = [picture.width, picture.height, input.width, input.height] as const;
		const key = [picture.layout, ...sizes].join();
		if (key === this.planned) return;
		this.reserve(this.planAt + this.kernel.planBytes(...sizes, pictureBytes(picture)));
		this.kernel.plan(this.planAt, ...sizes, left, top, width, height);
		this.planned = key;
	}

	/** (pixel − mean) · scale = pixel · scale − mean · scale */
	private normalise({ order, mean, scale }: ModelSpec['input']): void {
		const offsets = mean.map((value, plane) => -value * scale[plane]!) as [number, number, number];
		this.kernel.normalise(order === 'bgr', ...scale, ...offsets);
	}

	private allocate(bytes: number): number {
		const at = this.end;
		this.end = align(at + bytes + 64);
		return at;
	}

	private reserve(bytes: number): void {
		const missing = bytes - this.buffer.byteLength;
		if (missing > 0) this.kernel.memory.grow(Math.ceil(missing / PAGE));
	}

	private outputOf(index: number): KernelOptions['outputs'][number] {
		const output = this.options.outputs[index];
		if (!output) throw new RangeError(`there is no output ${index}`);
		return output;
	}
}

const align = (bytes: number): number => (bytes + 63) & ~63;

function checkPicture(picture: Picture): void {
	const { width, height, data } = picture;
	const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= MAX_PICTURE_SIDE;
	if (!isSide(width) || !isSide(height))
		throw new RangeError(`A picture of ${width}x${height} px cannot be looked at.`);
	const needed = pictureBytes(picture);
	if (data.length < needed)
		throw new RangeError(
			`A ${picture.layout} picture of ${width}x${height} px needs ${needed} bytes; this has ${data.length}.`
		);
}
