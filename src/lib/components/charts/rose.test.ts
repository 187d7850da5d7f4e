// The rose: main ways of the bins, also across up, and petals whose areas tell the shares.
import { describe, expect, it } from 'vitest';
import { mainWays, petals, resultant, sumBins } from './rose.ts';

const bins = (...set: [bin: number, value: number][]) => {
	const all = new Array<number>(36).fill(0);
	for (const [bin, value] of set) all[bin] = value;
	return all;
};

describe('main ways', () => {
	it('are found on both sides of up, and are no neighbours of each other', () => {
		const [first, second] = mainWays(bins([35, 30], [0, 20], [1, 30], [18, 20]));
		expect(first).toEqual({ degrees: 0, share: 0.8 });
		expect(second?.share).toBe(0.2);
		expect(Math.abs((second?.degrees ?? 0) - 180)).toBeLessThanOrEqual(20);
	});

	it('are one where the rest is little, and none where nothing moved', () => {
		expect(mainWays(bins([9, 95], [27, 5]))).toHaveLength(1);
		expect(mainWays(bins())).toEqual([]);
	});
});

it('agrees wholly with itself, and not at all with its opposite', () => {
	expect(resultant(bins([9, 5]))).toMatchObject({ coherence: 1 });
	expect(resultant(bins([9, 5]))?.direction).toBeCloseTo(90);
	expect(resultant(bins([9, 5], [27, 5]))?.coherence).toBeCloseTo(0);
	expect(resultant(bins())).toBeNull();
});

it('sums several, and draws petals of those that are not empty', () => {
	const sums = sumBins([bins([0, 1]), bins([0, 3], [9, 1])]);
	expect([sums[0], sums[9]]).toEqual([4, 1]);
	const drawn = petals(sums, 80);
	expect(drawn.map(({ degrees }) => degrees)).toEqual([0, 90]);
	// A quarter of the vectors, a quarter of the area: half as long.
	expect(drawn[1]?.path).toContain('A40.00 40.00');
	expect(petals(sumBins([]), 80)).toEqual([]);
});
