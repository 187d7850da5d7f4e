// Zone drawing maths: the arrow of a line points to the side that counts as in.
import { describe, expect, it } from 'vitest';
import { cross } from '#lib/contracts/geometry.ts';
import { fitInside } from './fit.ts';
import { lineArrow, nameAnchor, namePoint, toScreen } from './zones.ts';

describe('lineArrow', () => {
	it('points down from a line drawn left to right: its right-hand side', () => {
		const arrow = lineArrow([0, 50], [100, 50]);
		expect(arrow?.from).toEqual([50, 50]);
		expect(arrow?.tip[0]).toBeCloseTo(50);
		expect(arrow?.tip[1]).toBeGreaterThan(50);
	});

	it('agrees with the side the geometry calls right, for any line', () => {
		for (const [a, b] of [
			[
				[10, 10],
				[90, 40]
			],
			[
				[90, 40],
				[10, 10]
			],
			[
				[50, 90],
				[50, 10]
			]
		] as [[number, number], [number, number]][]) {
			const tip = lineArrow(a, b)?.tip;
			expect(cross(a, b, tip ?? [0, 0])).toBeGreaterThan(0);
		}
	});

	it('draws nothing for a line without a length', () => {
		expect(lineArrow([5, 5], [5, 5])).toBeNull();
	});
});

it('puts points and names where the picture is, beside the bars', () => {
	const fit = fitInside(640, 480, 1600, 900);
	expect(toScreen([0.5, 0.5], fit)).toEqual([800, 450]);
	expect(
		nameAnchor(
			[
				[0.5, 0.5],
				[0.25, 0.75]
			],
			fit
		)
	).toEqual({ x: 800, bottom: 446, top: 454 });
});

it('lets a name stand on the topmost point, and on the left one of an edge that leans a little', () => {
	expect(
		namePoint([
			[0.1, 0.4],
			[0.5, 0.1],
			[0.9, 0.4]
		])
	).toEqual([0.5, 0.1]);
	expect(
		namePoint([
			[0.26, 0.35],
			[0.7, 0.32],
			[0.8, 0.9]
		])
	).toEqual([0.26, 0.35]);
});
