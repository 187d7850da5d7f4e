// The tracker: identities through crossings, gaps and wavering labels, and what it makes of boxes that are none.
import { describe, expect, it } from 'vitest';
import type { Detected, TrackedObject } from '#lib/contracts/detection.ts';
import { Tracker } from './tracker.ts';

const STEP_MS = 100;

function person(x: number, y = 0.4, change: Partial<Detected> = {}): Detected {
	return { label: 'person', confidence: 0.8, box: { x, y, width: 0.05, height: 0.2 }, ...change };
}

/** Looks every 100 ms; `see` gives the boxes of look k. */
function follow(
	tracker: Tracker,
	looks: number,
	see: (k: number) => Detected[],
	from = 0
): TrackedObject[][] {
	return Array.from({ length: looks }, (_, k) => tracker.look((from + k) * STEP_MS, see(from + k)));
}

const idsOf = (told: TrackedObject[][]) => new Set(told.flat().map(({ trackId }) => trackId));

describe('a thing', () => {
	it('is told from its third look on, with its age, where it is', () => {
		const told = follow(new Tracker(), 6, (k) => [person(0.2 + 0.01 * k)]);
		expect(told.map((objects) => objects.length)).toEqual([0, 0, 1, 1, 1, 1]);
		const [last] = told[5]!;
		expect(last).toMatchObject({ trackId: 1, label: 'person', confidence: 0.8, seen: true, ageS: 0.5 });
		expect(last!.box.x).toBeCloseTo(0.25, 2);
		expect(last!.box.height).toBeCloseTo(0.2, 3);
	});

	it('is told after two looks where looks are rare', () => {
		const tracker = new Tracker();
		tracker.look(0, [person(0.2)]);
		expect(tracker.look(500, [person(0.21)])).toHaveLength(1);
	});

	it('seen once is nothing, and takes no number', () => {
		const tracker = new Tracker();
		expect(idsOf(follow(tracker, 10, (k) => (k === 3 ? [person(0.8)] : [person(0.2)])))).toEqual(
			new Set([1])
		);
		expect(idsOf(follow(tracker, 5, () => [person(0.2), person(0.8)], 10))).toEqual(new Set([1, 2]));
	});

	it('is predicted on frames nobody looks at, and forgotten where nobody looks any more', () => {
		const tracker = new Tracker();
		follow(tracker, 11, (k) => [person(0.2 + 0.01 * k)]);
		const [ahead] = tracker.between(1200);
		expect(ahead).toMatchObject({ trackId: 1, seen: false });
		expect(ahead!.box.x).toBeCloseTo(0.32, 2);
		expect(tracker.between(1200)).toEqual(tracker.between(1200));
		expect(tracker.between(5000)).toEqual([]);
	});
});

describe('identities', () => {
	it('survive two people who cross', () => {
		const told = follow(new Tracker(), 60, (k) => [
			person(0.1 + 0.012 * k, 0.4),
			person(0.8 - 0.012 * k, 0.43)
		]);
		const startLeft = told[5]!.find(({ box }) => box.x < 0.4)!.trackId;
		const endRight = told[59]!.find(({ box }) => box.x > 0.4)!.trackId;
		expect(endRight).toBe(startLeft);
		expect(idsOf(told).size).toBe(2);
	});

	it('survive a gap of a second, told for the first half of it as not seen', () => {
		const tracker = new Tracker();
		follow(tracker, 20, (k) => [person(0.1 + 0.01 * k)]);
		const gap = follow(tracker, 10, () => [], 20);
		expect(gap.map((objects) => objects.length)).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
		expect(gap[4]![0]!.seen).toBe(false);
		const after = follow(tracker, 5, (k) => [person(0.1 + 0.01 * k)], 30);
		expect(idsOf(after)).toEqual(new Set([1]));
		expect(after[0]![0]!.ageS).toBeCloseTo(3, 5);
	});

	it('end after two seconds, and numbers never come again', () => {
		const tracker = new Tracker();
		follow(tracker, 5, () => [person(0.2)]);
		follow(tracker, 22, () => [], 5);
		expect(idsOf(follow(tracker, 5, () => [person(0.2)], 27))).toEqual(new Set([2]));
	});

	it('are kept by boxes too unsure to begin a track', () => {
		const tracker = new Tracker();
		follow(tracker, 5, (k) => [person(0.2 + 0.01 * k)]);
		const told = follow(tracker, 30, (k) => [person(0.2 + 0.01 * k, 0.4, { confidence: 0.15 })], 5);
		expect(told.every(([one]) => one?.trackId === 1 && one.seen)).toBe(true);
		const unsure = (k: number) => [person(0.7 + 0.001 * k, 0.4, { confidence: 0.15 })];
		expect(follow(new Tracker(), 20, unsure).flat()).toEqual([]);
	});

	it('keep the label that most looks gave', () => {
		const told = follow(new Tracker(), 40, (k) => [
			person(0.2 + 0.005 * k, 0.4, { label: k % 4 === 3 ? 'dog' : 'person' })
		]);
		expect(idsOf(told).size).toBe(1);
		expect(new Set(told.flat().map(({ label }) => label))).toEqual(new Set(['person']));
	});

	it('tell a rider from what is ridden', () => {
		const told = follow(new Tracker(), 20, (k) => [
			person(0.2 + 0.01 * k, 0.4),
			person(0.2 + 0.01 * k, 0.47, { label: 'bicycle' })
		]);
		const labels = new Map(told.flat().map(({ trackId, label }) => [trackId, label]));
		expect([...labels.values()].sort()).toEqual(['bicycle', 'person']);
	});

	it('hold for small fast things whose boxes do not meet from look to look', () => {
		const told = follow(new Tracker(), 15, (k) => [
			{ label: 'car', confidence: 0.7, box: { x: 0.05 + 0.028 * k, y: 0.5, width: 0.03, height: 0.03 } }
		]);
		expect(idsOf(told).size).toBe(1);
		expect(told[14]).toHaveLength(1);
	});
});

describe('bad input', () => {
	it('passes over boxes that are none, and keeps what is followed', () => {
		const tracker = new Tracker();
		follow(tracker, 5, () => [person(0.2)]);
		const bad: Detected[] = [
			person(NaN),
			person(0.5, Infinity),
			person(0.5, 0.5, { confidence: NaN }),
			person(0.5, 0.5, { box: { x: 0.5, y: 0.5, width: 0, height: 0.2 } }),
			person(0.5, 0.5, { box: { x: 0.5, y: 0.5, width: -0.1, height: 0.2 } })
		];
		const told = follow(tracker, 10, () => [...bad, person(0.2)], 5);
		expect(idsOf(told)).toEqual(new Set([1]));
		expect(told.flat().every(({ box }) => Object.values(box).every(Number.isFinite))).toBe(true);
	});

	it('tells boxes within the picture alone', () => {
		const told = follow(new Tracker(), 30, (k) => [person(0.7 + 0.02 * k)]);
		for (const { box } of told.flat()) {
			expect(box.x).toBeGreaterThanOrEqual(0);
			expect(box.x + box.width).toBeLessThanOrEqual(1);
			expect(box.width).toBeGreaterThan(0);
		}
	});

	it('bears a clock that stands or goes back', () => {
		const tracker = new Tracker();
		for (const at of [0, 100, 200, 200, 150, 300]) tracker.look(at, [person(0.2)]);
		expect(tracker.look(400, [person(0.2)])[0]).toMatchObject({ trackId: 1, seen: true });
	});

	it('bears ten thousand boxes, and takes the surest', () => {
		const tracker = new Tracker();
		const flood = Array.from({ length: 10_000 }, (_, k) =>
			person((k % 100) / 100, Math.floor(k / 100) / 100, { confidence: 0.4 })
		);
		const told = follow(tracker, 3, () => [...flood, person(0.5, 0.5, { confidence: 0.99 })]);
		expect(told[2]!.length).toBeLessThanOrEqual(300);
		expect(told[2]!.some(({ confidence }) => confidence === 0.99)).toBe(true);
	});
});
