// Zones and rules as people send them: what is filled in, and what is refused in words.
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { CONDITION_PLACES, condition, dryRunInput, ruleInput, rulePatch, schedule } from './rule.ts';
import { zoneInput, zonePatch } from './zone.ts';

const STREAM = '0b6b1f0e-6b7c-4d1a-9a57-0a4d7c1c2f10';
const person = { type: 'count', classes: ['person'], op: 'over', value: 8 } as const;

const problems = (schema: z.ZodType, value: unknown): string =>
	schema
		.safeParse(value)
		.error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
		.join('; ') ?? 'none';

describe('a zone', () => {
	const area = {
		name: ' Gate ',
		kind: 'polygon',
		points: [
			[0, 0],
			[1, 0],
			[1, 1]
		]
	};

	it('may reach to the edges of the picture', () => {
		expect(zoneInput.parse(area)).toEqual({ ...area, name: 'Gate' });
		expect(
			problems(zoneInput, {
				name: 'Door',
				kind: 'line',
				points: [
					[0, 0.5],
					[1, 0.5]
				]
			})
		).toBe('none');
	});

	it.each<[string, object, string]>([
		[
			'out of the picture',
			{
				points: [
					[0, 0],
					[1.01, 0],
					[1, 1]
				]
			},
			'points.1.0: lies outside the picture'
		],
		[
			'below nought',
			{
				points: [
					[0, -0.1],
					[1, 0],
					[1, 1]
				]
			},
			'points.0.1: lies outside the picture'
		],
		['without points', { points: [] }, 'points: An area needs at least 3 corners'],
		['of one point', { points: [[0.5, 0.5]] }, 'points: An area needs at least 3 corners'],
		[
			'that crosses itself',
			{
				points: [
					[0, 0],
					[1, 1],
					[1, 0],
					[0, 1]
				]
			},
			'points: The edges 1 and 3 cross'
		],
		['of half points', { points: [[0], [1, 0], [1, 1]] }, 'points.0'],
		[
			'of no numbers',
			{
				points: [
					[null, 0],
					[1, 0],
					[1, 1]
				]
			},
			'points.0.0'
		],
		['of a million corners', { points: Array.from({ length: 1e6 }, () => [0, 0]) }, 'points: at most 64'],
		['of another kind', { kind: 'circle' }, 'kind'],
		['without a name', { name: '  ' }, 'name: a zone needs a name'],
		['with a field nobody knows', { colour: 'red' }, 'Unrecognized key']
	])('%s is refused', (_, change, words) => {
		expect(problems(zoneInput, { ...area, ...change })).toContain(words);
	});

	it('is renamed alone, but redrawn as a whole', () => {
		expect(problems(zonePatch, { name: 'Yard' })).toBe('none');
		expect(problems(zonePatch, { points: area.points })).toContain('send `kind` and `points` together');
		expect(problems(zonePatch, { kind: 'line', points: area.points })).toContain('A line has two ends');
	});
});

describe('a rule', () => {
	const rule = { stream_id: STREAM, name: 'Crowd', condition: person };

	it('is filled in', () => {
		expect(ruleInput.parse(rule)).toMatchObject({
			zone_id: null,
			enabled: true,
			severity: 'warning',
			sustain_s: 1,
			release_s: 3,
			cooldown_s: 30,
			schedule: null,
			channel_ids: [],
			condition: { min_confidence: 0.4 }
		});
		expect(dryRunInput.parse({ stream_id: STREAM, condition: person }).range_s).toBe(3600);
	});

	it('keeps what a patch does not name, and its stream', () => {
		expect(rulePatch.parse({ name: 'Crowd!' })).toEqual({ name: 'Crowd!' });
		expect(problems(rulePatch, { stream_id: STREAM })).toContain('Unrecognized key');
	});

	it.each<[string, object, string]>([
		['without a condition', { condition: undefined }, 'condition'],
		['of an unknown condition', { condition: { type: 'smells' } }, 'condition.type'],
		['that counts to a half', { condition: { ...person, value: 0.5 } }, 'condition.value'],
		['that counts below nought', { condition: { ...person, value: -1 } }, 'condition.value'],
		['surer than sure', { condition: { ...person, min_confidence: 1.1 } }, 'condition.min_confidence'],
		['of an endless sustain', { sustain_s: Infinity }, 'sustain_s'],
		['of a negative release', { release_s: -1 }, 'release_s'],
		['with a mistyped limit', { condition: { ...person, valeu: 1 } }, 'Unrecognized key'],
		['in a zone that is no id', { zone_id: 'gate' }, 'zone_id']
	])('%s is refused', (_, change, words) => {
		expect(problems(ruleInput, { ...rule, ...change })).toContain(words);
	});

	it.each<[string, object, string]>([
		['at 24:00', { from: '24:00' }, 'a time of day'],
		['at half past', { to: '7:30' }, 'a time of day'],
		['on no day', { days: [] }, 'days'],
		['on the eighth day', { days: [8] }, 'days']
	])('%s is no schedule', (_, change, words) => {
		const window = { days: [1], from: '08:00', to: '17:00', ...change };
		expect(problems(schedule, { windows: [window] })).toContain(words);
	});

	it('has a schedule in a time zone that there is', () => {
		const windows = [{ days: [1], from: '08:00', to: '17:00' }];
		expect(schedule.parse({ windows }).timezone).toBe('UTC');
		expect(problems(schedule, { timezone: 'Mars/Olympus', windows })).toContain('a time zone like');
	});

	it('of every kind says where it looks', () => {
		const kinds = condition.options.map((option) => option.shape.type.value);
		expect(Object.keys(CONDITION_PLACES).sort()).toEqual(kinds.sort());
	});
});
