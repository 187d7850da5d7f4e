// Backoff doubles up to its cap and spreads over the whole interval.
import { describe, expect, it } from 'vitest';
import { backoffMs } from './backoff.ts';

const almostOne = () => 0.999999;

describe('backoffMs', () => {
	it('doubles its ceiling with every attempt until the cap', () => {
		const ceilings = [1, 2, 3, 4, 7, 8, 1_000].map((attempt) => backoffMs(attempt, { random: almostOne }));
		expect(ceilings).toEqual([999, 1_999, 3_999, 7_999, 59_999, 59_999, 59_999]);
	});

	it('jitters fully, from nothing to the ceiling', () => {
		expect(backoffMs(5, { random: () => 0 })).toBe(0);
		expect(backoffMs(5, { random: () => 0.5 })).toBe(8_000);
	});

	it('treats attempts below one as the first', () => {
		expect(backoffMs(0, { random: almostOne })).toBe(999);
		expect(backoffMs(-3, { random: almostOne })).toBe(999);
	});

	it('takes its base and cap from the caller', () => {
		expect(backoffMs(3, { baseMs: 10, capMs: 25, random: almostOne })).toBe(24);
	});
});
