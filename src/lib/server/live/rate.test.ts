// Fan-out rate: fractions of the worker's rate, jitter, live changes.
import { expect, test } from 'vitest';
import { createFanOutRate } from './rate.ts';

/** Pictures admitted of those that come every `everyMs` for ten seconds, each up to `jitterMs` early or late. */
function admitted(rate: ReturnType<typeof createFanOutRate>, everyMs: number, jitterMs = 0): number {
	let count = 0;
	for (let i = 0; i * everyMs < 10_000; i++) {
		const jitter = jitterMs * Math.sin(i * 12.9898);
		if (rate.admits('a', i * everyMs + jitter)) count++;
	}
	return count;
}

test.each([
	[10, 6],
	[25, 6],
	[30, 25],
	[12, 0.5]
])('of %i pictures a second %d go out', (sent, fps) => {
	expect(Math.abs(admitted(createFanOutRate(fps), 1000 / sent) - fps * 10)).toBeLessThanOrEqual(1);
});

test('a worker that keeps the rate loses at most a picture to jitter', () => {
	expect(admitted(createFanOutRate(6), 1000 / 6, 40)).toBeGreaterThanOrEqual(59);
});

test('a slow stream is let through whole', () => {
	expect(admitted(createFanOutRate(6), 500)).toBe(20);
});

test('streams do not share a rate, and a change applies at once', () => {
	const rate = createFanOutRate(1);
	expect([rate.admits('a', 0), rate.admits('b', 0), rate.admits('a', 100)]).toEqual([true, true, false]);
	rate.set(20);
	expect([rate.admits('a', 110), rate.admits('a', 130), rate.admits('a', 170)]).toEqual([true, false, true]);
});
