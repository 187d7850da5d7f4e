// Capture times: as close as the quickest frame, rising, and following clocks that drift or step.
import { describe, expect, it } from 'vitest';
import { CaptureClock } from './capture-clock.ts';

const START = 1_700_000_000_000;

describe('CaptureClock', () => {
	it('finds the least delay, takes every other frame to be late, and never goes back (41 for 20)', () => {
		const clock = new CaptureClock();
		const delays = [80, 20, 60, 5, 120];
		const errors = delays.map(
			(delay, k) => clock.estimate(k * 40, START + k * 40 + delay) - (START + k * 40)
		);
		expect(errors).toEqual([80, 41, 20, 5, 5]);
	});

	it('never falls, also when a hurried frame corrects the estimate', () => {
		const clock = new CaptureClock();
		const times = [0, 1, 2, 3, 4].map((k) => clock.estimate(k * 40, START + 500));
		for (let k = 1; k < times.length; k++) expect(times[k]).toBeGreaterThan(times[k - 1]!);
		expect(times.at(-1)).toBeLessThanOrEqual(START + 510);
	});

	it.each([300e-6, -300e-6])('follows a source whose clock is off by %d', (drift) => {
		const clock = new CaptureClock();
		let error = 0;
		for (let k = 0; k < 25 * 3_600; k++) {
			const captured = START + k * 40;
			error = clock.estimate(k * 40 * (1 + drift), captured + 10) - captured;
		}
		expect(Math.abs(error)).toBeLessThan(35);
	});

	it.each([60_000, -60_000])(
		'follows a step of %d ms of this machine’s clock within a minute or two',
		(step) => {
			const clock = new CaptureClock();
			const at = (k: number) => START + k * 40 + (k > 2_000 ? step : 0);
			let last = 0;
			for (let k = 0; k < 6_000; k++) last = clock.estimate(k * 40, at(k) + 10);
			if (step > 0) expect(Math.abs(last - at(5_999))).toBeLessThan(50);
			// Backwards the estimate may not go: it creeps until the clock has caught up.
			else expect(last).toBeGreaterThanOrEqual(at(5_999));
		}
	);

	it('begins anew after a reconnection, and goes on rising', () => {
		const clock = new CaptureClock();
		const before = clock.estimate(90_000, START);
		clock.reset();
		expect(clock.estimate(0, START + 2_000)).toBe(START + 2_000);
		expect(START + 2_000).toBeGreaterThan(before);
	});
});
