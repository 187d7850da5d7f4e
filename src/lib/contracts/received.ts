// What Grafana's unified alerting and Prometheus' Alertmanager send to a webhook, and what is kept of it beside the alert.
import { z } from 'zod';
import { ALERT_STATUSES } from './alert.ts';

export const SENDERS = ['grafana', 'alertmanager'] as const;
export type Sender = (typeof SENDERS)[number];

/** Bounds of one message, bytes and alerts. */
export const MAX_WEBHOOK_BYTES = 1024 * 1024;
export const MAX_ALERTS_A_MESSAGE = 200;

/** Go writes a map that was never made as null. */
const pairs = z
	.record(z.string(), z.string())
	.nullish()
	.transform((told) => told ?? {});
/** Its year 0001 means that there is none. */
const time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-20T10:00:00Z' }).max(64);
/** No text is refused for its length: a label of 10,000 characters is in half of these, and the alert is real. */
const text = z.string().nullish();

/** One alert of a message. What is not named here is taken along unread. */
export const toldAlert = z.looseObject({
	status: z.enum(ALERT_STATUSES),
	labels: pairs.describe(
		'`alertname`, `severity` (info, warning or critical), and for the camera `stream_id` or `stream_name`'
	),
	annotations: pairs.describe('`summary` and `description` are shown'),
	startsAt: time.nullish().describe('tells one episode of a series from the next'),
	endsAt: time.nullish().describe('the year 0001 while it goes on'),
	generatorURL: text,
	fingerprint: text.describe('of the labels: the same for every message about this series'),
	ruleUID: text,
	values: z.record(z.string(), z.number().nullable()).nullish().describe('Grafana alone'),
	silenceURL: text,
	dashboardURL: text,
	panelURL: text
});
export type ToldAlert = z.output<typeof toldAlert>;

export const webhookMessage = z
	.looseObject({
		version: text.describe("`4` is Alertmanager's own, `1` Grafana's"),
		receiver: text,
		status: z.enum(ALERT_STATUSES).describe('of the group: firing while one of its alerts is'),
		groupKey: text,
		groupLabels: pairs,
		commonLabels: pairs,
		commonAnnotations: pairs,
		externalURL: text,
		truncatedAlerts: z.int().min(0).nullish().describe('alerts of the group that the sender left out'),
		alerts: z.array(toldAlert).max(MAX_ALERTS_A_MESSAGE, {
			error: `are more than ${MAX_ALERTS_A_MESSAGE}: set max_alerts (in Grafana, Max alerts) to ${MAX_ALERTS_A_MESSAGE}`
		})
	})
	.describe("Grafana's webhook, or Alertmanager's of version 4");
export type WebhookMessage = z.output<typeof webhookMessage>;

export const webhookQuery = z.object({
	token: z.string().max(500).optional().describe('the secret, for senders that can set no header')
});

export const webhookAnswer = z.object({
	received: z.int().describe('alerts in the message'),
	opened: z.int(),
	ended: z.int(),
	repeated: z.int().describe('known already: told again'),
	late: z.int().describe('fired in the past: over, by what was told before')
});
export type WebhookAnswer = z.infer<typeof webhookAnswer>;

export const webhookAddress = z.object({
	url: z.string(),
	token: z.string().nullable().describe('null where the server has none, and takes no alerts'),
	from: z
		.enum(['environment', 'file'])
		.nullable()
		.describe('VF_WEBHOOK_TOKEN, or webhook.token under DATA_DIR')
});
export type WebhookAddress = z.infer<typeof webhookAddress>;

export const receivedAlert = z.object({
	alert_id: z.uuid(),
	sender: z.enum(SENDERS),
	receiver: z.string(),
	group_key: z.string(),
	group_status: z.enum(ALERT_STATUSES).describe('of the group it came with last'),
	alert_status: z.enum(ALERT_STATUSES),
	rule_uid: z.string().nullable(),
	fingerprint: z.string(),
	description: z.string().nullable(),
	annotations: z.record(z.string(), z.string()),
	values: z.record(z.string(), z.number()).nullable(),
	generator_url: z.string().nullable().describe('http or https, or null'),
	dashboard_url: z.string().nullable(),
	panel_url: z.string().nullable(),
	silence_url: z.string().nullable(),
	deliveries: z.int().describe('messages about it'),
	notes: z
		.array(z.string())
		.describe('what was changed to take it: text that was cut, a clock in the future'),
	received_at: z.iso.datetime(),
	updated_at: z.iso.datetime(),
	raw: z
		.record(z.string(), z.unknown())
		.describe('`alert` and `group` as they came last, long text cut and deep nesting left out')
});
export type ReceivedAlert = z.infer<typeof receivedAlert>;
