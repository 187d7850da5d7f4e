// The streams' routes with the real registry, database and engine (nothing started): roles, statuses, bad input.
import type { RequestEvent } from '@sveltejs/kit';
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import type { StreamRecord } from '#lib/contracts/stream.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createFleet } from '#lib/server/fleet/index.ts';
import { createEngine } from '#lib/server/engine/index.ts';
import { createSettings } from '#lib/server/settings/index.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import * as geocode from '../geocode/+server.ts';
import * as reverse from '../geocode/reverse/+server.ts';
import * as system from '../settings/system/+server.ts';
import * as one from './[id]/+server.ts';
import * as activate from './[id]/activate/+server.ts';
import * as health from './[id]/health/+server.ts';
import * as retry from './[id]/retry/+server.ts';
import * as runs from './[id]/runs/+server.ts';
import * as stop from './[id]/stop/+server.ts';
import * as logs from './[id]/worker-logs/+server.ts';
import * as all from './+server.ts';
import * as healths from './health/+server.ts';
import * as probe from './probe/+server.ts';

const CAMERA = { name: 'Gate', rtsp_url: 'rtsp://admin:hunter2@10.0.0.5/live' };
let database: TestDatabase;
let services: Services;

const SELF = {
	id: 'test',
	boot: randomUUID(),
	roles: ['worker' as const],
	labels: {},
	maxStreams: 4,
	version: '0',
	address: 'localhost:3000',
	alone: true
};

beforeAll(async () => {
	database = await startTestDatabase();
	const { db } = database;
	const log = pino({ level: 'silent' });
	const bus = createMemoryBus(log);
	const config = {
		secretKey: 'k'.repeat(32),
		mediaDirs: [],
		sourceDeny: ['169.254.0.0/16'],
		instanceId: 'test'
	};
	const fleet = createFleet({ db, bus, log, self: SELF });
	const streams = createStreams({ db, log, config, leases: fleet.leases });
	const preview = { fps: 6, maxWidth: 960, quality: 65 };
	const engine = createEngine({
		streams,
		bus,
		log,
		instanceId: 'test',
		ffmpegPath: 'ffmpeg',
		maxStreams: 4,
		preview,
		watches: { of: async () => ({ zones: [], rules: [] }) },
		clipsDir: null,
		models: { loadable: async () => null },
		inference: { threads: 1, pending: 2, provider: 'cpu' }
	});
	fleet.attach(engine);
	services = {
		log,
		streams,
		fleet,
		settings: createSettings({ db, bus, log, version: '0' })
	} as Partial<Services> as Services;
});
afterAll(() => database.stop());
beforeEach(() => database.reset());

type Route = (event: RequestEvent) => Promise<Response>;
interface Asked {
	role?: Role | null;
	id?: string;
	query?: string;
	/** An object is sent as JSON, a string as it is. */
	body?: unknown;
	headers?: Record<string, string>;
}

function ask(
	route: Route,
	{ role = 'admin', id, query = '', body, headers = {} }: Asked = {}
): Promise<Response> {
	const url = new URL(`http://localhost/api/v1/x${query}`);
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	const request = new Request(
		url,
		body === undefined ? { headers } : { method: 'POST', body: text, headers }
	);
	const identity = role && { userId: 'u', email: 'u@example.org', name: 'U', role, via: 'session' as const };
	return route({
		request,
		url,
		params: { id },
		locals: { services, identity, requestId: 'r' }
	} as unknown as RequestEvent);
}

async function add(fields: object = {}): Promise<StreamRecord> {
	const response = await ask(all.POST, { body: { ...CAMERA, ...fields } });
	expect(response.status).toBe(201);
	return (await response.json()) as StreamRecord;
}

describe('who may do what', () => {
	const routes: [string, Route, Role, Asked?][] = [
		['list', all.GET, 'viewer'],
		['read', one.GET, 'viewer'],
		['health of all', healths.GET, 'viewer'],
		['health', health.GET, 'viewer'],
		['worker-logs', logs.GET, 'viewer'],
		['runs', runs.GET, 'viewer'],
		['settings', system.GET, 'viewer'],
		['activate', activate.POST, 'operator'],
		['stop', stop.POST, 'operator'],
		['retry', retry.POST, 'operator'],
		['tune', one.PATCH, 'operator', { body: { threshold: 2 } }],
		['probe', probe.POST, 'operator', { body: { url: 'ftp://x/' } }],
		['change the address', one.PATCH, 'admin', { body: { rtsp_url: 'rtsp://10.0.0.6/x' } }],
		['replace', one.PUT, 'admin', { body: CAMERA }],
		['add', all.POST, 'admin', { body: CAMERA }],
		['save settings', system.PUT, 'admin', { body: {} }],
		['remove', one.DELETE, 'admin']
	];
	const ORDER: (Role | null)[] = [null, 'viewer', 'operator', 'admin'];

	it.each(routes)('%s', async (_, route, least, asked) => {
		for (const role of ORDER) {
			const { id } = await add();
			const { status } = await ask(route, { ...asked, role, id });
			if (role === null) expect(status).toBe(401);
			else if (ORDER.indexOf(role) < ORDER.indexOf(least)) expect(status, role).toBe(403);
			else expect(status, role).toBeLessThan(300);
		}
	});

	it('lets an operator send the address back unchanged', async () => {
		const { id, rtsp_url } = await add();
		expect((await ask(one.PATCH, { role: 'operator', id, body: { rtsp_url, threshold: 7 } })).status).toBe(
			200
		);
	});
});

describe('a stream over the API', () => {
	it('is added, read, changed and removed, its password never told', async () => {
		const { id } = await add({ latitude: 1.5, longitude: -2.5 });
		const answers = [
			await ask(all.GET),
			await ask(one.GET, { id }),
			await ask(one.PATCH, { id, body: { name: 'Gate <b>2</b>' } }),
			await ask(activate.POST, { id }),
			await ask(health.GET, { id }),
			await ask(healths.GET),
			await ask(runs.GET, { id, query: '?tail=3' }),
			await ask(logs.GET, { id, query: '?tail=160' })
		];
		for (const answer of answers) {
			expect(answer.status).toBe(200);
			expect(await answer.text()).not.toContain('hunter2');
		}
		expect((await ask(one.DELETE, { id })).status).toBe(204);
		expect((await ask(one.GET, { id })).status).toBe(404);
	});

	it('can be read and sent back whole', async () => {
		const record = await add({ threshold: 3 });
		const answer = await ask(one.PUT, { id: record.id, body: record });
		expect(answer.status).toBe(200);
		expect(await answer.json()).toEqual(record);
	});

	it('is changed only as it was read, where the caller asks for that', async () => {
		const { id } = await add();
		const etag = (await ask(one.GET, { id })).headers.get('etag')!;
		const changed = await ask(one.PATCH, { id, body: { name: 'A' }, headers: { 'if-match': etag } });
		expect(changed.status).toBe(200);
		expect((await ask(one.PUT, { id, body: CAMERA, headers: { 'if-match': etag } })).status).toBe(409);
		const next = changed.headers.get('etag')!;
		expect((await ask(one.PUT, { id, body: CAMERA, headers: { 'if-match': next } })).status).toBe(200);
		expect((await ask(one.PUT, { id, body: CAMERA, headers: { 'if-match': '*' } })).status).toBe(200);
	});

	it('tells how it is doing, also when it has never run', async () => {
		const { id } = await add({ is_active: false });
		expect(await (await ask(healths.GET)).json()).toMatchObject([
			{ streamId: id, name: 'Gate', status: 'deactivated', state: 'inactive', stalenessS: null, fps: null }
		]);
	});

	it('is retried: accepted, whatever it does', async () => {
		const { id } = await add();
		expect((await ask(retry.POST, { id })).status).toBe(202);
	});
});

describe('bad input', () => {
	it.each<[string, unknown, number, string]>([
		['no name', { rtsp_url: 'rtsp://10.0.0.5/x' }, 400, 'name'],
		['a name of 10,000 characters', { ...CAMERA, name: 'x'.repeat(10_000) }, 400, 'name'],
		['an unknown field', { ...CAMERA, colour: 'red' }, 400, 'colour'],
		['a wrong type', { ...CAMERA, fps: '10' }, 400, 'fps'],
		['a figure out of range', { ...CAMERA, latitude: 91 }, 400, 'latitude'],
		['no number', { ...CAMERA, latitude: null, orientation_deg: 360 }, 400, 'orientation_deg'],
		['a denied network', { ...CAMERA, rtsp_url: 'http://169.254.169.254/' }, 400, 'may not be reached'],
		['a file outside', { ...CAMERA, rtsp_url: 'file:///etc/passwd' }, 400, 'outside the media folders'],
		['a wrong scheme', { ...CAMERA, rtsp_url: 'gopher://x/' }, 400, 'gopher://'],
		['a list', [CAMERA], 400, ''],
		['null', null, 400, ''],
		['text', '"x"', 400, ''],
		['no JSON', '{"name":', 400, 'not JSON'],
		['far too much', { ...CAMERA, name: 'x'.repeat(300_000) }, 413, 'larger']
	])('%s', async (_, body, status, words) => {
		const response = await ask(all.POST, { body });
		expect(response.status).toBe(status);
		expect(response.headers.get('content-type')).toBe('application/problem+json');
		const text = await response.text();
		expect(text).toContain(words);
		expect(text).not.toContain('hunter2');
		expect(text.length).toBeLessThan(4000);
		expect(await services.streams.list()).toEqual([]);
	});

	it.each(['0', '-1', '1.5', 'x', '', '1e9', '101'])('tail=%s of the runs', async (tail) => {
		const { id } = await add();
		expect((await ask(runs.GET, { id, query: `?tail=${tail}` })).status).toBe(400);
	});

	it('names an unknown id', async () => {
		for (const route of [one.GET, health.GET, runs.GET, logs.GET, activate.POST, retry.POST, one.DELETE]) {
			expect((await ask(route, { id: 'none' })).status).toBe(404);
		}
	});

	it('a source that is not allowed is told by the probe, without opening it', async () => {
		const response = await ask(probe.POST, { body: { url: 'http://[::ffff:169.254.169.254]/' } });
		expect(response.status).toBe(200);
		expect(await response.json()).toMatchObject({ ok: false, failure: { code: 'not_allowed' } });
	});
});

describe('settings and places', () => {
	it('are saved as they were read', async () => {
		const read = (await (await ask(system.GET)).json()) as object;
		const saved = await ask(system.PUT, { body: { ...read, live_preview_fps: 3 } });
		expect(saved.status).toBe(200);
		expect(await (await ask(system.GET)).json()).toMatchObject({ live_preview_fps: 3 });
		expect((await ask(system.PUT, { body: { live_preview_fps: 99 } })).status).toBe(400);
	});

	it('are not searched where no service is configured, nor for nonsense', async () => {
		expect((await ask(geocode.GET, { query: '?q=berlin' })).status).toBe(404);
		expect((await ask(reverse.GET, { query: '?lat=1.5&lon=-2' })).status).toBe(404);
		for (const query of ['', '?q=', '?q=a', `?q=${'x'.repeat(201)}`])
			expect((await ask(geocode.GET, { query })).status).toBe(400);
		for (const query of [
			'?lat=1',
			'?lat=91&lon=0',
			'?lat=x&lon=0',
			'?lat=&lon=0',
			'?lat=0x1&lon=0',
			'?lat=1e1&lon=0'
		]) {
			expect((await ask(reverse.GET, { query })).status).toBe(400);
		}
	});
});
