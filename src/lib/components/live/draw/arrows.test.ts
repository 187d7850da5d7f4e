// Arrow geometry: the drawn angle and the measured one never disagree, whatever the size.
import { describe, expect, it } from 'vitest';
import { directionOf } from '#lib/contracts/direction.ts';
import { arrowGeometry, arrowStride } from './arrows.ts';
import { arrowSize } from './sprites.ts';

describe('arrowGeometry', () => {
	it('ends where the vector ends when it is longer than its head', () => {
		const arrow = arrowGeometry(10, 20, 30, -40, 6);
		expect(arrow?.tipX).toBeCloseTo(40);
		expect(arrow?.tipY).toBeCloseTo(-20);
		expect(arrow?.stem).toEqual({ from: 6 * 0.78, to: 50 });
	});

	it('points the way of its vector', () => {
		const arrow = arrowGeometry(0, 0, 30, 40, 5);
		expect(directionOf(arrow?.ux ?? 0, arrow?.uy ?? 0)).toBeCloseTo(directionOf(30, 40));
	});

	it('draws a vector shorter than its head as a head alone that still points the same way', () => {
		const arrow = arrowGeometry(0, 0, 0, 0.4, 6);
		expect(arrow?.stem).toBeNull();
		expect(arrow?.tipY).toBeGreaterThan(0.4);
		expect(arrow?.uy).toBe(1);
	});

	it('draws nothing for a vector without a direction', () => {
		expect(arrowGeometry(3, 3, 0, 0, 6)).toBeNull();
		expect(arrowGeometry(3, 3, Number.NaN, 1, 6)).toBeNull();
	});
});

describe('arrowStride', () => {
	it('thins the grid only as far as arrows would run into each other', () => {
		expect(arrowStride(16, 0.75)).toBe(1);
		expect(arrowStride(8, 0.5)).toBe(2);
		expect(arrowStride(4, 0.3)).toBe(6);
		expect(arrowStride(16, 0)).toBe(1);
	});
});

it('grows arrows with the picture, within bounds', () => {
	expect(arrowSize(100).head).toBe(4.6);
	expect(arrowSize(780).head).toBeCloseTo(7.2, 1);
	expect(arrowSize(4000).head).toBe(13);
	expect(arrowSize(480).casing).toBeGreaterThan(arrowSize(480).line + 1);
});
