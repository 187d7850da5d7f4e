// New rules, and rules that change their kind: always valid, or with words that say why not.
import { describe, expect, it } from 'vitest';
import { condition, ruleInput } from '#lib/contracts/rule.ts';
import type { Zone } from '#lib/contracts/zone.ts';
import {
	blankCondition,
	blankRule,
	complaintsOf,
	CONDITION_TYPES,
	fittingPlace,
	suggestedName
} from './blank.ts';

const STREAM = '6f1c2b3a-1111-4222-8333-444455556666';
const AREA: Zone = {
	id: '6f1c2b3a-1111-4222-8333-444455556667',
	name: 'Floor',
	kind: 'polygon',
	points: [
		[0, 0],
		[1, 0],
		[1, 1]
	]
};
const LINE: Zone = {
	id: '6f1c2b3a-1111-4222-8333-444455556668',
	name: 'Door',
	kind: 'line',
	points: [
		[0, 0],
		[1, 0]
	]
};

describe('blank conditions', () => {
	it.each(CONDITION_TYPES)('%s is one the server takes', (type) => {
		expect(condition.parse(blankCondition(type))).toEqual(blankCondition(type));
	});

	it('take classes and confidence along to a kind that has them', () => {
		const people = { ...blankCondition('count'), classes: ['person'], min_confidence: 0.7 };
		const dwell = blankCondition('object_dwell', people as ReturnType<typeof blankCondition>);
		expect(dwell).toMatchObject({ type: 'object_dwell', classes: ['person'], min_confidence: 0.7 });
		const flow = blankCondition('flow_magnitude', dwell);
		expect(condition.safeParse(flow).success).toBe(true);
	});
});

describe('blank rules', () => {
	it('look at what their zone can show', () => {
		expect(blankRule(STREAM, LINE).condition.type).toBe('line_crossed');
		expect(blankRule(STREAM, AREA).condition.type).toBe('object_in_zone');
		expect(blankRule(STREAM, null).zone_id).toBeNull();
	});

	it('can be saved once they are named, and name themselves otherwise', () => {
		const fields = blankRule(STREAM, AREA);
		expect(complaintsOf(STREAM, fields, AREA)).toEqual({ byField: {}, first: null });
		const name = suggestedName(fields.condition, AREA.name);
		expect(ruleInput.safeParse({ ...fields, name, stream_id: STREAM }).success).toBe(true);
	});
});

describe('places', () => {
	it('stay where they fit, and go to the first that does', () => {
		expect(fittingPlace('count', AREA.id, [LINE, AREA])).toBe(AREA.id);
		expect(fittingPlace('count', null, [LINE, AREA])).toBeNull();
		expect(fittingPlace('line_crossed', AREA.id, [AREA, LINE])).toBe(LINE.id);
		expect(fittingPlace('stream_health', AREA.id, [AREA])).toBeNull();
	});

	it('that do not fit are complained of in words', () => {
		const fields = { ...blankRule(STREAM, AREA), condition: blankCondition('line_crossed') };
		expect(complaintsOf(STREAM, fields, AREA).first).toContain('line');
		expect(complaintsOf(STREAM, blankRule(STREAM, LINE), undefined).first).toContain('gone');
	});
});

it('says which field is wrong', () => {
	const fields = { ...blankRule(STREAM, AREA), sustain_s: -1 };
	const { byField, first } = complaintsOf(STREAM, fields, AREA);
	expect(byField['sustain_s']).toBeTruthy();
	expect(first).toMatch(/^Time before it fires: /);
});
