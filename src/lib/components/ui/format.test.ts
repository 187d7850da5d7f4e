// Figures and times as written on the pages.
import { describe, expect, it } from 'vitest';
import { count, duration, figure, plural, secondsSince, timeOfDay } from './format.ts';

describe('figures', () => {
	it('keeps its decimals, so that columns stay aligned', () => {
		expect(figure(12)).toBe('12.0');
		expect(figure(0.0634, 2)).toBe('0.06');
	});
	it('writes an en dash for what was not measured, never 0 or NaN', () => {
		expect([figure(null), figure(undefined), figure(NaN), count(null)]).toEqual(['–', '–', '–', '–']);
	});
	it('groups thousands', () => {
		expect(count(999)).toBe('999');
		expect(count(2_304)).toBe('2\u202f304');
		expect(count(1_234_567)).toBe('1\u202f234\u202f567');
	});
});

describe('durations', () => {
	it.each([
		[0, '0 s'],
		[0.9, '0 s'],
		[47.8, '47 s'],
		[60, '1 min'],
		[13 * 60 + 20, '13 min'],
		[3_600, '1 h'],
		[3_600 + 5 * 60, '1 h 5 min'],
		[6 * 86_400 + 4 * 3_600 + 59, '6 d 4 h'],
		[-5, '0 s']
	])('%d seconds is %s', (seconds, words) => expect(duration(seconds)).toBe(words));

	it('counts from a moment', () => {
		expect(secondsSince('2026-01-01T00:00:00.000Z', Date.parse('2026-01-01T00:00:12.500Z'))).toBe(12.5);
	});
});

it('writes the time of day with 24 hours and, when asked, milliseconds', () => {
	expect(timeOfDay(new Date(2026, 0, 2, 4, 5, 6, 7))).toBe('04:05:06');
	expect(timeOfDay(new Date(2026, 0, 2, 14, 5, 6, 7), true)).toBe('14:05:06.007');
});

it('counts nouns', () => {
	expect([plural(1, 'change'), plural(2, 'change'), plural(0, 'camera')]).toEqual([
		'1 change',
		'2 changes',
		'0 cameras'
	]);
});
