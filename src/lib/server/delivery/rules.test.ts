// Who is told, and when a failed delivery is tried again.
import { describe, expect, it } from 'vitest';
import { judge, schedule, type Candidate } from './rules.ts';

const NOW = 1_800_000_000_000;
const CHANNEL: Candidate = {
	enabled: true,
	min_interval_s: 0,
	max_per_hour: 10,
	notify_resolved: true,
	lastOfRuleAt: null,
	withinHour: 0,
	beginning: null
};
const stateOf = (event: 'alert.firing' | 'alert.resolved', change: Partial<Candidate>) =>
	judge(event, { ...CHANNEL, ...change }, NOW)?.state ?? null;

describe('a beginning', () => {
	it.each<[Partial<Candidate>, string]>([
		[{}, 'pending'],
		[{ enabled: false }, 'held_back'],
		[{ min_interval_s: 60, lastOfRuleAt: NOW - 59_000 }, 'held_back'],
		[{ min_interval_s: 60, lastOfRuleAt: NOW - 60_000 }, 'pending'],
		[{ min_interval_s: 60, lastOfRuleAt: null }, 'pending'],
		[{ min_interval_s: 0, lastOfRuleAt: NOW + 5 }, 'pending'],
		[{ min_interval_s: 60, lastOfRuleAt: NOW + 5 }, 'held_back'],
		[{ withinHour: 9 }, 'pending'],
		[{ withinHour: 10 }, 'held_back']
	])('with %j is %s', (change, state) => expect(stateOf('alert.firing', change)).toBe(state));
});

describe('an end', () => {
	it.each<[Partial<Candidate>, string | null]>([
		[{ beginning: 'told' }, 'pending'],
		[{ beginning: 'told', withinHour: 10, min_interval_s: 60, lastOfRuleAt: NOW }, 'pending'],
		[{ beginning: 'told', enabled: false }, 'held_back'],
		[{ beginning: 'held_back' }, 'held_back'],
		[{ beginning: 'told', notify_resolved: false }, null],
		[{ beginning: null }, null]
	])('with %j is %s', (change, state) => expect(stateOf('alert.resolved', change)).toBe(state));
});

describe('the next attempt', () => {
	const SECOND = 1000;
	/** Every wait of a delivery that always fails, with the given jitter. */
	function waits(kind: 'unreachable' | 'refused' | 'permanent', random: number): number[] {
		const found: number[] = [];
		for (let attempts = 1, ageMs = 0; ; attempts++) {
			const wait = schedule({ kind, attempts, ageMs, retryAfterS: null }, () => random);
			if (wait === null) return found;
			found.push(wait);
			ageMs += wait;
		}
	}

	it('comes three times within 2 to 8 s, then further apart, and is given up after a day', () => {
		for (const [random, quick] of [
			[0, 2],
			[0.999999, 8]
		] as const) {
			const [first, second, third, ...later] = waits('unreachable', random).map((wait) => wait / SECOND);
			expect([first, second, third].map((wait) => Math.round(wait ?? 0))).toEqual([quick, quick, quick]);
			expect(later[0]).toBeGreaterThan(20);
			expect([...later].sort((a, b) => a - b)).toEqual(later);
			const total = waits('unreachable', random).reduce((sum, wait) => sum + wait, 0);
			expect(total / 3_600_000).toBeGreaterThan(22.5);
			expect(total / 3_600_000).toBeLessThanOrEqual(24);
		}
	});

	it('of what is refused for good comes three times, over more than an hour', () => {
		const found = waits('permanent', 0.5);
		expect(found.map((wait) => wait / 60_000)).toEqual([2, 15, 60]);
	});

	it('waits as long as the other side asks', () => {
		const failure = { kind: 'unreachable', attempts: 1, ageMs: 0 } as const;
		expect(schedule({ ...failure, retryAfterS: 600 })).toBe(600_000);
		expect(schedule({ ...failure, retryAfterS: 1 }, () => 0)).toBe(2000);
	});
});
