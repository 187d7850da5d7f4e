// What the axis and the names at line ends say.
import { expect, it } from 'vitest';
import { lonelyPoints, shortNumber, spread } from './timePlot.ts';

it.each([
	[0, '0'],
	[0.25, '0.25'],
	[1500, '1500'],
	[12_500, '12.5k'],
	[3_000_000, '3M']
])('%d is %s at the axis', (value, words) => {
	expect(shortNumber(value)).toBe(words);
});

it('moves names apart, and keeps them above the ground', () => {
	expect(spread([10, 12, 80], 14, 100)).toEqual([10, 24, 80]);
	expect(spread([95, 99, 100], 14, 100)).toEqual([72, 86, 100]);
	expect(spread([], 14, 100)).toEqual([]);
});

it('knows the points that no line would show', () => {
	expect(lonelyPoints([1, null, 2, 3, null, null, 4, null])).toEqual([0, 6]);
	expect(lonelyPoints([1])).toEqual([0]);
	expect(lonelyPoints([])).toEqual([]);
});
