// Zones and rules at this moment, in words.
import { describe, expect, it } from 'vitest';
import type { ZoneFacts, ZoneFlow } from '#lib/contracts/facts.ts';
import { condition } from '#lib/contracts/rule.ts';
import { judge } from '#lib/rules/conditions.ts';
import { addCrossings, nowWords, zoneWords } from './now.ts';

const STILL: ZoneFlow = {
	avg: 0,
	max: 0,
	count: 0,
	total: 100,
	direction: null,
	coherence: 0,
	bins: Array<number>(36).fill(0),
	magnitudes: Array<number>(36).fill(0)
};

function facts(part: Partial<ZoneFacts>): ZoneFacts {
	return { zoneId: null, flow: STILL, objects: {}, crossings: {}, ...part };
}
const some = (count: number) => ({ count, maxConfidence: 0.9, longestS: 12.34 });
const now = (input: object, shown: ZoneFacts) => {
	const parsed = condition.parse(input);
	return nowWords(parsed, judge(parsed, shown, null));
};

describe('zoneWords', () => {
	it('names objects, the most first, and no more than two classes', () => {
		expect(zoneWords('polygon', facts({ objects: { person: some(9) } }))).toBe('9 people');
		const busy = facts({ objects: { car: some(1), person: some(3), dog: some(1), bus: some(2) } });
		expect(zoneWords('polygon', busy)).toBe('3 people, 2 buses, 2 more');
	});

	it('tells the motion where no object is, and stillness where nothing moves', () => {
		expect(zoneWords('polygon', facts({ flow: { ...STILL, avg: 0.42, count: 7 } }))).toBe('0.42 px/frame');
		expect(zoneWords('polygon', facts({}))).toBe('still');
	});

	it('counts what crossed a line, both ways', () => {
		const crossings = { person: { in: 2, out: 1 }, car: { in: 1, out: 0 } };
		expect(zoneWords('line', facts({ flow: null, crossings }))).toBe('in 3, out 1');
	});

	it('does not take silence for stillness', () => {
		expect(zoneWords('polygon', null)).toBe('not measured');
	});
});

describe('nowWords', () => {
	it('says the figure beside its limit', () => {
		const people = facts({ objects: { person: some(9) } });
		expect(now({ type: 'count', classes: ['person'], op: 'over', value: 8 }, people)).toBe(
			'9 people, limit 8'
		);
		expect(now({ type: 'object_in_zone', classes: ['person'] }, people)).toBe('9 people');
		expect(now({ type: 'object_dwell', classes: [], seconds: 30 }, people)).toBe(
			'the longest has stayed 12.3 s, limit 30 s'
		);
	});

	it('says why there is no figure', () => {
		expect(now({ type: 'flow_coherence', op: 'over', value: 0.5 }, facts({}))).toBe(
			'too little moves to judge'
		);
		expect(now({ type: 'flow_magnitude', op: 'over', value: 3, relative: true }, facts({}))).toBe(
			'what is usual is not known yet'
		);
		expect(now({ type: 'flow_direction', direction_deg: 90 }, facts({}))).toBe('nothing moves that way');
	});
});

it('adds crossings class by class and leaves what it was given', () => {
	const before = { person: { in: 1, out: 0 } };
	expect(addCrossings(before, { person: { in: 1, out: 2 }, car: { in: 0, out: 1 } })).toEqual({
		person: { in: 2, out: 2 },
		car: { in: 0, out: 1 }
	});
	expect(before).toEqual({ person: { in: 1, out: 0 } });
});
