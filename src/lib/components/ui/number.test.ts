// Numbers as typed and as stepped.
import { expect, it } from 'vitest';
import { decimalsOf, parseNumber, shownNumber, stepBy } from './number.ts';

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

it('shows what is stored, not what the step would make of it', () => {
	expect(shownNumber(0.5, 1)).toBe('0.5');
	expect(shownNumber(0.1 + 0.2, 0.1)).toBe('0.3');
	expect(shownNumber(640, 1)).toBe('640');
	expect(shownNumber(56.152361, 1, 5)).toBe('56.15236');
	expect(shownNumber(352.4, 1, 0)).toBe('352');
});

it('steps on from a value between two steps without losing it', () => {
	expect(stepBy(0.5, 1, { min: 0, max: 10, step: 1 })).toBe(1.5);
});
