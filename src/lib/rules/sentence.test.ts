// Rules and breaches in words.
import { describe, expect, it } from 'vitest';
import { condition as schema, type Condition, type Schedule } from '#lib/contracts/rule.ts';
import { describeBreach, figureLabel, sentenceOf } from './sentence.ts';
import { duration, plural } from './words.ts';

type Given = Record<string, unknown> & { type: Condition['type'] };
const say = (given: Given, over: { sustain_s?: number; schedule?: Schedule; zone?: string | null } = {}) => {
	const { zone = 'Gate', sustain_s = 5, schedule = null } = over;
	return sentenceOf({ condition: schema.parse(given), sustain_s, schedule }, zone);
};

describe('a rule reads', () => {
	it.each<[string, Given]>([
		['When a person or a car is in Gate for 5 s.', { type: 'object_in_zone', classes: ['person', 'car'] }],
		['When any object is in Gate for 5 s.', { type: 'object_in_zone', classes: [] }],
		[
			'When no person is in Gate for 5 s.',
			{ type: 'object_in_zone', classes: ['person'], presence: 'absent' }
		],
		[
			'When anything other than a person is in Gate for 5 s.',
			{ type: 'object_in_zone', classes: ['person'], mode: 'allowed' }
		],
		[
			'When nothing other than an umbrella is in Gate for 5 s.',
			{ type: 'object_in_zone', classes: ['umbrella'], mode: 'allowed', presence: 'absent' }
		],
		[
			'When a person stays in Gate for 1 min 30 s and 5 s more.',
			{ type: 'object_dwell', classes: ['person'], seconds: 90 }
		],
		['When a moving object crosses Gate.', { type: 'line_crossed', classes: ['moving'] }],
		['When a car goes out across Gate.', { type: 'line_crossed', classes: ['car'], direction: 'out' }],
		[
			'When more than 8 people are in Gate for 5 s.',
			{ type: 'count', classes: ['person'], op: 'over', value: 8 }
		],
		['When fewer than 1 bus is in Gate for 5 s.', { type: 'count', classes: ['bus'], op: 'under', value: 1 }],
		[
			'When motion in Gate goes against 90° (right) ± 30° at 1 px/frame or more for 5 s.',
			{ type: 'flow_direction', direction_deg: 90, mode: 'against' }
		],
		[
			'When the coherence of motion in Gate is under 0.3 for 5 s.',
			{ type: 'flow_coherence', op: 'under', value: 0.3 }
		],
		['When motion in Gate is over 5.5 px/frame for 5 s.', { type: 'flow_magnitude', op: 'over', value: 5.5 }],
		[
			'When motion in Gate is less than 0.2 times the usual for 5 s.',
			{ type: 'flow_magnitude', op: 'under', value: 0.2, relative: true }
		],
		['When the camera is not connected for 5 s.', { type: 'stream_health', state: 'not_connected' }]
	])('%s', (sentence, given) => {
		expect(say(given)).toBe(sentence);
	});

	it('without a zone, at once, and with a schedule', () => {
		const crowd: Given = { type: 'count', classes: [], op: 'over', value: 1 };
		expect(say(crowd, { zone: null, sustain_s: 0 })).toBe('When more than 1 object is in the picture.');
		const schedule: Schedule = {
			timezone: 'Europe/Copenhagen',
			windows: [
				{ days: [5, 1, 2, 3, 4], from: '22:00', to: '06:00' },
				{ days: [6, 7], from: '00:00', to: '00:00' }
			]
		};
		expect(say(crowd, { schedule })).toBe(
			'When more than 1 object is in Gate for 5 s, only Mon–Fri 22:00–06:00 or Sat and Sun all day (Europe/Copenhagen).'
		);
	});
});

describe('a breach reads', () => {
	const told = (
		given: Given,
		value: number | null,
		labels: Record<string, string> = {},
		zone: string | null = 'Gate'
	) => describeBreach({ condition: schema.parse(given) }, zone, { value, labels });

	it.each<[string, string]>([
		[told({ type: 'object_in_zone', classes: [] }, 1, { class: 'person' }), 'A person in Gate.'],
		[told({ type: 'object_in_zone', classes: [] }, 3, { class: 'person' }), '3 people in Gate.'],
		[
			told({ type: 'object_in_zone', classes: [] }, 3, { class: 'car and person' }),
			'3 objects (car and person) in Gate.'
		],
		[told({ type: 'object_in_zone', classes: ['car'], presence: 'absent' }, 0), 'Missing in Gate: a car.'],
		[
			told({ type: 'object_dwell', classes: [], seconds: 60 }, 61, { class: 'dog' }),
			'A dog has been in Gate for 1 min 1 s.'
		],
		[
			told({ type: 'line_crossed', classes: [] }, 1, { class: 'person', direction: 'in' }),
			'A person went in across Gate.'
		],
		[
			told({ type: 'count', classes: ['person'], op: 'over', value: 8 }, 11, {}, null),
			'People in the picture: 11, over 8.'
		],
		[
			told({ type: 'flow_direction', direction_deg: 90, mode: 'against' }, 2.345),
			'Motion against 90° (right) in Gate: 2.35 px/frame.'
		],
		[
			told({ type: 'flow_coherence', op: 'over', value: 0.8 }, 0.91),
			'Coherence of motion in Gate: 0.91, over 0.8.'
		],
		[
			told({ type: 'flow_magnitude', op: 'over', value: 3, relative: true }, 4.2),
			'Motion in Gate: 4.2× the usual, over 3×.'
		],
		[
			told({ type: 'stream_health', state: 'not_connected' }, null, { status: 'stale' }),
			'The camera is stale.'
		]
	])('%s', (sentence, expected) => {
		expect(sentence).toBe(expected);
	});
});

it('names the figure with its unit', () => {
	expect(
		figureLabel(schema.parse({ type: 'count', classes: ['person'], op: 'over', value: 8 }), 'Gate')
	).toBe('People in Gate');
	expect(figureLabel(schema.parse({ type: 'flow_magnitude', op: 'over', value: 8 }), null)).toBe(
		'Motion in the picture, px/frame'
	);
});

it('knows plurals and durations', () => {
	expect(
		['person', 'bus', 'wine glass', 'knife', 'sheep', 'toothbrush', 'potted plant', 'fly', 'key'].map(plural)
	).toEqual([
		...[
			'people',
			'buses',
			'wine glasses',
			'knives',
			'sheep',
			'toothbrushes',
			'potted plants',
			'flies',
			'keys'
		]
	]);
	expect([0.5, 30, 60, 90, 3600, 5400, 86_400].map(duration)).toEqual([
		...['0.5 s', '30 s', '1 min', '1 min 30 s', '1 h', '1 h 30 min', '24 h']
	]);
});
