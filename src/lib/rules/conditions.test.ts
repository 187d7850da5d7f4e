// Each condition against facts that meet it, just miss it, and say nothing about it.
import { describe, expect, it } from 'vitest';
import { condition as schema, type Condition } from '#lib/contracts/rule.ts';
import { STREAM_STATUSES } from '#lib/contracts/status.ts';
import { binsWithin, isUnder, judge, judgeHealth, limitOf } from './conditions.ts';
import { facts, flow, people } from './testing.ts';

type Given = Record<string, unknown> & { type: Condition['type'] };
const of = (given: Given): Condition => schema.parse(given);
const met = (given: Given, shown = facts(), usual: number | null = null) =>
	judge(of(given), shown, usual).met;

const mixed = facts({
	objects: {
		person: { count: 2, maxConfidence: 0.8, longestS: 12 },
		car: { count: 1, maxConfidence: 0.3, longestS: 90 }
	}
});

describe('object_in_zone', () => {
	const rule = (over: object) => ({ type: 'object_in_zone' as const, classes: ['person'], ...over });

	it.each<[string, object, boolean, boolean]>([
		['forbidden and present', {}, true, false],
		['forbidden and absent', { presence: 'absent' }, false, true],
		['another class', { classes: ['dog'] }, false, false],
		['not sure enough', { classes: ['car'] }, false, false],
		['sure enough', { classes: ['car'], min_confidence: 0.3 }, true, false],
		['every class', { classes: [] }, true, false],
		['only cars allowed', { classes: ['car'], mode: 'allowed' }, true, false],
		['only people allowed, the car unsure', { mode: 'allowed' }, false, false],
		['only people allowed', { mode: 'allowed', min_confidence: 0.2 }, true, false],
		['all allowed', { classes: [], mode: 'allowed' }, false, false]
	])('%s', (_, over, inMixed, inEmpty) => {
		expect(met(rule(over), mixed)).toBe(inMixed);
		expect(met(rule(over), facts())).toBe(inEmpty);
	});

	it('says who', () => {
		expect(judge(of(rule({ classes: [], min_confidence: 0 })), mixed, null)).toEqual({
			met: true,
			value: 3,
			labels: { class: 'person and car', count: '3' }
		});
	});
});

it('object_dwell looks at the longest stay', () => {
	const rule = { type: 'object_dwell' as const, classes: ['person'], seconds: 12 };
	expect(met(rule, mixed)).toBe(true);
	expect(met({ ...rule, seconds: 12.1 }, mixed)).toBe(false);
	expect(met({ ...rule, classes: [], seconds: 60 }, mixed)).toBe(false);
	expect(judge(of({ ...rule, classes: [], seconds: 60, min_confidence: 0.1 }), mixed, null)).toMatchObject({
		met: true,
		value: 90,
		labels: { class: 'car' }
	});
	expect(judge(of(rule), facts(), null)).toMatchObject({ met: false, value: 0 });
});

it('line_crossed looks at the direction', () => {
	const crossed = facts({ flow: null, crossings: { person: { in: 2, out: 0 }, car: { in: 0, out: 1 } } });
	const rule = { type: 'line_crossed' as const, classes: [] as string[] };
	expect(judge(of(rule), crossed, null)).toMatchObject({
		met: true,
		value: 3,
		labels: { direction: 'in and out' }
	});
	expect(judge(of({ ...rule, direction: 'in' }), crossed, null)).toEqual({
		met: true,
		value: 2,
		labels: { class: 'person', direction: 'in', count: '2' }
	});
	expect(met({ ...rule, classes: ['car'], direction: 'in' }, crossed)).toBe(false);
	expect(met(rule, facts({ flow: null }))).toBe(false);
});

it('count is over or under, never at the limit', () => {
	const over = { type: 'count' as const, classes: ['person'], op: 'over', value: 2 };
	expect([1, 2, 3].map((count) => met(over, people(count)))).toEqual([false, false, true]);
	const under = { ...over, op: 'under' };
	expect([0, 1, 2, 3].map((count) => met(under, people(count)))).toEqual([true, true, false, false]);
	expect(met({ ...under, value: 0 }, facts())).toBe(false);
	expect(met(over, people(9, { maxConfidence: 0.39 }))).toBe(false);
});

describe('flow_direction', () => {
	const rule = (over: object = {}) => ({ type: 'flow_direction' as const, direction_deg: 90, ...over });

	it.each<[string, object, ReturnType<typeof flow>, boolean]>([
		['along', {}, flow(10, 2, 90), true],
		['along, within the tolerance', {}, flow(10, 2, 120), true],
		['along, beyond the tolerance', {}, flow(10, 2, 130), false],
		['against', { mode: 'against' }, flow(10, 2, 270), true],
		['against, but it goes along', { mode: 'against' }, flow(10, 2, 90), false],
		['against up is down', { direction_deg: 0, mode: 'against' }, flow(10, 2, 180), true],
		['across nought', { direction_deg: 355, tolerance_deg: 15 }, flow(10, 2, 10), true],
		['too slow', { min_magnitude: 2.1 }, flow(10, 2, 90), false],
		['too few', { min_vectors: 11 }, flow(10, 2, 90), false],
		['too incoherent', { min_coherence: 0.8 }, flow(10, 2, 90, { coherence: 0.7 }), false],
		['still', {}, flow(), false]
	])('%s', (_, over, shown, expected) => {
		expect(met(rule(over), facts({ flow: shown }))).toBe(expected);
	});

	it('sees a few that go the wrong way among many that go right', () => {
		const both = flow(40, 3, 90);
		both.bins[27] = 5;
		both.magnitudes[27] = 20;
		expect(judge(of(rule({ mode: 'against' })), facts({ flow: both }), null)).toMatchObject({
			met: true,
			value: 4,
			labels: { vectors: '5' }
		});
	});

	it('looks at whole bins', () => {
		expect(binsWithin(0, 20)).toEqual([0, 1, 2, 34, 35]);
		expect(binsWithin(92, 5)).toEqual([9]);
		expect(binsWithin(94.9, 5)).toEqual([9]);
		expect(binsWithin(90, 90)).toHaveLength(19);
		expect(binsWithin(530, 5)).toEqual([17]);
	});
});

it('flow_coherence needs enough vectors to judge', () => {
	const rule = { type: 'flow_coherence' as const, op: 'under', value: 0.5 };
	expect(met(rule, facts({ flow: flow(8, 1, 0, { coherence: 0.4 }) }))).toBe(true);
	expect(met(rule, facts({ flow: flow(8, 1, 0, { coherence: 0.5 }) }))).toBe(false);
	expect(met({ ...rule, op: 'over' }, facts({ flow: flow(8, 1, 0, { coherence: 0.6 }) }))).toBe(true);
	expect(judge(of(rule), facts({ flow: flow(7, 1, 0, { coherence: 0.1 }) }), null)).toEqual({
		met: false,
		value: null,
		labels: {}
	});
});

describe('flow_magnitude', () => {
	const rule = (over: object) => ({ type: 'flow_magnitude' as const, op: 'over', value: 3, ...over });

	it('is px/frame', () => {
		expect(met(rule({}), facts({ flow: flow(5, 3.1) }))).toBe(true);
		expect(met(rule({}), facts({ flow: flow(5, 3) }))).toBe(false);
		expect(met(rule({ op: 'under', value: 1 }), facts())).toBe(true);
	});

	it('or times the usual', () => {
		const surge = rule({ relative: true });
		expect(met(surge, facts({ flow: flow(5, 3.1) }), 1)).toBe(true);
		expect(met(surge, facts({ flow: flow(5, 3.1) }), 2)).toBe(false);
		expect(met(surge, facts({ flow: flow(5, 3.1) }), null)).toBe(false);
		// From stillness a surge is measured from what still is, not from nothing.
		expect(met(surge, facts({ flow: flow(5, 0.7) }), 0)).toBe(false);
		expect(met(surge, facts({ flow: flow(5, 0.8) }), 0)).toBe(true);
		const stop = rule({ relative: true, op: 'under', value: 0.2 });
		expect(met(stop, facts(), 2)).toBe(true);
		expect(met(stop, facts(), 0.1)).toBe(false);
	});
});

it('a line shows no flow to judge, and no zone shows the state of the camera', () => {
	const line = facts({ flow: null });
	expect(met({ type: 'flow_direction', direction_deg: 0, min_magnitude: 0 }, line)).toBe(false);
	expect(met({ type: 'flow_coherence', op: 'under', value: 1 }, line)).toBe(false);
	expect(met({ type: 'flow_magnitude', op: 'under', value: 1 }, line)).toBe(false);
	expect(met({ type: 'stream_health', state: 'stale' })).toBe(false);
});

it('stream_health knows every state', () => {
	const lost = STREAM_STATUSES.filter(
		(status) => judgeHealth({ type: 'stream_health', state: 'not_connected' }, status).met
	);
	expect(lost).toEqual(['stale', 'stream_error', 'worker_down']);
	for (const state of STREAM_STATUSES)
		expect(
			STREAM_STATUSES.filter((status) => judgeHealth({ type: 'stream_health', state }, status).met)
		).toEqual([state]);
});

it('tells its limit, and on which side of it a breach lies', () => {
	expect(limitOf(of({ type: 'count', classes: [], op: 'over', value: 8 }))).toBe(8);
	expect(limitOf(of({ type: 'object_in_zone', classes: [] }))).toBeNull();
	expect(isUnder(of({ type: 'flow_magnitude', op: 'under', value: 1 }))).toBe(true);
	expect(isUnder(of({ type: 'object_in_zone', classes: [], presence: 'absent' }))).toBe(true);
	expect(isUnder(of({ type: 'line_crossed', classes: [] }))).toBe(false);
});
