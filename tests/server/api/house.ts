// A house to call: a running camera with zones, a rule that fires, an alert, a model; and an id for every path.
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tinyModel } from '#lib/server/models/testing/tiny.ts';
import { eventually } from '../../support/eventually.ts';
import { film, type Client } from '../../support/server.ts';

export const FILM = film('yard');
/** True of every picture. */
const ALWAYS = { type: 'count', classes: [], op: 'under', value: 10_000 };
export const TRIANGLE = [
	[0.1, 0.1],
	[0.9, 0.1],
	[0.5, 0.9]
];
export const LINE = [
	[0.1, 0.5],
	[0.9, 0.5]
];

/** What stands in braces in a path, by the segment before it. */
export type IdKind =
	| 'streams'
	| 'zones'
	| 'rules'
	| 'channels'
	| 'deliveries'
	| 'alerts'
	| 'stream'
	| 'screenshot'
	| '{streamId}'
	| 'models'
	| 'users'
	| 'api-keys'
	| 'scenario'
	| 'prediction'
	| 'session'
	| 'parked';

export interface House {
	/** The one that is there for all; `own` makes another, for a call that ends it. */
	id(kind: IdKind, own?: boolean): Promise<string>;
	close(): void;
}

export async function createHouse(admin: Client): Promise<House> {
	const desk = await listeningDesk();
	const deskUrl = `http://127.0.0.1:${(desk.address() as AddressInfo).port}/`;
	let made = 0;
	const known = new Map<IdKind, Promise<string>>();

	async function post(path: string, body: object, idField = 'id'): Promise<string> {
		const answer = await admin.json('POST', path, body);
		if (answer.status !== 201)
			throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
		return (answer.body as Record<string, string>)[idField]!;
	}
	const list = async (path: string) => (await admin.json('GET', path)).body as Record<string, string>[];
	const shared = (kind: IdKind): Promise<string> => {
		const making = known.get(kind) ?? make[kind]();
		known.set(kind, making);
		return making;
	};
	const name = () => `Made ${++made}`;

	/** The running camera, with a rule that fires at once and tells a desk that refuses. */
	async function camera(): Promise<string> {
		const stream_id = await post('/api/v1/streams', { name: 'Yard', rtsp_url: FILM, fps: 5 });
		known.set('streams', Promise.resolve(stream_id));
		await post('/api/v1/rules', {
			...{ name: 'Always', stream_id, condition: ALWAYS, sustain_s: 0, cooldown_s: 0, release_s: 0 },
			channel_ids: [await shared('channels')]
		});
		return stream_id;
	}

	const make: Record<IdKind, () => Promise<string>> = {
		streams: async () =>
			known.has('streams')
				? post('/api/v1/streams', { name: name(), rtsp_url: FILM, is_active: false })
				: camera(),
		stream: () => shared('streams'),
		screenshot: () => shared('streams'),
		'{streamId}': async () => {
			const [first] = await eventually(
				async () => {
					const found = await list(`/api/v1/detections/stream/${await shared('streams')}`);
					return found.filter(({ image_path: path }) => path);
				},
				({ length }) => length > 0
			);
			return first!['image_path']!.split('/').at(-1)!;
		},
		zones: async () =>
			post(`/api/v1/streams/${await shared('streams')}/zones`, {
				name: name(),
				kind: 'polygon',
				points: TRIANGLE
			}),
		rules: async () =>
			post('/api/v1/rules', {
				...{ name: name(), stream_id: await shared('streams'), enabled: false, condition: ALWAYS }
			}),
		channels: () => post('/api/v1/channels', { name: name(), type: 'webhook', config: { url: deskUrl } }),
		deliveries: async () => {
			await shared('alerts');
			const [first] = await eventually(
				async () => list(`/api/v1/channels/${await shared('channels')}/deliveries`),
				({ length }) => length > 0
			);
			return first!['id']!;
		},
		alerts: async () => {
			await shared('streams');
			const [first] = await eventually(
				async () => (await list('/api/v1/alerts')).filter(({ snapshot_url: url }) => url),
				({ length }) => length > 0
			);
			return first!['id']!;
		},
		models: async () => {
			const bytes = tinyModel({ confidence: 0.5 + ++made / 1000 });
			const path = `/api/v1/models?name=${encodeURIComponent(name())}`;
			const response = await admin.fetch(path, { method: 'POST', body: new Uint8Array(bytes) });
			const body = (await response.json()) as { id: string };
			if (response.status !== 201) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
			return body.id;
		},
		users: () =>
			post('/api/v1/users', {
				...{ email: `${randomUUID()}@people.example`, name: name(), password: 'a long password' },
				role: 'viewer'
			}),
		'api-keys': () => post('/api/v1/api-keys', { name: name(), role: 'viewer' }),
		scenario: () => post('/api/v1/scenario/init', { camera_url: FILM, fps: 1 }, 'scenario_uuid'),
		prediction: () => shared('scenario'),
		session: () => post('/api/v1/session/create', { url: FILM, fps: 1, idle_timeout_s: 600 }),
		// Nothing is set aside without a journal.
		parked: () => Promise.resolve(randomUUID())
	};

	return {
		id: async (kind, own = false) => (own ? (await shared(kind), make[kind]()) : shared(kind)),
		close: () => desk.close()
	};
}

/** Refuses what it is told, so that there is a delivery to be tried again. */
async function listeningDesk(): Promise<Server> {
	const desk = createServer((request, response) => {
		request.resume();
		response.writeHead(503).end('not now');
	}).listen(0, '127.0.0.1');
	await once(desk, 'listening');
	return desk;
}
