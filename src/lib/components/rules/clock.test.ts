// Times of day as people type them.
import { expect, it } from 'vitest';
import { clockOf } from './clock.ts';

it.each([
	['22:30', '22:30'],
	['6:00', '06:00'],
	['600', '06:00'],
	['2230', '22:30'],
	['6.30', '06:30'],
	['22', '22:00'],
	[' 7 ', '07:00'],
	['half past', 'half past'],
	['', '']
])('takes %j for %j', (typed, clock) => {
	expect(clockOf(typed)).toBe(clock);
});
