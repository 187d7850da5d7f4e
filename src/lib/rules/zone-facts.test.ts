// What zones show: the motion in them, who stands in them and for how long, and who crosses a line.
import { describe, expect, it } from 'vitest';
import type { TrackedObject } from '#lib/contracts/detection.ts';
import { createZoneMemory, confidentFacts, factsFrame, groundPoint, zoneFactsOf } from './zone-facts.ts';
import { FRAME, moving, standingAt, zone } from './testing.ts';

const WHOLE = [0, 0, 1, 1] as const;
const frame = (over: { at?: number; vectors?: Float32Array; objects?: TrackedObject[] } = {}) =>
	factsFrame({ ...FRAME, at: 0, vectors: new Float32Array(), objects: [], ...over });

describe('motion', () => {
	it('in a zone is that of the vectors that begin there', () => {
		const vectors = moving(WHOLE, [3, 0]);
		const { flow } = zoneFactsOf(zone(), frame({ vectors }), createZoneMemory());
		// A quarter of the picture: 16 columns by 9 or so rows of the grid.
		expect(flow).toMatchObject({ avg: 3, max: 3, total: 144, direction: 90, coherence: 1 });
		expect(Math.abs(flow!.count - 144)).toBeLessThanOrEqual(16);
		expect(flow!.bins[9]).toBe(flow!.count);
		expect(flow!.magnitudes[9]).toBeCloseTo(3 * flow!.count, 3);
	});

	it('outside does not count, and a still zone has no direction', () => {
		const vectors = moving([0, 0, 0.2, 1], [0, -4]);
		expect(zoneFactsOf(zone(), frame({ vectors }), createZoneMemory()).flow).toMatchObject({
			...{ avg: 0, max: 0, count: 0, direction: null, coherence: 0 }
		});
		const { flow } = zoneFactsOf(null, frame({ vectors }), createZoneMemory());
		expect(flow).toMatchObject({ avg: 4, direction: 0, total: FRAME.total });
		expect(flow!.bins[0]).toBe(vectors.length / 4);
	});

	it('every way at once has no coherence', () => {
		const vectors = new Float32Array([...moving(WHOLE, [2, 0]), ...moving(WHOLE, [-2, 0])]);
		const { flow } = zoneFactsOf(zone(), frame({ vectors }), createZoneMemory());
		expect(flow!.coherence).toBeCloseTo(0, 6);
		expect(flow!.bins[9]).toBe(flow!.bins[27]);
	});

	it('is found again when the picture changes its size', () => {
		const memory = createZoneMemory();
		zoneFactsOf(zone(), frame({ vectors: moving(WHOLE, [3, 0]) }), memory);
		const small = factsFrame({
			...{ at: 1, width: 320, height: 180, gridSize: 20, total: 144, objects: [] },
			vectors: Float32Array.from([10, 10, 1, 0, 150, 90, 1, 0])
		});
		expect(zoneFactsOf(zone(), small, memory).flow!.count).toBe(1);
	});
});

describe('an object', () => {
	it('stands where the middle of its lower edge is, within the picture', () => {
		expect(groundPoint({ x: 0.4, y: 0.2, width: 0.2, height: 0.3 })).toEqual([0.5, 0.5]);
		const [x, y] = groundPoint({ x: -0.4, y: 0.8, width: 0.2, height: 0.3 });
		expect(x).toBeGreaterThan(0);
		expect(y).toBeLessThan(1);
	});

	it('whose head alone is in the zone is not in it; one cut off by the lower edge is', () => {
		const memory = createZoneMemory();
		expect(zoneFactsOf(zone(), frame({ objects: [standingAt(0.5, 0.8)] }), memory).objects).toEqual({});
		const below = zone({
			points: [
				[0, 0.5],
				[1, 0.5],
				[1, 1],
				[0, 1]
			]
		});
		expect(zoneFactsOf(below, frame({ objects: [standingAt(0.5, 1.02)] }), memory).objects).toMatchObject({
			person: { count: 1 }
		});
	});

	it('is counted with its class', () => {
		const objects = [
			standingAt(0.3, 0.5),
			standingAt(0.5, 0.5, { trackId: 2, confidence: 0.5 }),
			standingAt(0.6, 0.5, { trackId: 3, label: 'car', confidence: 0.3 }),
			standingAt(0.9, 0.9, { trackId: 4 })
		];
		const memory = createZoneMemory();
		const facts = zoneFactsOf(zone(), frame({ objects }), memory);
		expect(facts.objects).toEqual({
			person: { count: 2, maxConfidence: 0.9, longestS: 0 },
			car: { count: 1, maxConfidence: 0.3, longestS: 0 }
		});
		expect(confidentFacts(facts, memory, 0.6).objects).toEqual({
			person: { count: 1, maxConfidence: 0.9, longestS: 0 }
		});
		expect(Object.keys(zoneFactsOf(null, frame({ objects }), createZoneMemory()).objects)).toHaveLength(2);
	});

	it('of a class with an awkward name is counted like any other', () => {
		const objects = [standingAt(0.5, 0.5, { label: '__proto__' })];
		const { objects: found } = zoneFactsOf(zone(), frame({ objects }), createZoneMemory());
		expect(Object.keys(found)).toEqual(['__proto__']);
	});
});

describe('a stay', () => {
	function stays(steps: [at: number, objects: TrackedObject[]][]): number[] {
		const memory = createZoneMemory();
		return steps.map(
			([at, objects]) => zoneFactsOf(zone(), frame({ at, objects }), memory).objects.person?.longestS ?? 0
		);
	}
	const here = [standingAt(0.5, 0.5)];
	const away = [standingAt(0.1, 0.1)];

	it('lasts since the object entered, a moment outside or unseen forgiven', () => {
		expect(
			stays([
				[0, here],
				[1000, here],
				[1800, away],
				[2400, []],
				[2900, here],
				[4000, here]
			])
		).toEqual([0, 1, 0, 0, 2.9, 4]);
	});

	it('begins anew after a longer absence, and for another track', () => {
		const other = [standingAt(0.5, 0.5, { trackId: 2 })];
		expect(
			stays([
				[0, here],
				[1000, away],
				[2600, away],
				[2700, here]
			])
		).toEqual([0, 0, 0, 0]);
		expect(
			stays([
				[0, here],
				[1000, here],
				[1100, other]
			])
		).toEqual([0, 1, 0]);
	});

	it('goes on when the clock is set back', () => {
		expect(
			stays([
				[60_000, here],
				[62_000, here],
				[10_000, here],
				[11_000, here]
			])
		).toEqual([0, 2, 2, 3]);
	});

	it('remembers nobody who has left', () => {
		const memory = createZoneMemory();
		for (let i = 0; i < 1000; i++)
			zoneFactsOf(zone(), frame({ at: i * 100, objects: [standingAt(0.5, 0.5, { trackId: i })] }), memory);
		expect(memory.stays.size).toBeLessThan(20);
	});
});

describe('a crossing', () => {
	/** Up the middle of the picture: in is towards the right. */
	const line = zone({
		kind: 'line',
		points: [
			[0.5, 0.8],
			[0.5, 0.2]
		]
	});
	/** The crossings of a path of (x, y) ground points, one every 100 ms, as `in` and `out`. */
	function crossings(path: [x: number, y: number][], over: Partial<TrackedObject>[] = []): string[] {
		const memory = createZoneMemory();
		return path.flatMap(([x, y], i) => {
			const objects = [standingAt(x, y, over[i])];
			const { crossings: found } = zoneFactsOf(line, frame({ at: i * 100, objects }), memory);
			return Object.entries(found).flatMap(([, ways]) => [
				...new Array<string>(ways.in).fill('in'),
				...new Array<string>(ways.out).fill('out')
			]);
		});
	}
	const walk = (from: number, to: number, y = 0.5, steps = 20): [number, number][] =>
		Array.from({ length: steps + 1 }, (_, i) => [from + ((to - from) * i) / steps, y]);

	it('counts once, with its direction', () => {
		expect(crossings(walk(0.3, 0.7))).toEqual(['in']);
		expect(crossings(walk(0.7, 0.3))).toEqual(['out']);
		expect(crossings([...walk(0.3, 0.7), ...walk(0.7, 0.3)])).toEqual(['in', 'out']);
	});

	it('counts also when it takes one step', () => {
		expect(
			crossings([
				[0.3, 0.5],
				[0.7, 0.5]
			])
		).toEqual(['in']);
	});

	it('is not a flicker about the line', () => {
		expect(
			crossings([
				[0.4, 0.5],
				[0.503, 0.5],
				[0.497, 0.5],
				[0.502, 0.5],
				[0.4, 0.5]
			])
		).toEqual([]);
		expect(
			crossings([
				[0.4, 0.5],
				[0.502, 0.5],
				[0.499, 0.5],
				[0.502, 0.5],
				[0.6, 0.5]
			])
		).toEqual(['in']);
	});

	it('does not count past the ends of the line', () => {
		expect(crossings(walk(0.3, 0.7, 0.9))).toEqual([]);
		expect(crossings([...walk(0.3, 0.7, 0.9), ...walk(0.7, 0.3, 0.5)])).toEqual(['out']);
		// Through the line, then back around its end: what counts is the way through.
		expect(crossings([...walk(0.3, 0.7, 0.5), ...walk(0.7, 0.3, 0.9)])).toEqual(['in']);
	});

	it('needs to have begun on the other side: who appears on the line has not crossed it', () => {
		expect(
			crossings([
				[0.5, 0.5],
				[0.56, 0.5],
				[0.7, 0.5]
			])
		).toEqual([]);
	});

	it('takes sightings, not predictions', () => {
		const path = walk(0.3, 0.7);
		const lost = path.map(([x]) => ({ seen: x < 0.48 }));
		expect(crossings(path, lost)).toEqual([]);
		const between = path.map(([x]) => ({ seen: x < 0.48 || x > 0.6 }));
		expect(crossings(path, between)).toEqual(['in']);
	});

	it('is each object’s own, by class', () => {
		const memory = createZoneMemory();
		const at = (x: number) => [
			standingAt(x, 0.5),
			standingAt(1 - x, 0.6, { trackId: 2 }),
			standingAt(x, 0.7, { trackId: 3, label: 'car' })
		];
		zoneFactsOf(line, frame({ at: 0, objects: at(0.3) }), memory);
		const facts = zoneFactsOf(line, frame({ at: 100, objects: at(0.7) }), memory);
		expect(facts).toEqual({
			zoneId: 'zone',
			flow: null,
			objects: {},
			crossings: { person: { in: 1, out: 1 }, car: { in: 1, out: 0 } }
		});
	});

	it('of a line that runs to the right is `in` downwards', () => {
		const flat = zone({
			kind: 'line',
			points: [
				[0.2, 0.5],
				[0.8, 0.5]
			]
		});
		const memory = createZoneMemory();
		zoneFactsOf(flat, frame({ at: 0, objects: [standingAt(0.5, 0.3)] }), memory);
		const { crossings: found } = zoneFactsOf(flat, frame({ at: 1, objects: [standingAt(0.5, 0.7)] }), memory);
		expect(found).toEqual({ person: { in: 1, out: 0 } });
	});
});

it('takes little time: 32 zones, 900 vectors, 50 objects', () => {
	const zones = Array.from({ length: 32 }, (_, i) => zone({ id: String(i) }));
	const memories = zones.map(createZoneMemory);
	const objects = Array.from({ length: 50 }, (_, i) => standingAt(i / 50, 0.5, { trackId: i }));
	const vectors = new Float32Array([...moving(WHOLE, [2, 1]), ...moving([0, 0, 1, 0.6], [1, 2])]);
	expect(vectors.length / 4).toBeGreaterThan(900);
	const started = performance.now();
	const frames = 100;
	for (let i = 0; i < frames; i++) {
		const ready = frame({ at: i * 100, vectors, objects });
		zones.forEach((one, k) => zoneFactsOf(one, ready, memories[k]!));
	}
	// Some 0.4 ms; a machine that is busy elsewhere may take several times that.
	expect((performance.now() - started) / frames).toBeLessThan(10);
});
