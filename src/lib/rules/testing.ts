// Facts, frames and rules for tests, with everything that a test does not care about filled in.
import type { TrackedObject } from '#lib/contracts/detection.ts';
import { DIRECTION_BINS, type ZoneFacts, type ZoneFlow } from '#lib/contracts/facts.ts';
import type { Condition, Rule } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';

export const FRAME = { width: 640, height: 360, gridSize: 20, total: 32 * 18 };

/** A person whose feet stand at (x, y), 0..1 of the picture. */
export function standingAt(x: number, y: number, over: Partial<TrackedObject> = {}): TrackedObject {
	const box = { x: x - 0.02, y: y - 0.1, width: 0.04, height: 0.1 };
	return { trackId: 1, label: 'person', confidence: 0.9, box, ageS: 0, seen: true, ...over };
}

/** Vectors of (dx, dy) px on every grid point of a part of the picture, 0..1. */
export function moving(
	[left, top, right, bottom]: readonly [number, number, number, number],
	[dx, dy]: readonly [number, number]
): Float32Array {
	const { width, height, gridSize } = FRAME;
	const vectors: number[] = [];
	for (let y = gridSize / 2; y < height; y += gridSize)
		for (let x = gridSize / 2; x < width; x += gridSize)
			if (x >= left * width && x < right * width && y >= top * height && y < bottom * height)
				vectors.push(x, y, dx, dy);
	return Float32Array.from(vectors);
}

export function zone(over: Partial<Zone> = {}): Zone {
	const points: [number, number][] = [
		[0.25, 0.25],
		[0.75, 0.25],
		[0.75, 0.75],
		[0.25, 0.75]
	];
	return { id: 'zone', name: 'Gate', kind: 'polygon', points, ...over };
}

/** A zone's flow of `count` vectors, all of one length and direction. */
export function flow(count = 0, magnitude = 0, direction = 90, over: Partial<ZoneFlow> = {}): ZoneFlow {
	const bins = new Array<number>(DIRECTION_BINS).fill(0);
	const magnitudes = new Array<number>(DIRECTION_BINS).fill(0);
	const bin = Math.round(direction / 10) % DIRECTION_BINS;
	bins[bin] = count;
	magnitudes[bin] = count * magnitude;
	return {
		avg: magnitude,
		max: magnitude,
		count,
		total: 100,
		direction: count > 0 ? direction : null,
		coherence: count > 0 ? 1 : 0,
		bins,
		magnitudes,
		...over
	};
}

export function facts(over: Partial<ZoneFacts> = {}): ZoneFacts {
	return { zoneId: 'zone', flow: flow(), objects: {}, crossings: {}, ...over };
}

export function people(count: number, over: { maxConfidence?: number; longestS?: number } = {}): ZoneFacts {
	return facts({ objects: count > 0 ? { person: { count, maxConfidence: 0.9, longestS: 0, ...over } } : {} });
}

export const OVER_8: Condition = {
	type: 'count',
	classes: ['person'],
	op: 'over',
	value: 8,
	min_confidence: 0.4
};

export function rule(over: Partial<Rule> = {}): Rule {
	return {
		id: 'rule',
		name: 'Crowd',
		zone_id: 'zone',
		severity: 'warning',
		condition: OVER_8,
		sustain_s: 2,
		release_s: 3,
		cooldown_s: 10,
		schedule: null,
		updated_at: '2026-01-01T00:00:00.000Z',
		...over
	};
}
