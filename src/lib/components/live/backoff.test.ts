// Waiting before asking again: longer each time, never for ever, never all at once.
import { expect, it } from 'vitest';
import { reconnectDelayMs } from './backoff.ts';

it('doubles up to its longest wait, with half of it drawn by lot', () => {
	expect([0, 1, 2, 3].map((attempt) => reconnectDelayMs(attempt, () => 1))).toEqual([500, 1000, 2000, 4000]);
	expect(reconnectDelayMs(3, () => 0)).toBe(2000);
	expect(reconnectDelayMs(1000, () => 1)).toBe(15_000);
});
