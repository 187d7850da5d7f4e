// Cutting at the antimeridian, with the shapes that break it: Russia's tail, Fiji, Antarctica.
import { describe, expect, it } from 'vitest';
import type { Position } from '../../src/lib/components/map/packed.ts';
import { area2, contains, cutPolygon, cutRing, labelPoint, unwrap } from './antimeridian.ts';

const box = (west: number, south: number, east: number, north: number): Position[] => [
	[west, south],
	[east, south],
	[east, north],
	[west, north],
	[west, south]
];

describe('cutRing', () => {
	it('leaves a ring that crosses nothing as it is', () => {
		expect(cutRing(box(10, 0, 20, 5)).map((ring) => Math.abs(area2(ring)))).toEqual([100]);
	});

	it('cuts a ring that crosses into one on each side, with the same area together', () => {
		const parts = cutRing([
			[170, 60],
			[-170, 60],
			[-170, 70],
			[170, 70],
			[170, 60]
		]);
		expect(parts).toHaveLength(2);
		expect(parts.reduce((sum, ring) => sum + Math.abs(area2(ring)), 0)).toBeCloseTo(400);
		for (const [longitude] of parts.flat()) expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
	});

	it('closes a ring round the pole along the edge of the map', () => {
		const coast = Array.from({ length: 37 }, (_, i): Position => [((-180 + i * 10 + 540) % 360) - 180, -70]);
		const parts = cutRing(coast);
		expect(parts.some((ring) => ring.some(([, latitude]) => latitude === -90))).toBe(true);
		expect(parts.some((ring) => contains(ring, [5, -85]))).toBe(true);
	});
});

it('makes longitudes continuous in both directions', () => {
	expect(
		unwrap([
			[179, 0],
			[-179, 0],
			[179, 0]
		]).map(([x]) => x)
	).toEqual([179, 181, 179]);
});

it('gives a hole to the part it lies in', () => {
	const polygons = cutPolygon([
		[
			[170, 0],
			[-170, 0],
			[-170, 10],
			[170, 10],
			[170, 0]
		],
		box(-178, 4, -176, 6)
	]);
	expect(polygons.map((rings) => rings.length).sort()).toEqual([1, 2]);
	expect(cutPolygon([])).toEqual([]);
});

it('finds a place for a name inside a bent shape', () => {
	const bent: Position[] = [
		[0, 0],
		[10, 0],
		[10, 10],
		[8, 10],
		[8, 2],
		[0, 2],
		[0, 0]
	];
	expect(contains(bent, labelPoint(bent))).toBe(true);
});
