// The kernel against the scalar reference, on pictures of every awkward size, and what it refuses.
import { describe, expect, it } from 'vitest';
import type { ModelSpec, Picture } from '#lib/contracts/model.ts';
import { halfToNumber } from './half.ts';
import { compileDetectModule, DetectKernel, pictureBytes, type KernelOptions } from './kernel.ts';
import { letterbox, scan } from './reference.ts';
import { randomNumbers } from './trial.ts';

const module = await compileDetectModule();

const INPUT: ModelSpec['input'] = {
	name: 'images',
	width: 96,
	height: 64,
	dtype: 'float32',
	order: 'rgb',
	mean: [0, 0, 0],
	scale: [1, 1, 1],
	fit: 'letterbox',
	pad: 114,
	dynamicBatch: false
};
const STATISTICS: Partial<ModelSpec['input']> = {
	order: 'bgr',
	mean: [103.53, 116.28, 123.675],
	scale: [1 / 57.375, 1 / 57.12, 1 / 58.395],
	pad: 0
};

function kernelFor(input: ModelSpec['input'], options: Partial<KernelOptions> = {}): DetectKernel {
	return new DetectKernel(module, { input, batch: 1, outputs: [], anchors: 0, ...options });
}

/** Noise over a slope, so that neighbours differ and edges are told from the middle. */
function pictureOf(layout: Picture['layout'], width: number, height: number, seed = 1): Picture {
	const random = randomNumbers(seed);
	const data = new Uint8Array(pictureBytes({ layout, width, height }));
	data.forEach((_, i) => (data[i] = (i % 97) + random() * 158));
	return { layout, width, height, data };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
	expect(a.length).toBe(b.length);
	let most = 0;
	for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
	return most;
}

const SIZES: [width: number, height: number][] = [
	[96, 64],
	[192, 128],
	[101, 67],
	[33, 17],
	[7, 5],
	[1, 1],
	[2, 300],
	[300, 1],
	[1280, 720]
];

describe.each(['yuv420p', 'rgb24'] as const)('%s', (layout) => {
	it.each(SIZES)('letterboxes %i x %i as the reference does', (width, height) => {
		const picture = pictureOf(layout, width, height);
		const kernel = kernelFor(INPUT);
		kernel.write(picture);
		expect(largestDifference(kernel.input(), letterbox(picture, INPUT))).toBeLessThan(0.01);
	});

	it.each(SIZES)('stretches %i x %i as the reference does', (width, height) => {
		const input = { ...INPUT, fit: 'stretch' as const };
		const picture = pictureOf(layout, width, height);
		const kernel = kernelFor(input);
		kernel.write(picture);
		expect(largestDifference(kernel.input(), letterbox(picture, input))).toBeLessThan(0.01);
	});

	it('normalises each plane of the order the model wants', () => {
		const input = { ...INPUT, ...STATISTICS };
		const picture = pictureOf(layout, 50, 40);
		const kernel = kernelFor(input);
		kernel.write(picture);
		expect(largestDifference(kernel.input(), letterbox(picture, input))).toBeLessThan(0.0005);
	});

	it('writes half precision and bytes', () => {
		const picture = pictureOf(layout, 50, 40);
		const half = { ...INPUT, ...STATISTICS, dtype: 'float16' as const };
		const halves = kernelFor(half);
		halves.write(picture);
		const numbers = Array.from(halves.input(), halfToNumber);
		// Half precision has eleven bits: a thousandth of values up to 3.
		expect(largestDifference(numbers, letterbox(picture, half))).toBeLessThan(0.002);

		const bytes = kernelFor({ ...INPUT, dtype: 'uint8' });
		bytes.write(picture);
		const rounded = letterbox(picture, INPUT).map(Math.round);
		// Half a grey level may round either way.
		expect(largestDifference(bytes.input(), rounded)).toBeLessThanOrEqual(1);
	});

	it('pads again when the next picture has another shape, and grows for a larger one', () => {
		const kernel = kernelFor(INPUT, { batch: 2 });
		const first = pictureOf(layout, 40, 64);
		const wide = pictureOf(layout, 1920, 300);
		const last = pictureOf(layout, 64, 64, 7);
		kernel.write(first, 1);
		for (const picture of [first, wide, last, wide, last]) kernel.write(picture, 0);
		const size = 3 * INPUT.width * INPUT.height;
		expect(largestDifference(kernel.input().subarray(0, size), letterbox(last, INPUT))).toBeLessThan(0.01);
		expect(largestDifference(kernel.input().subarray(size), letterbox(first, INPUT))).toBeLessThan(0.01);
	});
});

it('turns limited-range colours into what they mean', () => {
	const [y, u, v] = [81, 90, 240]; // red of BT.601
	const data = new Uint8Array(16 * 16 * 1.5);
	data.fill(y, 0, 256).fill(u, 256, 320).fill(v, 320);
	const input = { ...INPUT, width: 64, height: 64 };
	const kernel = kernelFor(input);
	kernel.write({ layout: 'yuv420p', width: 16, height: 16, data });
	const plane = (k: number) => kernel.input()[k * 64 * 64 + 2000]!;
	expect([plane(0), plane(1), plane(2)].map(Math.round)).toEqual([254, 0, 0]);
});

it('refuses what is no picture', () => {
	const kernel = kernelFor(INPUT);
	const data = new Uint8Array(100);
	expect(() => kernel.write({ layout: 'rgb24', width: 10, height: 10, data })).toThrow(
		/needs 300 bytes; this has 100/
	);
	expect(() => kernel.write({ layout: 'rgb24', width: 0, height: 10, data })).toThrow(/0x10 px/);
	expect(() => kernel.write({ layout: 'yuv420p', width: 9000, height: 1, data })).toThrow(RangeError);
	expect(() => kernel.write({ layout: 'yuv420p', width: 1.5, height: 2, data })).toThrow(RangeError);
});

describe('scan', () => {
	const anchors = 84;
	const classes = 5;
	const scored = (fill: (i: number) => number) => {
		const outputs = [{ type: 'float32' as const, length: anchors * classes }];
		const kernel = kernelFor(INPUT, { outputs, anchors });
		const scores = kernel.output(0) as Float32Array;
		scores.forEach((_, i) => (scores[i] = fill(i)));
		return { kernel, scores };
	};

	it('finds the same best classes as the reference', () => {
		const random = randomNumbers(3);
		const { kernel, scores } = scored(() => random() ** 4);
		for (const threshold of [0.05, 0.3, 0.7, 0.99]) {
			const { sightings, invalid } = kernel.scan(scores, anchors, threshold);
			const found = sightings.toSorted((a, b) => a.anchor - b.anchor);
			expect(found).toEqual(scan(scores, anchors, threshold));
			expect(invalid).toBe(0);
		}
	});

	it('leaves out what is no number, counts it, and loses no neighbour of it', () => {
		const { kernel, scores } = scored(() => 0);
		scores[3] = NaN;
		scores[4] = 0.9;
		scores[anchors - 1] = Infinity;
		expect(kernel.scan(scores, anchors, 0.5)).toEqual({
			sightings: [{ anchor: 4, label: 0, score: Math.fround(0.9) }],
			invalid: 2
		});
	});

	it('has room for every anchor', () => {
		const { kernel, scores } = scored(() => 1);
		expect(kernel.scan(scores, anchors, 0.5).sightings).toHaveLength(anchors);
	});
});

it('converts half precision both ways, bit for bit', () => {
	const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
	const kernel = kernelFor(INPUT, { outputs: [{ type: 'float16', length: bits.length }] });
	(kernel.output(0) as Uint16Array).set(bits);
	const numbers = kernel.values(0);
	const differing = bits.filter((bit) => !Object.is(numbers[bit], halfToNumber(bit)));
	expect(differing).toHaveLength(0);
});
