// Attempts in a sliding window.
import { describe, expect, it } from 'vitest';
import { addressKey, createAttemptLimiter } from './limits.ts';

function limiterAt(start: number, max = 3, capacity = 10_000) {
	const clock = { now: start };
	return { clock, attempt: createAttemptLimiter({ max, windowMs: 60_000 }, () => clock.now, capacity) };
}

describe('an attempt limiter', () => {
	it('allows so many, then says how long to wait', () => {
		const { clock, attempt } = limiterAt(1_000_000);
		for (let i = 0; i < 3; i++) {
			expect(attempt('a').allowed).toBe(true);
			clock.now += 1000;
		}
		expect(attempt('a')).toEqual({ allowed: false, retryAfterS: 57 });
		expect(attempt('b').allowed).toBe(true);
	});

	it('slides: one place is free again when the oldest attempt is a window ago', () => {
		const { clock, attempt } = limiterAt(0);
		for (const at of [0, 30_000, 40_000]) {
			clock.now = at;
			attempt('a');
		}
		clock.now = 60_000;
		expect(attempt('a').allowed).toBe(true);
		expect(attempt('a')).toEqual({ allowed: false, retryAfterS: 30 });
	});

	it('is not prolonged by attempts that were refused', () => {
		const { clock, attempt } = limiterAt(0);
		for (let i = 0; i < 50; i++) attempt('a');
		clock.now = 60_000;
		expect(attempt('a').allowed).toBe(true);
	});

	it('takes back what was no guess, and that alone', () => {
		const { attempt } = limiterAt(0);
		attempt('a');
		for (let i = 0; i < 10; i++) {
			const right = attempt('a');
			expect(right.allowed).toBe(true);
			if (right.allowed) right.forgive();
		}
		attempt('a');
		attempt('a');
		expect(attempt('a').allowed).toBe(false);
	});

	it('remembers no more keys than its capacity, and forgets the quietest first', () => {
		const { attempt } = limiterAt(0, 1, 3);
		for (const key of ['a', 'b', 'c']) attempt(key);
		attempt('a');
		attempt('d');
		expect(attempt('a').allowed).toBe(false);
		expect(attempt('b').allowed).toBe(true);
	});
});

describe('the key of an address', () => {
	it.each([
		['192.0.2.7', '192.0.2.7'],
		['::ffff:192.0.2.7', '192.0.2.7'],
		['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
		['2001:db8:1:2::9', '2001:db8:1:2'],
		['2001:db8::9', '2001:db8:0:0'],
		['::1', '0:0:0:0'],
		['unknown', 'unknown']
	])('%s is %s', (address, key) => {
		expect(addressKey(address)).toBe(key);
	});
});
