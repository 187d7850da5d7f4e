// A scripted camera: what the watching stage tells of its zones, and what its rules say.
import { describe, expect, it } from 'vitest';
import type { RuleState } from '#lib/contracts/alert.ts';
import type { TrackedObject } from '#lib/contracts/detection.ts';
import type { Condition, Rule } from '#lib/contracts/rule.ts';
import type { WatchConfig } from '#lib/contracts/run.ts';
import { FRAME, moving, rule, standingAt, zone } from '#lib/rules/testing.ts';
import { createWatching } from './watching.ts';

const GATE = zone({ id: 'gate' });
const DOOR = zone({
	id: 'door',
	name: 'Door',
	kind: 'line',
	points: [
		[0.5, 0.8],
		[0.5, 0.2]
	]
});
const INTRUDER: Condition = {
	...{ type: 'object_in_zone', classes: ['person'], min_confidence: 0.5 },
	...{ mode: 'forbidden', presence: 'present' }
};
const CROSSING: Condition = { type: 'line_crossed', classes: [], direction: 'in' };
const WRONG_WAY: Condition = {
	...{ type: 'flow_direction', direction_deg: 90, tolerance_deg: 30, mode: 'against' },
	...{ min_magnitude: 1, min_coherence: 0, min_vectors: 4 }
};
const intruder = rule({ id: 'intruder', zone_id: 'gate', condition: INTRUDER, sustain_s: 1, release_s: 1 });

interface Shown {
	objects?: TrackedObject[];
	vectors?: Float32Array;
}

/** A camera of ten frames a second, watched for this. */
function camera(watch: WatchConfig) {
	const told: RuleState[] = [];
	const watching = createWatching('stream', watch, { rule: (state) => told.push(state) });
	let at = 1_000_000;
	return {
		watching,
		/** Shows the same for so long. */
		show(seconds: number, { objects = [], vectors = new Float32Array() }: Shown = {}) {
			for (let i = 0; i < seconds * 10; i++, at += 100) {
				const flow = {
					avg: 0,
					max: 0,
					count: vectors.length / 4,
					total: FRAME.total,
					direction: null,
					coherence: 0
				};
				watching.frame({ ...FRAME, capturedAt: at, flow, vectors, objects });
			}
		},
		told: () => told.splice(0).map(({ ruleId, state, at }) => `${ruleId} ${state} ${(at - 1_000_000) / 1000}`)
	};
}

describe('rules', () => {
	it('tell each breach once, however it flickers', () => {
		const { show, told } = camera({ zones: [GATE], rules: [intruder] });
		show(3);
		expect(told()).toEqual(['intruder clear 0']);
		show(3, { objects: [standingAt(0.1, 0.5)] });
		show(2, { objects: [standingAt(0.5, 0.5)] });
		for (let i = 0; i < 10; i++) {
			show(0.5);
			show(0.3, { objects: [standingAt(0.5, 0.5)] });
		}
		expect(told()).toEqual(['intruder firing 6']);
		show(3);
		expect(told()).toEqual(['intruder clear 16']);
	});

	it('look at the objects that are sure enough, one by one', () => {
		const crowd = rule({
			zone_id: 'gate',
			sustain_s: 0,
			condition: { type: 'count', classes: [], op: 'over', value: 1, min_confidence: 0.5 }
		});
		const { show, told } = camera({ zones: [GATE], rules: [crowd] });
		const unsure = standingAt(0.4, 0.5, { trackId: 2, confidence: 0.45 });
		show(5, { objects: [standingAt(0.5, 0.5), unsure] });
		expect(told()).toEqual(['rule clear 0']);
		show(1, { objects: [standingAt(0.5, 0.5), { ...unsure, confidence: 0.55 }] });
		expect(told()).toEqual(['rule firing 5']);
	});

	it('see a line crossed, once and that way', () => {
		const { show, told } = camera({ zones: [DOOR], rules: [rule({ zone_id: 'door', condition: CROSSING })] });
		const walk = (from: number, to: number) => {
			for (let i = 0; i <= 20; i++) show(0.1, { objects: [standingAt(from + ((to - from) * i) / 20, 0.5)] });
		};
		walk(0.7, 0.3);
		show(2, { objects: [standingAt(0.3, 0.5)] });
		expect(told()).toEqual(['rule clear 0']);
		walk(0.3, 0.7);
		// At 0.52 it is beyond the band.
		expect(told()).toEqual(['rule firing 5.2']);
	});

	it('see motion the wrong way in a zone, and none elsewhere', () => {
		const lane = rule({ zone_id: 'gate', condition: WRONG_WAY });
		const { show, told } = camera({ zones: [GATE], rules: [lane] });
		show(5, {
			vectors: new Float32Array([...moving([0, 0, 0.2, 1], [-3, 0]), ...moving([0.3, 0.3, 0.7, 0.7], [3, 0])])
		});
		expect(told()).toEqual(['rule clear 0']);
		show(5, { vectors: moving([0.3, 0.3, 0.5, 0.5], [-3, 0]) });
		expect(told()).toEqual(['rule firing 5']);
	});

	it('without a zone look at the whole picture; those of no zone there is, and on health, are not judged', () => {
		const anywhere = rule({ id: 'anywhere', zone_id: null, condition: INTRUDER });
		const nowhere = rule({ id: 'nowhere', zone_id: 'gone', condition: INTRUDER });
		const health = rule({
			id: 'health',
			zone_id: null,
			condition: { type: 'stream_health', state: 'starting' }
		});
		const { show, told } = camera({ zones: [], rules: [anywhere, nowhere, health] });
		show(5, { objects: [standingAt(0.05, 0.95)] });
		expect(told()).toEqual(['anywhere firing 0']);
	});

	it('of a run that begins in the midst of a breach say that it fires, never that it is clear', () => {
		const { show, told } = camera({ zones: [GATE], rules: [intruder] });
		show(5, { objects: [standingAt(0.5, 0.5)] });
		expect(told()).toEqual(['intruder firing 0']);
	});
});

describe('set', () => {
	const firing = (change: Partial<Rule>) => {
		const seen = camera({ zones: [GATE], rules: [intruder] });
		seen.show(3, { objects: [standingAt(0.5, 0.5)] });
		expect(seen.told()).toEqual(['intruder firing 0']);
		seen.watching.set({ zones: [GATE, DOOR], rules: [{ ...intruder, ...change }] });
		return seen;
	};

	it('lets rules that stay stand where they do', () => {
		const { show, told } = firing({ name: 'Renamed', severity: 'critical', updated_at: 'later' });
		show(3, { objects: [standingAt(0.5, 0.5)] });
		expect(told()).toEqual([]);
		show(2);
		expect(told()).toEqual(['intruder clear 6']);
	});

	it('begins anew with a rule that judges otherwise', () => {
		const { show, told } = firing({ condition: { ...INTRUDER, classes: ['dog'] } });
		show(3, { objects: [standingAt(0.5, 0.5)] });
		expect(told()).toEqual(['intruder clear 3']);
	});

	it('says nothing more of a rule that is gone', () => {
		const { show, told, watching } = firing({});
		watching.set({ zones: [GATE], rules: [] });
		show(5);
		expect(told()).toEqual([]);
	});

	it('lets who stands in a zone stand there, unless it is redrawn', () => {
		const dwell = rule({
			...{ zone_id: 'gate', sustain_s: 0 },
			condition: { type: 'object_dwell', classes: [], seconds: 4, min_confidence: 0 }
		});
		for (const [redrawn, expected] of [
			[GATE, ['rule firing 4']],
			[{ ...GATE, points: DOOR.points.concat([[0.9, 0.5]]) }, ['rule clear 0']]
		] as const) {
			const { show, told, watching } = camera({ zones: [GATE], rules: [dwell] });
			show(2, { objects: [standingAt(0.55, 0.5)] });
			watching.set({ zones: [redrawn], rules: [dwell] });
			show(2.1, { objects: [standingAt(0.55, 0.5)] });
			expect(told()).toEqual(expected);
		}
	});
});

describe('a second', () => {
	it('tells the whole picture and every zone', () => {
		const { show, watching } = camera({ zones: [GATE, DOOR], rules: [] });
		expect(watching.take()).toBeNull();
		show(0.5, { objects: [standingAt(0.45, 0.5), standingAt(0.1, 0.9, { trackId: 2, label: 'car' })] });
		show(0.5, { objects: [standingAt(0.55, 0.5)], vectors: moving([0.4, 0.4, 0.6, 0.6], [0, 2]) });
		const facts = watching.take()!;
		expect(facts).toMatchObject({ streamId: 'stream', at: 1_000_900 });
		const [picture, gate, door] = facts.zones;
		expect(picture).toMatchObject({ zoneId: null, objects: { person: { count: 1 }, car: { count: 1 } } });
		expect(gate).toMatchObject({
			zoneId: 'gate',
			objects: { person: { count: 1 } },
			flow: { max: 2, direction: 180 }
		});
		expect(gate!.objects.car).toBeUndefined();
		expect(door).toEqual({
			zoneId: 'door',
			flow: null,
			objects: {},
			crossings: { person: { in: 1, out: 0 } }
		});
		expect(watching.take()).toBeNull();
	});

	it('survives the way to another thread', () => {
		const { show, watching } = camera({ zones: [GATE], rules: [] });
		show(1, { objects: [standingAt(0.5, 0.5)], vectors: moving([0, 0, 1, 1], [1, 1]) });
		const facts = watching.take();
		expect(structuredClone(facts)).toEqual(facts);
		expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
	});
});
