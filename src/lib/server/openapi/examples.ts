// An example of everything the API takes and answers: bodies by hand, answers out of their schema.
import type { Json } from './plain.ts';
import type { InputName } from './schemas.ts';

const STREAM = '0b6f7a52-6a1e-4f0d-9a2e-3f1f6d1b9c10';
const ZONE = '5d0f4b0e-8f0b-4f6c-b2a8-8f2a0c9f7e21';
const CHANNEL = '9a3b1c7d-2e4f-4a6b-8c0d-1e2f3a4b5c6d';
const CAMERA = 'rtsp://viewer:secret@10.0.0.5:554/live';

/** Each is a whole body, as somebody would send it. */
export const INPUT_EXAMPLES: Record<InputName, Json> = {
	StreamInput: {
		name: 'North gate',
		rtsp_url: CAMERA,
		location_name: 'Harbour',
		latitude: 51.95,
		longitude: 4.14,
		orientation_deg: 90,
		fps: 10
	},
	StreamPatch: { threshold: 1.5, show_trails: true },
	ZoneInput: {
		name: 'Crossing',
		kind: 'polygon',
		points: [
			[0.1, 0.1],
			[0.9, 0.1],
			[0.5, 0.9]
		]
	},
	ZonePatch: { name: 'Pedestrian crossing' },
	RuleInput: {
		name: 'Somebody on the track',
		stream_id: STREAM,
		zone_id: ZONE,
		severity: 'critical',
		condition: { type: 'object_in_zone', classes: ['person'], min_confidence: 0.5 },
		sustain_s: 2,
		channel_ids: [CHANNEL]
	},
	RulePatch: { enabled: false },
	DryRunInput: {
		stream_id: STREAM,
		condition: { type: 'flow_magnitude', op: 'over', value: 3, relative: true },
		range_s: 3600
	},
	ChannelInput: {
		name: 'Control room',
		type: 'webhook',
		config: { url: 'https://alerts.example.org/hook', secret: 'shared with the receiver' }
	},
	ChannelPatch: { max_per_hour: 60 },
	ProbeInput: { url: CAMERA },
	ScenarioInput: { camera_url: CAMERA, name: 'Trial', fps: 5 },
	SessionInput: { url: CAMERA, idle_timeout_s: 300 },
	SystemSettingsInput: { live_preview_fps: 6, retention_detections_days: 30 },
	ApiKeyInput: { name: 'Nightly report', role: 'viewer', expires_in_days: 365 },
	UserInput: {
		email: 'anna@example.org',
		name: 'Anna',
		password: 'correct horse battery',
		role: 'operator'
	},
	UserPatch: { role: 'viewer' },
	SetupInput: { email: 'admin@example.org', name: 'Ada', password: 'correct horse battery' },
	WebhookMessage: {
		version: '1',
		receiver: 'vectorflow-alert-webhook',
		status: 'firing',
		groupKey: '{}:{alertname="Stream Error State Detected"}',
		externalURL: 'https://grafana.example.org/',
		alerts: [
			{
				status: 'firing',
				labels: { alertname: 'Stream Error State Detected', severity: 'critical', stream_id: STREAM },
				annotations: { summary: 'A stream is in error' },
				startsAt: '2026-11-20T10:00:00Z',
				endsAt: '0001-01-01T00:00:00Z',
				generatorURL: 'https://grafana.example.org/alerting/grafana/stream-error/view',
				fingerprint: 'c6eadffa33fcdf37',
				values: { A: 1 }
			}
		]
	},
	SignInInput: { email: 'admin@example.org', password: 'correct horse battery' }
};

/** What fields of that name hold in an example, where their schema takes it. */
const LIKELY: Json = {
	name: 'North gate',
	stream_name: 'North gate',
	zone_name: 'Crossing',
	rtsp_url: 'rtsp://viewer:***@10.0.0.5:554/live',
	camera_url: 'rtsp://viewer:***@10.0.0.5:554/live',
	url: 'rtsp://viewer:***@10.0.0.5:554/live',
	instance: 'house-1',
	summary: 'Somebody on the track at North gate',
	detail: 'There is no such stream.',
	label: 'person',
	email: 'anna@example.org',
	user_email: 'anna@example.org',
	owner: 'anna@example.org',
	snapshot_url: `/api/v1/alerts/${ZONE}/snapshot.jpg`,
	codec: 'h264',
	confidence: 0.87,
	coherence: 0.8,
	direction: 92,
	latitude: 51.95,
	longitude: 4.14,
	fps: 10,
	width: 640,
	height: 360,
	status: 404,
	version: '1.0.0',
	start: 'vf_3kQ',
	from: '08:00',
	to: '18:00'
};

type Schema = {
	const?: unknown;
	default?: unknown;
	enum?: unknown[];
	anyOf?: Schema[];
	oneOf?: Schema[];
	type?: string;
	format?: string;
	minimum?: number;
	maximum?: number;
	minItems?: number;
	prefixItems?: Schema[];
	items?: Schema;
	properties?: Record<string, Schema>;
	additionalProperties?: Schema | boolean;
};

/** The example of the schema that has this name in the document. */
export function exampleOf(name: string, schema: Json): unknown {
	return name in INPUT_EXAMPLES ? INPUT_EXAMPLES[name as InputName] : sample(schema as Schema, name);
}

/** Something the schema takes: the first of several forms, and of a list one. */
function sample(schema: Schema, field: string): unknown {
	if (schema.const !== undefined) return schema.const;
	if (schema.enum) return schema.enum[0];
	const form = (schema.anyOf ?? schema.oneOf)?.[0];
	if (form) return sample(form, field);
	const likely = LIKELY[field];
	switch (schema.type) {
		case 'object':
			return sampleObject(schema);
		case 'array':
			return sampleList(schema);
		case 'string':
			return sampleText(schema, likely);
		case 'integer':
		case 'number':
			return sampleNumber(schema, likely);
		case 'boolean':
			return true;
		default:
			return null;
	}
}

function sampleObject({ properties = {} }: Schema): Json {
	return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, sample(schema, name)]));
}

function sampleList({ prefixItems, items, minItems = 1 }: Schema): unknown[] {
	if (prefixItems) return prefixItems.map((one) => sample(one, ''));
	return Array.from({ length: Math.max(1, minItems) }, () => sample(items ?? {}, ''));
}

function sampleText({ format }: Schema, likely: unknown): string {
	if (format === 'uuid') return STREAM;
	if (format === 'date-time') return '2026-03-01T12:00:00.000Z';
	if (format === 'email') return 'anna@example.org';
	if (format === 'uri') return 'https://example.org/';
	return typeof likely === 'string' ? likely : '…';
}

function sampleNumber({ minimum = 0, maximum = Infinity, type }: Schema, likely: unknown): number {
	if (typeof likely === 'number' && (type === 'number' || Number.isInteger(likely))) return likely;
	return Math.min(Math.max(minimum, 1), maximum);
}
