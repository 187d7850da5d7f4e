// Which objects are stored, and when: once when they are first seen, now and then while they stay, within a day's bounds.
import { describe, expect, it } from 'vitest';
import type { TrackedObject } from '#lib/contracts/detection.ts';
import { createSampler, LIMITS, type Choice, type Sampler } from './sampler.ts';

const START = Date.parse('2026-11-20T10:00:00Z');

function object(trackId: number, over: Partial<TrackedObject> = {}): TrackedObject {
	const box = { x: 0, y: 0, width: 0.1, height: 0.1 };
	return { trackId, label: 'person', confidence: 0.9, box, ageS: 1, seen: true, ...over };
}

function show(sampler: Sampler, atMs: number, tracks: (number | TrackedObject)[], runId = 'r'): Choice {
	const objects = tracks.map((one) => (typeof one === 'number' ? object(one) : one));
	return sampler.frame({ runId, capturedAt: START + atMs, objects });
}
const stored = ({ sightings, pictured }: Choice) => [
	...sightings.map(({ object: { trackId }, at, first }) => `${trackId}@${at - START}${first ? '!' : ''}`),
	...(pictured ? ['picture'] : [])
];

describe('an object', () => {
	it('is stored when first seen, and every ten seconds while it stays', () => {
		const sampler = createSampler();
		const told: string[] = [];
		for (let at = 0; at <= 30_000; at += 200) told.push(...stored(show(sampler, at, [1])));
		expect(told).toEqual([
			'1@0!',
			'picture',
			'1@10000',
			'picture',
			'1@20000',
			'picture',
			'1@30000',
			'picture'
		]);
	});

	it('waits for the next picture, and is stored as it is then', () => {
		const sampler = createSampler();
		expect(stored(show(sampler, 0, [1]))).toEqual(['1@0!', 'picture']);
		expect(stored(show(sampler, 200, [1, 2]))).toEqual([]);
		expect(stored(show(sampler, 1000, [1, 2, 3]))).toEqual(['2@1000!', '3@1000!', 'picture']);
	});

	it('that was gone before its picture is stored as it was, without one', () => {
		const sampler = createSampler();
		show(sampler, 0, [1]);
		show(sampler, 200, [1, 2]);
		expect(stored(show(sampler, 1000, [1]))).toEqual(['2@200!']);
		show(sampler, 1400, [1, 3]);
		expect(sampler.overdue(START + 2000)).toEqual([]);
		expect(sampler.overdue(START + 3500).map(({ object: { trackId } }) => trackId)).toEqual([3]);
		expect(sampler.overdue(START + 9999)).toEqual([]);
	});

	it('is not stored of a box that was only predicted', () => {
		const sampler = createSampler();
		expect(stored(show(sampler, 0, [object(1, { seen: false })]))).toEqual([]);
		expect(stored(show(sampler, 200, [1]))).toEqual(['1@200!', 'picture']);
	});

	it('of another run is another object, whatever its number', () => {
		const sampler = createSampler();
		show(sampler, 0, [1]);
		expect(stored(show(sampler, 2000, [1], 'next'))).toEqual(['1@2000!', 'picture']);
	});

	it('is stored though the clock was set back', () => {
		const sampler = createSampler();
		show(sampler, 0, [1]);
		expect(stored(show(sampler, -3_600_000, [2]))).toEqual(['2@-3600000!', 'picture']);
	});
});

describe("a day's bounds", () => {
	it('thin what comes beyond them, counted, until the next day', () => {
		const sampler = createSampler({ ...LIMITS, rowsPerDay: 100, picturesPerDay: 20 });
		let track = 0;
		let rows = 0;
		let pictures = 0;
		const hour = (from: number) => {
			for (let at = 0; at < 3_600_000; at += 1000) {
				const choice = show(
					sampler,
					from + at,
					Array.from({ length: 30 }, () => track++)
				);
				rows += choice.sightings.length;
				pictures += choice.pictured ? 1 : 0;
			}
		};
		hour(0);
		expect(pictures).toBe(20);
		expect(rows).toBeLessThanOrEqual(100 + 60 * LIMITS.thinnedObjects);
		expect(rows).toBeGreaterThan(100 + 50 * LIMITS.thinnedObjects);
		expect(sampler.thinned).toBe(3600 * 30 - rows);
		[rows, pictures] = [0, 0];
		show(sampler, 86_400_000, [1_000_000]);
		hour(86_400_000 + 1000);
		expect(pictures).toBeGreaterThanOrEqual(19);
	});

	it('count what an earlier process stored', () => {
		const sampler = createSampler({ ...LIMITS, rowsPerDay: 10 });
		sampler.stored(START, 10);
		expect(stored(show(sampler, 0, [1])), 'one moment a minute').toEqual(['1@0!', 'picture']);
		expect(stored(show(sampler, 2000, [2]))).toEqual([]);
		expect(sampler.thinned).toBe(1);
	});
});
