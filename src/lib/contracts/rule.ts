// Rules: when an alert fires. One schema validates, types and documents them.
import { z } from 'zod';
import { STREAM_STATUSES } from './status.ts';
import { name } from './text.ts';

export const SEVERITIES = ['info', 'warning', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

const label = z.string().trim().min(1).max(80);
const classes = z.array(label).max(80).describe('class names of the detector; empty means every class');
const minConfidence = z.number().min(0).max(1).default(0.4);
const op = z.enum(['over', 'under']);

export const objectInZone = z.strictObject({
	type: z.literal('object_in_zone'),
	classes,
	min_confidence: minConfidence,
	mode: z
		.enum(['forbidden', 'allowed'])
		.default('forbidden')
		.describe('forbidden: these classes fire; allowed: every other class fires'),
	presence: z
		.enum(['present', 'absent'])
		.default('present')
		.describe('absent fires while none of them is there')
});
export const objectDwell = z.strictObject({
	type: z.literal('object_dwell'),
	classes,
	seconds: z.number().min(1).max(86_400).describe('one object inside for so long'),
	min_confidence: minConfidence
});
export const lineCrossed = z.strictObject({
	type: z.literal('line_crossed'),
	classes,
	direction: z.enum(['in', 'out', 'any']).default('any').describe("in is towards A→B's right-hand side")
});
export const countCondition = z.strictObject({
	type: z.literal('count'),
	classes,
	op,
	value: z.int().min(0).max(10_000),
	min_confidence: minConfidence
});
export const flowDirection = z.strictObject({
	type: z.literal('flow_direction'),
	direction_deg: z.number().min(0).max(359.9).describe('clockwise from up in the picture'),
	tolerance_deg: z.number().min(5).max(90).default(30),
	mode: z.enum(['along', 'against']).default('along'),
	min_magnitude: z
		.number()
		.min(0)
		.max(500)
		.default(1)
		.describe('mean of the vectors that go that way, px/frame'),
	min_coherence: z.number().min(0).max(1).default(0).describe('of all motion in the zone'),
	min_vectors: z.int().min(1).max(10_000).default(4).describe('grid vectors that go that way')
});
export const flowCoherence = z.strictObject({
	type: z.literal('flow_coherence'),
	op,
	value: z.number().min(0).max(1),
	min_vectors: z
		.int()
		.min(1)
		.max(10_000)
		.default(8)
		.describe('fewer vectors than this have no coherence to judge')
});
export const flowMagnitude = z.strictObject({
	type: z.literal('flow_magnitude'),
	op,
	value: z.number().min(0).max(10_000).describe('mean magnitude, px/frame; or, if relative, times the usual'),
	relative: z
		.boolean()
		.default(false)
		.describe(
			"compared with the zone's mean of the last minute: over 3 is a surge, under 0.2 a sudden stillness"
		)
});
export const streamHealthCondition = z.strictObject({
	type: z.literal('stream_health'),
	state: z
		.enum(['not_connected', ...STREAM_STATUSES])
		.describe('not_connected: stale, in error, or its worker down')
});

export const condition = z.discriminatedUnion('type', [
	objectInZone,
	objectDwell,
	lineCrossed,
	countCondition,
	flowDirection,
	flowCoherence,
	flowMagnitude,
	streamHealthCondition
]);
export type Condition = z.infer<typeof condition>;
export type ConditionType = Condition['type'];
export type StreamHealthCondition = z.infer<typeof streamHealthCondition>;

/** Which kind of zone each condition looks at: `area` may be a polygon or the whole picture, `none` takes no zone. */
export const CONDITION_PLACES: Record<ConditionType, 'area' | 'line' | 'none'> = {
	object_in_zone: 'area',
	object_dwell: 'area',
	line_crossed: 'line',
	count: 'area',
	flow_direction: 'area',
	flow_coherence: 'area',
	flow_magnitude: 'area',
	stream_health: 'none'
};

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time of day like 22:30' });
const timeZone = z.string().max(64).refine(isTimeZone, { error: 'a time zone like Europe/Copenhagen' });

export const schedule = z.strictObject({
	timezone: timeZone.default('UTC'),
	windows: z
		.array(
			z.strictObject({
				days: z.array(z.int().min(1).max(7)).min(1).max(7).describe('1 is Monday'),
				from: clock,
				to: clock.describe('earlier than `from` reaches into the next day; equal means the whole day')
			})
		)
		.min(1)
		.max(14)
});
export type Schedule = z.infer<typeof schedule>;

function isTimeZone(value: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: value });
		return true;
	} catch {
		return false;
	}
}

export const MAX_RULES_PER_STREAM = 64;

const fields = {
	stream_id: z.uuid(),
	zone_id: z.uuid().nullable().default(null).describe('null is the whole picture'),
	name: name(120, 'a rule needs a name'),
	enabled: z.boolean().default(true),
	severity: z.enum(SEVERITIES).default('warning'),
	condition,
	sustain_s: z.number().min(0).max(3600).default(1).describe('must hold for so long before it fires'),
	release_s: z
		.number()
		.min(0)
		.max(3600)
		.default(3)
		.describe('must be over for so long before the alert ends: a flicker is the same breach'),
	cooldown_s: z.number().min(0).max(86_400).default(30).describe('after an end, nothing new for so long'),
	schedule: schedule.nullable().default(null).describe('null is always'),
	clip: z
		.boolean()
		.default(false)
		.describe('keep a clip; needs `clip_preroll_s` on the stream for what came before'),
	channel_ids: z.array(z.uuid()).max(32).default([])
};

export const ruleInput = z.strictObject(fields);
export type RuleInput = z.infer<typeof ruleInput>;

const unwrapped = Object.fromEntries(
	Object.entries(fields).map(([key, schema]) => [
		key,
		schema instanceof z.ZodDefault ? schema.unwrap() : schema
	])
) as unknown as { [K in keyof RuleInput]: z.ZodType<RuleInput[K]> };

/** Only what is given changes; the stream of a rule never does. */
export const rulePatch = z.strictObject(unwrapped).omit({ stream_id: true }).partial();
export type RulePatch = z.infer<typeof rulePatch>;

export const ruleRecord = z.object({
	id: z.uuid(),
	...unwrapped,
	problem: z
		.string()
		.nullable()
		.describe('why it cannot fire, for example because its zone was deleted; null when well'),
	created_at: z.iso.datetime(),
	updated_at: z.iso.datetime()
});
export type RuleRecord = z.infer<typeof ruleRecord>;

/** What a worker needs of a rule. */
export type Rule = Pick<
	RuleRecord,
	| 'id'
	| 'name'
	| 'zone_id'
	| 'severity'
	| 'condition'
	| 'sustain_s'
	| 'release_s'
	| 'cooldown_s'
	| 'schedule'
	| 'updated_at'
>;

export const rulesQuery = z.strictObject({ stream_id: z.uuid().optional() });

/** Body of POST /rules/dry-run: a rule that need not be saved, over what is stored. */
export const dryRunInput = z.strictObject({
	stream_id: z.uuid(),
	zone_id: z.uuid().nullable().default(null),
	condition,
	sustain_s: fields.sustain_s,
	release_s: fields.release_s,
	cooldown_s: fields.cooldown_s,
	schedule: fields.schedule,
	range_s: z.int().min(60).max(86_400).default(3600).describe('how far back')
});
export type DryRunInput = z.infer<typeof dryRunInput>;

export const dryRunResult = z.object({
	from: z.iso.datetime(),
	to: z.iso.datetime(),
	covered_s: z.number().describe('seconds of that for which something is stored'),
	firings: z.array(
		z.object({
			starts_at: z.iso.datetime(),
			ends_at: z.iso.datetime().nullable().describe('null while it would still fire'),
			peak: z.number().nullable()
		})
	),
	/** The figure the condition judges, over time. */
	series: z.object({
		label: z.string().describe('what the figure is, with its unit'),
		limit: z.number().nullable(),
		points: z.array(z.tuple([z.number().describe('seconds since the epoch'), z.number().nullable()]))
	}),
	note: z.string().nullable().describe('what the result does not cover, in words')
});
export type DryRunResult = z.infer<typeof dryRunResult>;
