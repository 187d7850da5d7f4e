// Columns of charts: gaps stay gaps, a cursor finds the nearest point or none, parts stand on each other.
import { describe, expect, it } from 'vitest';
import { indexAt, layOut, medianStep, stacked, summaryOf } from './columns.ts';

const points = [1, 2, 3, 10, 11].map((at) => ({ at, value: at * 2 }));

describe('laying out', () => {
	it('puts one empty point where points are missing', () => {
		expect(layOut(points, 1, ({ at }) => at, [({ value }) => value])).toEqual({
			at: [1, 2, 3, 4, 10, 11],
			values: [[2, 4, 6, null, 20, 22]]
		});
	});

	it('takes the median for the step, whatever the gaps, and a guess where nothing tells', () => {
		expect(medianStep([0, 60, 120, 9000, 9060])).toBe(60);
		expect(medianStep([5], 30)).toBe(30);
		expect(medianStep([5, 5], 30)).toBe(30);
	});
});

it.each([
	[1, 0],
	[2.4, 1],
	[4.4, 2],
	[6.5, null],
	[99, null]
])('at %d stands the point %s', (at, index) => {
	expect(indexAt([1, 2, 3, 10, 11], at, 1)).toBe(index);
});

it('nothing stands anywhere among no points', () => {
	expect(indexAt([], 1, 1)).toBeNull();
});

it('sums up what was measured alone', () => {
	expect(summaryOf([null, 2, 0, null, 4])).toEqual({ min: 0, mean: 2, max: 4, last: 4 });
	expect(summaryOf([null])).toBeNull();
});

it('stacks parts, and leaves a gap where a part is not known', () => {
	expect(
		stacked([
			[1, null, 2],
			[3, 1, 0]
		])
	).toEqual([
		[1, null, 2],
		[4, 1, 2]
	]);
});
