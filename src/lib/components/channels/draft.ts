// A channel while it is edited: every field of every kind as the form holds it, and the way to and from the API.
import type { ChannelConfigs, ChannelRecord, ChannelType } from '#lib/contracts/channel.ts';

export interface Draft {
	type: ChannelType;
	name: string;
	enabled: boolean;
	minIntervalS: number;
	maxPerHour: number;
	notifyResolved: boolean;
	url: string;
	secret: string;
	/** null sends the alert as it is. */
	template: string | null;
	/** `Name: value` a line. */
	headers: string;
	topic: string;
	username: string;
	password: string;
	qos: '0' | '1' | '2';
	retain: boolean;
	host: string;
	port: number | null;
	tls: boolean;
	channelId: number;
	eventType: ChannelConfigs['hikvision']['event_type'];
	security: ChannelConfigs['email']['security'];
	from: string;
	/** Separated by commas. */
	to: string;
	attachSnapshot: boolean;
}

const PORTS: Partial<Record<ChannelType, number>> = { email: 587 };

export function emptyDraft(type: ChannelType = 'webhook'): Draft {
	return {
		type,
		name: '',
		enabled: true,
		minIntervalS: 0,
		maxPerHour: 600,
		notifyResolved: true,
		url: '',
		secret: '',
		template: null,
		headers: '',
		topic: 'vector-flow/alerts/{{stream_id}}',
		username: '',
		password: '',
		qos: '1',
		retain: false,
		host: '',
		port: PORTS[type] ?? null,
		tls: false,
		channelId: 1,
		eventType: 'fielddetection',
		security: 'starttls',
		from: '',
		to: '',
		attachSnapshot: true
	};
}

/** Another kind keeps the name and the limits; what belonged to the first kind alone goes. */
export function withType(draft: Draft, type: ChannelType): Draft {
	const { name, enabled, minIntervalS, maxPerHour, notifyResolved } = draft;
	return { ...emptyDraft(type), name, enabled, minIntervalS, maxPerHour, notifyResolved };
}

export function draftOf(record: ChannelRecord): Draft {
	const config = record.config as Record<string, never>;
	const draft = emptyDraft(record.type);
	const told = Object.fromEntries(
		Object.entries({
			url: config['url'],
			secret: config['secret'],
			template: config['template'],
			topic: config['topic'],
			username: config['username'],
			password: config['password'],
			retain: config['retain'],
			host: config['host'],
			port: config['port'],
			tls: config['tls'],
			channelId: config['channel_id'],
			eventType: config['event_type'],
			security: config['security'],
			from: config['from'],
			attachSnapshot: config['attach_snapshot']
		}).filter(([, value]) => value !== undefined && value !== null)
	);
	return {
		...draft,
		...told,
		name: record.name,
		enabled: record.enabled,
		minIntervalS: record.min_interval_s,
		maxPerHour: record.max_per_hour,
		notifyResolved: record.notify_resolved,
		...(config['qos'] !== undefined && { qos: String(config['qos']) as Draft['qos'] }),
		headers: Object.entries<string>(config['headers'] ?? {})
			.map(([name, value]) => `${name}: ${value}`)
			.join('\n'),
		to: ((config['to'] as string[] | undefined) ?? []).join(', ')
	};
}

/** The body the API takes; what is wrong in it, the server says. */
export function inputOf(draft: Draft): Record<string, unknown> {
	return {
		type: draft.type,
		name: draft.name.trim(),
		enabled: draft.enabled,
		min_interval_s: draft.minIntervalS,
		max_per_hour: draft.maxPerHour,
		notify_resolved: draft.notifyResolved,
		config: configOf(draft)
	};
}

function configOf(draft: Draft): Record<string, unknown> {
	const login = { username: orNull(draft.username), password: orNull(draft.password) };
	const url = draft.url.trim();
	const host = draft.host.trim();
	switch (draft.type) {
		case 'webhook':
			return {
				url,
				secret: orNull(draft.secret),
				template: draft.template,
				headers: headersOf(draft.headers)
			};
		case 'mqtt':
			return { url, topic: draft.topic.trim(), ...login, qos: Number(draft.qos), retain: draft.retain };
		case 'tcp':
			return { host, port: draft.port, tls: draft.tls };
		case 'hikvision':
			return { url, ...login, channel_id: draft.channelId, event_type: draft.eventType };
		case 'email':
			return {
				host,
				port: draft.port,
				security: draft.security,
				...login,
				from: draft.from.trim(),
				to: draft.to
					.split(/[,;\s]+/)
					.map((one) => one.trim())
					.filter(Boolean),
				attach_snapshot: draft.attachSnapshot
			};
	}
}

/** A line without a colon is a header without a value: the server says what is wrong with it. */
function headersOf(text: string): Record<string, string> {
	return Object.fromEntries(
		text
			.split('\n')
			.filter((line) => line.trim() !== '')
			.map((line) => {
				const [name = '', ...value] = line.split(':');
				return [name.trim(), value.join(':').trim()];
			})
	);
}

const orNull = (text: string) => (text === '' ? null : text);
