// Seconds put together from frames, what is usual, and a rule replayed over what was stored.
import { describe, expect, it } from 'vitest';
import type { ZoneFacts } from '#lib/contracts/facts.ts';
import type { Condition } from '#lib/contracts/rule.ts';
import { createBaseline } from './baseline.ts';
import { createReplay } from './replay.ts';
import { createSecond } from './second.ts';
import { facts, flow, people, rule } from './testing.ts';

describe('a second', () => {
	it('has the means, the most and the sums of its frames', () => {
		const second = createSecond('zone');
		second.add({ ...people(2, { maxConfidence: 0.5, longestS: 3 }), flow: flow(10, 2, 90) });
		second.add({ ...people(3, { maxConfidence: 0.4, longestS: 4 }), flow: flow(20, 4, 90) });
		second.add(facts({ crossings: { person: { in: 1, out: 0 } } }));
		second.add(facts({ crossings: { person: { in: 1, out: 2 } } }));
		const taken = second.take()!;
		expect(taken).toMatchObject({
			zoneId: 'zone',
			flow: { avg: 1.5, max: 4, count: 8, total: 100, direction: 90, coherence: 0.5 },
			objects: { person: { count: 3, maxConfidence: 0.5, longestS: 4 } },
			crossings: { person: { in: 2, out: 2 } }
		});
		// 7.5 vectors a frame, told as 8: their mean magnitude stays 100 / 30.
		expect(taken.flow!.bins[9]).toBe(8);
		expect(taken.flow!.magnitudes[9]! / 8).toBeCloseTo(100 / 30, 6);
		expect(second.take()).toBeNull();
	});

	it('of a line has no flow', () => {
		const second = createSecond('line');
		second.add(facts({ flow: null }));
		expect(second.take()).toEqual({ zoneId: 'line', flow: null, objects: {}, crossings: {} });
	});
});

describe('what is usual', () => {
	const learned = () => {
		const baseline = createBaseline();
		for (let s = 0; s < 30; s++) baseline.add(s * 1000, 2, false);
		return baseline;
	};

	it('is the mean of the last minute, once a third of it is known', () => {
		const baseline = createBaseline();
		for (let s = 0; s < 19; s++) baseline.add(s * 1000, 2, false);
		expect(baseline.at(19_000)).toBeNull();
		expect(learned().at(30_000)).toBe(2);
		expect(learned().at(200_000)).toBeNull();
	});

	it('weighs seconds alike, however many frames they had', () => {
		const baseline = createBaseline();
		for (let ms = 0; ms < 15_000; ms += 100) baseline.add(ms, 4, false);
		for (let s = 15; s < 30; s++) baseline.add(s * 1000, 2, false);
		expect(baseline.at(30_000)).toBe(3);
	});

	it('is not changed by what breaks it, for ten minutes', () => {
		const baseline = learned();
		for (let s = 30; s < 600; s++) baseline.add(s * 1000, 9, true);
		expect(baseline.at(600_000)).toBe(2);
		for (let s = 600; s < 660; s++) baseline.add(s * 1000, 9, true);
		expect(baseline.at(660_000)).toBe(9);
	});

	it('begins anew when the clock is set back', () => {
		const baseline = learned();
		baseline.add(5000, 7, false);
		expect(baseline.at(5000)).toBeNull();
	});
});

describe('a replay', () => {
	const HOUR = 3_600_000;
	function replay(
		seconds: (ZoneFacts | null)[],
		over: Partial<Parameters<typeof createReplay>[0]> = {},
		bucketS = 1
	) {
		const run = createReplay(rule(over), { from: HOUR, bucketS });
		seconds.forEach((shown, i) => shown && run.step({ at: HOUR + (i + 1) * 1000, facts: shown }));
		return run.result();
	}
	const repeated = (count: number, shown: ZoneFacts | null) => Array.from({ length: count }, () => shown);
	const iso = (s: number) => new Date(HOUR + s * 1000).toISOString();

	it('fires as the rule would have', () => {
		const { covered_s, firings, points } = replay([
			...repeated(10, people(3)),
			...repeated(5, people(9)),
			people(11),
			...repeated(20, people(2)),
			...repeated(5, people(12))
		]);
		expect(covered_s).toBe(41);
		expect(firings).toEqual([
			{ starts_at: iso(10), ends_at: iso(16), peak: 11 },
			{ starts_at: iso(36), ends_at: null, peak: 12 }
		]);
		expect(points).toHaveLength(41);
		expect(points[0]).toEqual([3601, 3]);
	});

	it('takes a second to be as long as it is', () => {
		expect(replay([people(0), people(9), people(0)], { sustain_s: 1 }).firings).toHaveLength(1);
		expect(replay([people(0), people(9), people(0)], { sustain_s: 1.5 }).firings).toHaveLength(0);
	});

	it('counts each crossing once', () => {
		const condition: Condition = { type: 'line_crossed', classes: [], direction: 'in' };
		const crossing = facts({ flow: null, crossings: { person: { in: 2, out: 0 } } });
		const still = facts({ flow: null });
		const { firings } = replay([still, crossing, still, crossing, ...repeated(9, still)], { condition });
		expect(firings).toMatchObject([{ starts_at: iso(1), peak: 4 }]);
	});

	it('keeps the worst of each bucket, and breaks the line where nothing is stored', () => {
		const under: Condition = { type: 'count', classes: [], op: 'under', value: 1, min_confidence: 0 };
		const shown = [people(1), people(5), people(3), ...repeated(20, null), people(2)];
		expect(replay(shown, {}, 10).points).toEqual([
			[3600, 5],
			[3610, null],
			[3620, 2]
		]);
		expect(replay(shown, { condition: under }, 10).points[0]).toEqual([3600, 1]);
	});

	it('learns what is usual before it judges', () => {
		const condition: Condition = { type: 'flow_magnitude', op: 'over', value: 3, relative: true };
		const run = createReplay(rule({ condition }), { from: HOUR, bucketS: 1 });
		for (let s = -60; s <= 0; s++) run.step({ at: HOUR + s * 1000 - 1, facts: facts({ flow: flow(5, 1) }) });
		expect(run.result().covered_s).toBe(0);
		for (let s = 1; s <= 30; s++) run.step({ at: HOUR + s * 1000, facts: facts({ flow: flow(5, 4) }) });
		expect(run.result().firings).toMatchObject([{ starts_at: iso(0), ends_at: null, peak: 4 }]);
	});

	it('judges a day in well under a second', () => {
		const seconds = repeated(86_400, { ...people(9), flow: flow(10, 2) });
		const started = performance.now();
		expect(replay(seconds, {}, 87).points.length).toBeLessThanOrEqual(1000);
		expect(performance.now() - started).toBeLessThan(2000);
	});
});
