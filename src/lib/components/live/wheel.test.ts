// The wheel: what points right on the screen is 90 degrees and rose on every page.
import { describe, expect, it } from 'vitest';
import { directionOf, HUES_ON_PICTURES, hueIndex } from '#lib/contracts/direction.ts';
import { HUES_ON_LIGHT, directionSentence, directionWord, flowDirection } from './wheel.ts';

describe('directionOf', () => {
	it.each([
		[0, -1, 0],
		[1, -1, 45],
		[1, 0, 90],
		[0, 1, 180],
		[-1, 0, 270],
		[-1, -1, 315]
	])('(%i, %i) in picture pixels is %i degrees', (dx, dy, degrees) => {
		expect(directionOf(dx, dy)).toBeCloseTo(degrees);
	});
});

describe('hueIndex', () => {
	it.each([
		[0, 0],
		[4.9, 0],
		[5, 1],
		[90, 9],
		[354.9, 35],
		[355, 0],
		[360, 0],
		[-90, 27],
		[725, 1]
	])('%d degrees takes stop %i', (degrees, index) => {
		expect(hueIndex(degrees)).toBe(index);
	});
});

it('has 36 different stops for each ground', () => {
	expect(new Set(HUES_ON_PICTURES).size).toBe(36);
	expect(new Set(HUES_ON_LIGHT).size).toBe(36);
});

it('names directions in the words of their frame', () => {
	expect(directionWord(299)).toBe('up left');
	expect(directionWord(350)).toBe('up');
	expect(directionWord(91, 'map')).toBe('east');
});

describe('flowDirection', () => {
	it('says nothing where nothing moves or nothing was measured', () => {
		expect(flowDirection(null)).toEqual({ kind: 'none' });
		expect(flowDirection({ direction: null, coherence: 0 })).toEqual({ kind: 'none' });
	});

	it('says mixed rather than a direction that few vectors share', () => {
		expect(flowDirection({ direction: 90, coherence: 0.249 })).toEqual({ kind: 'mixed' });
		expect(flowDirection({ direction: 90, coherence: 0.25 })).toEqual({ kind: 'towards', degrees: 90 });
		expect(directionSentence({ kind: 'towards', degrees: 299 })).toBe('up left, 299 degrees');
	});
});
