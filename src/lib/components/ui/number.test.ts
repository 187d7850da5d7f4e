// Numbers as typed and as stepped.
import { expect, it } from 'vitest';
import { decimalsOf, parseNumber, stepBy } from './number.ts';

it('reads points, commas and a typographic minus', () => {
	expect([parseNumber(' 1.5 '), parseNumber('1,5'), parseNumber('−3')]).toEqual([1.5, 1.5, -3]);
});

it.each(['', '  ', 'ten', '1.2.3', 'Infinity', '1e999'])('refuses %j', (text) => {
	expect(parseNumber(text)).toBeNull();
});

it('steps without the noise of binary fractions', () => {
	expect(stepBy(0.1, 2, { min: 0, max: 1, step: 0.1 })).toBe(0.3);
	expect(decimalsOf(0.05)).toBe(2);
});

it('stays within bounds', () => {
	const bounds = { min: 4, max: 64, step: 1 };
	expect(stepBy(60, 10, bounds)).toBe(64);
	expect(stepBy(6, -10, bounds)).toBe(4);
});
