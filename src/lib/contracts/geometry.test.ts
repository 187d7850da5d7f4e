// Shapes that can be a zone and those that cannot, and where points lie.
import { describe, expect, it, test } from 'vitest';
import {
	cross,
	lineProblem,
	MAX_CORNERS,
	polygonArea,
	polygonContains,
	polygonProblem,
	segmentsMeet,
	type Point
} from './geometry.ts';

const SQUARE: Point[] = [
	[0.2, 0.2],
	[0.8, 0.2],
	[0.8, 0.8],
	[0.2, 0.8]
];
const circle = (corners: number): Point[] =>
	Array.from({ length: corners }, (_, i) => {
		const angle = (2 * Math.PI * i) / corners;
		return [0.5 + 0.4 * Math.cos(angle), 0.5 + 0.4 * Math.sin(angle)];
	});

describe('a polygon', () => {
	it('is one with three corners or 64, convex or not, drawn either way around', () => {
		expect(polygonProblem(SQUARE)).toBeNull();
		expect(polygonProblem(SQUARE.toReversed())).toBeNull();
		expect(polygonProblem(SQUARE.slice(1))).toBeNull();
		expect(polygonProblem(circle(MAX_CORNERS))).toBeNull();
		expect(polygonProblem([...SQUARE.slice(0, 3), [0.5, 0.5], [0.2, 0.8]])).toBeNull();
	});

	it.each<[string, Point[], RegExp]>([
		['nothing', [], /at least 3 corners; this has 0/],
		['one point', [[0.5, 0.5]], /this has 1/],
		['two points', SQUARE.slice(0, 2), /this has 2/],
		['65 corners', circle(65), /at most 64/],
		['a bow tie', [SQUARE[0]!, SQUARE[2]!, SQUARE[1]!, SQUARE[3]!], /edges 1 and 3 cross/],
		['one that touches itself', [...SQUARE, [0.5, 0.2]], /cross/],
		['a corner twice', [SQUARE[0]!, SQUARE[0]!, SQUARE[1]!, SQUARE[2]!], /edges 1 and 2 cross/],
		[
			'a spike that runs back on itself',
			[
				[0.2, 0.2],
				[0.8, 0.2],
				[0.5, 0.2],
				[0.5, 0.6]
			],
			/cross/
		],
		[
			'all corners on a line',
			[
				[0.1, 0.1],
				[0.5, 0.5],
				[0.9, 0.9]
			],
			/cross|too small/
		],
		[
			'a speck',
			[
				[0.5, 0.5],
				[0.501, 0.5],
				[0.5, 0.501]
			],
			/too small/
		]
	])('is not %s', (_, points, words) => {
		expect(polygonProblem(points)).toMatch(words);
	});

	it('has its area', () => {
		expect(polygonArea(SQUARE)).toBeCloseTo(0.36, 9);
		expect(polygonArea(SQUARE.toReversed())).toBeCloseTo(0.36, 9);
		expect(polygonArea([])).toBe(0);
	});

	it('holds what lies inside, also where it is hollow', () => {
		const u: Point[] = [
			[0.1, 0.1],
			[0.3, 0.1],
			[0.3, 0.7],
			[0.7, 0.7],
			[0.7, 0.1],
			[0.9, 0.1],
			[0.9, 0.9],
			[0.1, 0.9]
		];
		expect(polygonProblem(u)).toBeNull();
		expect(polygonContains(u, [0.2, 0.3])).toBe(true);
		expect(polygonContains(u, [0.5, 0.3])).toBe(false);
		expect(polygonContains(u, [0.5, 0.8])).toBe(true);
		expect(polygonContains(u, [1.5, 0.8])).toBe(false);
		expect(polygonContains([], [0.5, 0.5])).toBe(false);
	});
});

test('a line has two ends apart from each other', () => {
	expect(
		lineProblem([
			[0, 0],
			[1, 1]
		])
	).toBeNull();
	expect(lineProblem([])).toMatch(/two ends; this has 0/);
	expect(lineProblem([[0, 0]])).toMatch(/this has 1/);
	expect(
		lineProblem([
			[0, 0],
			[1, 1],
			[0, 1]
		])
	).toMatch(/this has 3/);
	expect(
		lineProblem([
			[0.5, 0.5],
			[0.5, 0.505]
		])
	).toMatch(/lie on each other/);
});

test('the right-hand side of a line that runs up the picture is its right', () => {
	expect(cross([0.5, 1], [0.5, 0], [0.9, 0.5])).toBeGreaterThan(0);
	expect(cross([0.5, 1], [0.5, 0], [0.1, 0.5])).toBeLessThan(0);
	expect(cross([0.5, 1], [0.5, 0], [0.5, 0.2])).toBeCloseTo(0, 12);
});

test('segments meet where they cross, touch or overlap, and not where only their lines would', () => {
	expect(segmentsMeet([0, 0], [1, 1], [0, 1], [1, 0])).toBe(true);
	expect(segmentsMeet([0, 0], [1, 0], [0.5, 0], [0.5, 1])).toBe(true);
	expect(segmentsMeet([0, 0], [1, 0], [0.5, 0], [2, 0])).toBe(true);
	expect(segmentsMeet([0, 0], [1, 0], [2, 0], [3, 0])).toBe(false);
	expect(segmentsMeet([0, 0], [1, 0], [2, -1], [2, 1])).toBe(false);
});
