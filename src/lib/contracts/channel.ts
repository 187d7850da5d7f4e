// Channels: where alerts are delivered, one schema a kind, and the log of what became of each delivery.
import { z } from 'zod';
import { ALERT_STATUSES } from './alert.ts';
import { name, text } from './text.ts';

export const CHANNEL_TYPES = ['webhook', 'mqtt', 'tcp', 'hikvision', 'email'] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

const host = text(253).min(1, { error: 'a host is needed' });
const port = z.int().min(1).max(65_535);
const webAddress = z
	.url({ protocol: /^https?$/, error: 'an address that begins with http:// or https://' })
	.max(2048);
/** Told once: answered as `***`, and `***` sent back keeps what is stored. */
const secret = z.string().max(4096);
const template = z
	.string()
	.max(20_000)
	.describe(
		'body with {{fields}} of the alert, {{event}} and {{url}}; JSON values are escaped where the body is JSON'
	);

export const channelConfigs = {
	webhook: z.strictObject({
		url: webAddress,
		secret: secret.nullable().default(null).describe('signs the body: X-VectorFlow-Signature'),
		template: template.nullable().default(null).describe('null sends the alert as JSON'),
		headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(4096)).default({})
	}),
	mqtt: z.strictObject({
		url: z.url({ protocol: /^(mqtts?|wss?)$/, error: 'an address like mqtt://broker:1883' }).max(2048),
		topic: text(512).min(1).default('vector-flow/alerts/{{stream_id}}'),
		username: text(256).nullable().default(null),
		password: secret.nullable().default(null),
		qos: z.union([z.literal(0), z.literal(1), z.literal(2)]).default(1),
		retain: z.boolean().default(false)
	}),
	tcp: z.strictObject({ host, port, tls: z.boolean().default(false) }),
	hikvision: z.strictObject({
		url: webAddress.describe('where EventNotificationAlert documents are posted'),
		username: text(256).nullable().default(null),
		password: secret.nullable().default(null),
		channel_id: z.int().min(1).max(4096).default(1),
		event_type: z.enum(['fielddetection', 'linedetection', 'VMD', 'regionEntrance']).default('fielddetection')
	}),
	email: z.strictObject({
		host,
		port: port.default(587),
		security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
		username: text(256).nullable().default(null),
		password: secret.nullable().default(null),
		from: z.email().max(320),
		to: z.array(z.email().max(320)).min(1, { error: 'at least one address' }).max(50),
		attach_snapshot: z.boolean().default(true)
	})
} satisfies Record<ChannelType, z.ZodType>;

export type ChannelConfigs = { [T in ChannelType]: z.infer<(typeof channelConfigs)[T]> };

const limits = {
	min_interval_s: z
		.number()
		.min(0)
		.max(86_400)
		.default(0)
		.describe('a rule speaks here at most once in so long; what comes sooner is held back and counted'),
	max_per_hour: z
		.int()
		.min(1)
		.max(10_000)
		.default(600)
		.describe('beyond it deliveries are held back and counted'),
	notify_resolved: z.boolean().default(true)
};

const common = { name: name(120, 'a channel needs a name'), enabled: z.boolean().default(true), ...limits };
const kind = <T extends ChannelType>(type: T) =>
	z.strictObject({ ...common, type: z.literal(type), config: channelConfigs[type] });

export const channelInput = z.discriminatedUnion('type', [
	kind('webhook'),
	kind('mqtt'),
	kind('tcp'),
	kind('hikvision'),
	kind('email')
]);
export type ChannelInput = z.infer<typeof channelInput>;

/** Some fields of a channel; of `config` only the given ones change. Its kind stays. */
export const channelPatch = z.strictObject({
	name: common.name.optional(),
	enabled: z.boolean().optional(),
	min_interval_s: limits.min_interval_s.unwrap().optional(),
	max_per_hour: limits.max_per_hour.unwrap().optional(),
	notify_resolved: z.boolean().optional(),
	config: z.record(z.string(), z.unknown()).optional().describe('fields of the configuration of its kind')
});
export type ChannelPatch = z.infer<typeof channelPatch>;

/** What the API answers; secrets stand as `***`. */
export const channelRecord = z.object({
	id: z.uuid(),
	name: z.string(),
	type: z.enum(CHANNEL_TYPES),
	enabled: z.boolean(),
	min_interval_s: z.number(),
	max_per_hour: z.int(),
	notify_resolved: z.boolean(),
	config: z.record(z.string(), z.unknown()),
	created_at: z.iso.datetime(),
	updated_at: z.iso.datetime(),
	rules: z.int().describe('rules that deliver here'),
	pending: z.int().describe('deliveries that wait'),
	last_delivered_at: z.iso.datetime().nullable(),
	last_error: z.string().nullable().describe('of the newest delivery, when it failed')
});
export type ChannelRecord = z.infer<typeof channelRecord>;

export const ALERT_EVENTS = ['alert.firing', 'alert.resolved'] as const;
export type AlertEvent = (typeof ALERT_EVENTS)[number];

export const DELIVERY_STATES = ['pending', 'delivered', 'failed', 'held_back'] as const;

export const deliveryRecord = z.object({
	id: z.uuid().describe('the idempotency key: the same for every attempt'),
	channel_id: z.uuid(),
	channel_name: z.string(),
	channel_type: z.enum(CHANNEL_TYPES),
	alert_id: z.uuid().nullable().describe('null for a test'),
	event: z.enum([...ALERT_EVENTS, 'test']),
	state: z.enum(DELIVERY_STATES),
	attempts: z.int(),
	answer: z.string().nullable().describe('what the other side said, or why it failed; secrets masked'),
	created_at: z.iso.datetime(),
	next_attempt_at: z.iso.datetime().nullable(),
	delivered_at: z.iso.datetime().nullable()
});
export type DeliveryRecord = z.infer<typeof deliveryRecord>;

/** Answer of POST /channels/{id}/test. */
export const channelTest = z.object({
	ok: z.boolean(),
	answer: z.string().describe('what the other side said, or why it failed and what to do'),
	elapsed_ms: z.int()
});
export type ChannelTest = z.infer<typeof channelTest>;

export const deliveriesQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) });

export const alertStatusEvent: Record<(typeof ALERT_STATUSES)[number], AlertEvent> = {
	firing: 'alert.firing',
	resolved: 'alert.resolved'
};
