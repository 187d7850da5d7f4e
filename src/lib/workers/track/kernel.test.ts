// The tracker's maths against cases worked by hand.
import { describe, expect, it } from 'vitest';
import {
	assignGreedily,
	boxAt,
	boxMotion,
	correctedBox,
	intersectionOverUnion,
	predictedBox
} from './kernel.ts';

const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe('intersectionOverUnion', () => {
	it.each([
		['the same box', box(0, 0, 2, 2), box(0, 0, 2, 2), 1],
		['half of it', box(0, 0, 2, 2), box(1, 0, 2, 2), 1 / 3],
		['touching edges', box(0, 0, 1, 1), box(1, 0, 1, 1), 0],
		['one within the other', box(0, 0, 4, 4), box(1, 1, 2, 2), 0.25],
		['no area', box(0, 0, 0, 1), box(0, 0, 0, 1), 0],
		['no number', box(NaN, 0, 1, 1), box(0, 0, 1, 1), 0]
	])('%s', (_, a, b, expected) => {
		expect(intersectionOverUnion(a, b)).toBeCloseTo(expected, 10);
	});
});

it('assignGreedily takes the best pair first, each row and column once, none below the least', () => {
	const scores = [
		[0.9, 0.8, 0.1],
		[0.85, 0.2, 0.05]
	];
	expect(assignGreedily(scores, 0.15)).toEqual([
		[0, 0],
		[1, 1]
	]);
	expect(assignGreedily(scores, 0.3)).toEqual([[0, 0]]);
	expect(assignGreedily([], 0)).toEqual([]);
});

describe('a box with constant velocity', () => {
	it('is where it should be after a second of measurements', () => {
		let state = boxMotion(box(0.1, 0.4, 0.05, 0.2));
		for (let k = 1; k <= 10; k++)
			state = correctedBox(predictedBox(state, 0.1), box(0.1 + 0.02 * k, 0.4, 0.05, 0.2));
		expect(boxAt(predictedBox(state, 0.5)).x).toBeCloseTo(0.4, 2);
		expect(state.x.velocity).toBeCloseTo(0.2, 2);
	});

	it('is less certain the longer it is not seen, never negative in size', () => {
		const state = boxMotion(box(0.1, 0.4, 0.05, 0.2));
		const later = predictedBox(state, 2);
		expect(later.x.pp).toBeGreaterThan(state.x.pp);
		const shrinking = { ...later, width: { ...later.width, position: -1 } };
		expect(boxAt(shrinking).width).toBeGreaterThan(0);
	});
});
