// Alerts: a rule that fired, with a start and an end, however it flickers in between.
import { z } from 'zod';
import { askedMoment } from './moment.ts';
import { SEVERITIES, type Severity } from './rule.ts';

export const ALERT_SOURCES = ['rule', 'grafana'] as const;
export const ALERT_STATUSES = ['firing', 'resolved'] as const;
export type AlertStatus = (typeof ALERT_STATUSES)[number];

export const alertRecord = z.object({
	id: z.uuid(),
	source: z.enum(ALERT_SOURCES),
	rule_id: z.uuid().nullable().describe('null once the rule is deleted'),
	stream_id: z.uuid().nullable(),
	stream_name: z.string().nullable(),
	zone_id: z.uuid().nullable(),
	zone_name: z.string().nullable(),
	name: z.string(),
	severity: z.enum(SEVERITIES),
	status: z.enum(ALERT_STATUSES),
	starts_at: z.iso.datetime(),
	ends_at: z.iso.datetime().nullable(),
	end_reason: z
		.string()
		.nullable()
		.describe('why it ended, where not by itself: the rule was switched off, …'),
	summary: z.string().describe('one sentence: what happened, where'),
	peak: z.number().nullable().describe('the greatest (or, for under, the least) figure while it fired'),
	snapshot_url: z.string().nullable(),
	snapshot_problem: z.string().nullable().describe('why there is no picture'),
	clip_url: z.string().nullable(),
	clip_problem: z.string().nullable(),
	acknowledged_at: z.iso.datetime().nullable(),
	acknowledged_by: z.string().nullable(),
	fingerprint: z.string().describe('the same for every alert of one rule on one stream'),
	labels: z.record(z.string(), z.string()),
	deliveries: z
		.object({ total: z.int(), delivered: z.int(), pending: z.int(), failed: z.int() })
		.describe('how far its channels have it')
});
export type AlertRecord = z.infer<typeof alertRecord>;

const list = <T extends string>(values: readonly [T, ...T[]]) =>
	z
		.string()
		.max(200)
		.transform((text) =>
			text
				.split(',')
				.map((one) => one.trim())
				.filter(Boolean)
		)
		.pipe(z.array(z.enum(values)));

export const alertsQuery = z.strictObject({
	limit: z.coerce.number().int().min(1).max(1000).default(500),
	before: askedMoment
		.optional()
		.describe('only those that began earlier: the starts_at of the last one of the page before'),
	from: askedMoment.optional(),
	to: askedMoment.optional(),
	stream_id: z.uuid().optional(),
	rule_id: z.uuid().optional(),
	source: list(ALERT_SOURCES).optional(),
	severity: list(SEVERITIES).optional(),
	status: list(ALERT_STATUSES).optional(),
	acknowledged: z.enum(['true', 'false']).optional(),
	q: z.string().trim().max(200).optional().describe('words of the name, the camera or the zone')
});
export type AlertsQuery = z.infer<typeof alertsQuery>;

/** What a rule's evaluation says, level-triggered: told at every change, and once for each rule when a run begins. */
export interface RuleState {
	ruleId: string;
	streamId: string;
	/** `clear` also ends an alert left open by an earlier run. */
	state: 'firing' | 'clear';
	/** When the breach began, or was over: ms since the epoch. */
	at: number;
	/** The figure judged at that moment and the greatest or least while firing; null where the condition has none. */
	value: number | null;
	peak: number | null;
	/** Facts worth telling: class, track, direction, count. */
	labels: Record<string, string>;
	/** W3C context of the frame that made it say so; absent where nothing is traced. */
	traceparent?: string;
}

export const SEVERITY_RANK: Record<Severity, number> = { info: 0, warning: 1, critical: 2 };
