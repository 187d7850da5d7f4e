// The kernel against the scalar reference: random, binary and smooth pictures, odd sizes, every kind of window.
import { describe, expect, it } from 'vitest';
import { compileFlowModule, createFlow, type FlowOptions } from './kernel.ts';
import { referenceFlow } from './reference.ts';
import { movedPicture, randomSource } from './testing/pictures.ts';

const module = await compileFlowModule();

type Pair = [Uint8Array, Uint8Array];

const smooth = (w: number, h: number): Pair => [movedPicture(w, h, 0, 0), movedPicture(w, h, 2.6, -1.3)];
const still = (w: number, h: number): Pair => [movedPicture(w, h, 0, 0), movedPicture(w, h, 0, 0)];

function noise(w: number, h: number): Pair {
	const random = randomSource(7);
	const frame = () => Uint8Array.from({ length: w * h }, () => 256 * random());
	return [frame(), frame()];
}

/** Black and white at random: the greatest gradients there are. Moved by whole pixels, so that there is an answer. */
function binary(w: number, h: number): Pair {
	const random = randomSource(11);
	const wide = Uint8Array.from({ length: (w + 8) * h }, () => (random() < 0.5 ? 0 : 255));
	const crop = (offset: number) =>
		Uint8Array.from(
			{ length: w * h },
			(_, k) => wide[Math.floor(k / w) * (w + 8) + offset + (k % w)] as number
		);
	return [crop(3), crop(1)];
}

/** Columns 0 0 255 255: every gx at its limit, so that only wide sums can hold them. */
function stripes(w: number, h: number): Pair {
	const frame = (shift: number) =>
		Uint8Array.from(
			{ length: w * h },
			(_, k) => ((((k % w) + shift) >> 1) % 2) * 255 * (Math.floor(k / w / 7) % 2)
		);
	return [frame(0), frame(1)];
}

/** Share of the points where both agree on the status and, where found, to `tolerance` px. */
function agreement(pair: Pair, options: FlowOptions, tolerance: number): number {
	const flow = createFlow({ ...options, restless: true }, module);
	flow.measure(pair[0]);
	const kernel = flow.measure(pair[1]);
	const reference = referenceFlow(pair[0], pair[1], options);
	expect([kernel.columns, kernel.rows]).toEqual([reference.columns, reference.rows]);
	let agreed = 0;
	for (let k = 0; k < kernel.status.length; k++) {
		if (kernel.status[k] !== reference.status[k]) continue;
		const [dx, dy] = [0, 1].map(
			(axis) => (kernel.flow[2 * k + axis] as number) - (reference.flow[2 * k + axis] as number)
		);
		if (kernel.status[k] === 0 || Math.hypot(dx as number, dy as number) <= tolerance) agreed++;
	}
	return agreed / kernel.status.length;
}

describe.each(['fast', 'faithful'] as const)('%s mode agrees with the scalar reference', (mode) => {
	it.each([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])('win_radius %i', (winRadius) => {
		const options = { width: 149, height: 111, gridSize: 19, winRadius, mode };
		expect(agreement(smooth(149, 111), options, 2e-3)).toBeGreaterThanOrEqual(winRadius < 4 ? 0.96 : 1);
	});

	it.each([4, 7, 10, 16, 23, 64])('grid_size %i', (gridSize) => {
		const options = { width: 160, height: 96, gridSize, winRadius: 8, mode };
		expect(agreement(smooth(160, 96), options, 2e-3)).toBe(1);
	});

	it.each([
		[1, 1],
		[2, 2],
		[1, 40],
		[40, 1],
		[17, 18],
		[35, 36],
		[37, 71],
		[101, 53],
		[178, 100]
	])('%i x %i px', (width, height) => {
		for (const winRadius of [3, 8, 15]) {
			const options = { width, height, gridSize: 11, winRadius, mode };
			expect(agreement(smooth(width, height), options, 5e-3)).toBeGreaterThanOrEqual(0.97);
			expect(agreement(still(width, height), options, 1e-3)).toBe(1);
		}
	});

	it.each([4, 8, 11, 15])('binary noise, win_radius %i', (winRadius) => {
		const options = { width: 141, height: 97, gridSize: 15, winRadius, mode };
		expect(agreement(binary(141, 97), options, 1e-2)).toBeGreaterThanOrEqual(0.95);
	});

	it.each([8, 11, 15])('stripes of the steepest gradient, win_radius %i', (winRadius) => {
		const options = { width: 141, height: 97, gridSize: 15, winRadius, mode };
		expect(agreement(stripes(141, 97), options, 1e-2)).toBeGreaterThanOrEqual(0.9);
	});

	it('unrelated random frames, where nothing settles', () => {
		const options = { width: 141, height: 97, gridSize: 15, winRadius: 8, mode };
		expect(agreement(noise(141, 97), options, 1e-2)).toBeGreaterThanOrEqual(0.85);
	});
});
