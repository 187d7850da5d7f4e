// Shapes on the screen: paths and the places where pointers meet them.
import { describe, expect, it } from 'vitest';
import type { Shape } from './editor.ts';
import { edgesOf, keyStep, nearestOn, pathOf, placeWords } from './screen.ts';

const size = { width: 800, height: 400 };
const TRIANGLE: Shape = {
	kind: 'polygon',
	points: [
		[0, 0],
		[0.5, 0],
		[0.5, 0.5]
	]
};

it('draws a path in pixels, closed when it is whole', () => {
	expect(pathOf(TRIANGLE.points, size, true)).toBe('M0.0 0.0L400.0 0.0L400.0 200.0z');
	expect(pathOf(TRIANGLE.points.slice(0, 2), size, false)).toBe('M0.0 0.0L400.0 0.0');
	expect(pathOf([], size, true)).toBe('');
});

describe('edges', () => {
	it('are as many as corners, and none of a line', () => {
		expect(edgesOf(TRIANGLE).map(({ middle }) => middle)).toEqual([
			[0.25, 0],
			[0.5, 0.25],
			[0.25, 0.25]
		]);
		expect(edgesOf({ kind: 'line', points: TRIANGLE.points.slice(0, 2) })).toEqual([]);
	});

	it('take a click beside them at the nearest point as the screen shows it', () => {
		const [top, , back] = edgesOf(TRIANGLE);
		expect(nearestOn(top!, [0.25, 0.03], size)).toEqual([0.25, 0]);
		expect(nearestOn(top!, [0.9, 0.03], size)).toEqual([0.5, 0]);
		const [x, y] = nearestOn(back!, [0.25, 0.25], size);
		expect([x, y]).toEqual([0.25, 0.25]);
	});

	it('without a length answer their corner', () => {
		const edge = { index: 0, from: [0.2, 0.2], to: [0.2, 0.2], middle: [0.2, 0.2] } as const;
		expect(nearestOn(edge, [0.9, 0.9], size)).toEqual([0.2, 0.2]);
	});
});

it('turns arrow keys into steps of one pixel, ten with Shift', () => {
	expect(keyStep('ArrowRight', false, size)).toEqual([1 / 800, 0]);
	expect(keyStep('ArrowUp', true, size)).toEqual([0, -10 / 400]);
	expect(keyStep('a', false, size)).toBeNull();
	expect(keyStep('ArrowUp', false, { width: 0, height: 0 })).toBeNull();
});

it('writes a place with three decimals', () => {
	expect(placeWords([0.78901, 0.5])).toBe('0.789, 0.500');
});
