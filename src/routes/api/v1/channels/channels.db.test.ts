// Channels through their routes: roles, secrets that stay secret, bad input in words, tests that say they are.
import type { RequestEvent } from '@sveltejs/kit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import type { ChannelRecord, ChannelTest, DeliveryRecord } from '#lib/contracts/channel.ts';
import type { Problem } from '#lib/contracts/problem.ts';
import * as one from './[id]/+server.ts';
import * as log from './[id]/deliveries/+server.ts';
import * as retry from './[id]/deliveries/[deliveryId]/retry/+server.ts';
import * as test from './[id]/test/+server.ts';
import * as all from './+server.ts';
import * as ofAlert from '../alerts/[id]/deliveries/+server.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { channels } from '#lib/server/db/schema/delivery.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createDelivery } from '#lib/server/delivery/index.ts';
import { startHttpReceiver, type HttpReceiver } from '#lib/server/delivery/senders/testing.ts';

let database: TestDatabase;
let receiver: HttpReceiver;
const silent = pino({ level: 'silent' });

beforeAll(async () => {
	database = await startTestDatabase();
	receiver = await startHttpReceiver();
});
afterAll(async () => {
	await receiver.stop();
	await database.stop();
});
beforeEach(() => database.reset());

function services(secretKey = 'k'.repeat(32)): Services {
	const config = { secretKey, sourceDeny: ['169.254.0.0/16'], origin: 'https://vf.example' };
	const delivery = createDelivery({ db: database.db, bus: createMemoryBus(silent), log: silent, config });
	return { log: silent, delivery } as Partial<Services> as Services;
}

type Route = (event: RequestEvent) => Promise<Response>;
interface Asked {
	role?: Role | null;
	params?: Record<string, string>;
	body?: unknown;
	with?: Services;
	headers?: Record<string, string>;
}

function ask(route: Route, { role = 'admin', params = {}, body, with: rooms, headers = {} }: Asked = {}) {
	const url = new URL('http://localhost/api/v1/channels');
	const request = new Request(
		url,
		body === undefined ? { headers } : { method: 'POST', body: JSON.stringify(body), headers }
	);
	const identity = role && { userId: 'u', email: 'u@x.y', name: 'U', role, via: 'session' as const };
	const locals = { services: rooms ?? services(), identity, requestId: 'r' };
	return route({ request, url, params, locals } as unknown as RequestEvent);
}

async function answerOf<T>(route: Route, asked: Asked, status = 200): Promise<T> {
	const response = await ask(route, asked);
	const text = await response.text();
	expect(response.status, text).toBe(status);
	return (text === '' ? undefined : JSON.parse(text)) as T;
}

const SECRETS = ['hunter22', 'sig-key-1', 'Bearer-abc-1', 'B0a1zZ9K2mN4pQ6r'];
const hook = (rest: object = {}) => ({
	name: 'Hook',
	type: 'webhook',
	config: {
		url: `${receiver.url.replace('//', '//me:hunter22@')}/services/B0a1zZ9K2mN4pQ6r?room=2`,
		secret: 'sig-key-1',
		headers: { Authorization: 'Bearer Bearer-abc-1', 'Content-Type': 'application/json' }
	},
	...rest
});
const add = (body: unknown = hook()) => answerOf<ChannelRecord>(all.POST, { body }, 201);
const refused = async (route: Route, asked: Asked, status = 400) =>
	(await answerOf<Problem>(route, asked, status)).errors?.[0] ?? null;

describe('who may do what', () => {
	const routes: [string, Route, Role][] = [
		['list', all.GET, 'viewer'],
		['read', one.GET, 'viewer'],
		['log', log.GET, 'viewer'],
		['log of an alert', ofAlert.GET, 'viewer'],
		['test', test.POST, 'operator'],
		['retry', retry.POST, 'operator'],
		['replace', one.PUT, 'admin'],
		['change', one.PATCH, 'admin'],
		['remove', one.DELETE, 'admin'],
		['add', all.POST, 'admin']
	];
	it.each(routes)('%s', async (_, route, least) => {
		const order: (Role | null)[] = [null, 'viewer', 'operator', 'admin'];
		for (const role of order) {
			const { status } = await ask(route, { role, params: { id: 'none', deliveryId: 'none' }, body: {} });
			const expected = role === null ? 401 : 403;
			if (order.indexOf(role) < order.indexOf(least)) expect(status, String(role)).toBe(expected);
			else expect([200, 400, 404], String(role)).toContain(status);
		}
	});
});

describe('secrets', () => {
	it('are told to nobody, and are in no column as they are', async () => {
		const added = await add();
		const [row] = await database.db.select().from(channels);
		const listed = await answerOf<ChannelRecord[]>(all.GET, { role: 'viewer' });
		const told = JSON.stringify([added, listed, row]);
		for (const secret of SECRETS) expect(told).not.toContain(secret);
		expect(added.config).toMatchObject({
			url: expect.stringMatching(/\/\/me:\*\*\*@127\.0\.0\.1:\d+\/services\/\*\*\*\?room=2$/) as string,
			secret: '***',
			headers: { Authorization: '***', 'Content-Type': 'application/json' }
		});
	});

	it('stay when they come back masked, whatever else changes at the same host', async () => {
		const added = await add();
		const url = String(added.config['url']).replace('room=2', 'room=3');
		const body = { ...added, name: 'Other', config: { ...added.config, url } };
		const replaced = await answerOf<ChannelRecord>(one.PUT, { params: { id: added.id }, body });
		expect(replaced.name).toBe('Other');
		await answerOf<ChannelTest>(test.POST, { params: { id: added.id } });
		const { url: path, headers } = receiver.received.at(-1)!;
		expect(path).toBe('/services/B0a1zZ9K2mN4pQ6r?room=3');
		expect(headers.authorization).toBe(`Basic ${btoa('me:hunter22')}`);
		expect(headers['x-vectorflow-signature']).toMatch(/^sha256=[0-9a-f]{64}$/);
	});

	it('have to be typed again for another host, user or kind', async () => {
		const { id, config } = await add();
		const stolen = async (change: object) =>
			refused(one.PATCH, { params: { id }, body: { config: { ...config, ...change } } });
		const elsewhere = String(config['url']).replace(/127\.0\.0\.1:\d+/, 'evil.example');
		expect(await stolen({ url: elsewhere })).toMatchObject({ path: 'config.url' });
		expect(await stolen({ url: 'https://evil.example/' })).toMatchObject({
			path: 'config.secret',
			message: expect.stringContaining('type it again') as string
		});
		expect(await stolen({ url: String(config['url']).replace('me:', 'you:') })).not.toBeNull();
		const other = { name: 'T', type: 'mqtt', config: { url: 'mqtt://evil.example', password: '***' } };
		expect(await refused(one.PUT, { params: { id }, body: other })).toMatchObject({
			path: 'config.password'
		});
		expect(await refused(all.POST, { body: other })).toMatchObject({ path: 'config.password' });
	});

	it('that another key sealed say so, and stay until they are typed again', async () => {
		const { id, config } = await add();
		const later = services('another key'.repeat(4));
		const tested = await answerOf<ChannelTest>(test.POST, { params: { id }, with: later });
		expect(tested).toMatchObject({ ok: false, answer: expect.stringContaining('VF_SECRET_KEY') as string });
		await answerOf(one.PATCH, { params: { id }, body: { enabled: false }, with: later });
		expect(await answerOf<ChannelTest>(test.POST, { params: { id } })).toMatchObject({ ok: true });
		const changed = { config: { ...config, template: '{{name}}' } };
		expect(await refused(one.PATCH, { params: { id }, body: changed, with: later })).not.toBeNull();
	});

	it('are masked in what the other side says of them', async () => {
		receiver.behave((request, response, body) =>
			response.writeHead(401).end(`${request.url} ${request.headers.authorization} ${body.slice(0, 5)}`)
		);
		const { id } = await add(
			hook({
				config: {
					url: `${receiver.url}/services/B0a1zZ9K2mN4pQ6r`,
					headers: { Authorization: 'Bearer Bearer-abc-1' }
				}
			})
		);
		const { answer, ok } = await answerOf<ChannelTest>(test.POST, { params: { id } });
		const [logged] = await answerOf<DeliveryRecord[]>(log.GET, { params: { id } });
		receiver.behave((_, response) => response.end('ok'));
		expect(ok).toBe(false);
		expect(answer).toContain('/services/***');
		expect(logged).toMatchObject({ event: 'test', state: 'failed', answer });
		for (const secret of SECRETS) expect(answer).not.toContain(secret);
	});
});

describe('bad input', () => {
	const webhook = (config: object) => ({
		name: 'x',
		type: 'webhook',
		config: { url: 'http://127.0.0.1/', ...config }
	});
	it.each<[string, unknown, string]>([
		['no kind', { name: 'x' }, 'type'],
		['no web address', webhook({ url: 'ftp://x/' }), 'config.url'],
		['a denied address', webhook({ url: 'http://169.254.169.254/' }), 'config.url'],
		['the same, spelled otherwise', webhook({ url: 'http://2852039166/' }), 'config.url'],
		['an unknown field', webhook({ template: 'Hello {{nmae}}' }), 'config.template'],
		['a template that makes no JSON', webhook({ template: '{"text": {{name}' }), 'config.template'],
		['a header of the connection', webhook({ headers: { Host: 'x' } }), 'config.headers.Host'],
		['a header with a line end', webhook({ headers: { A: 'x\r\nB: y' } }), 'config.headers.A'],
		[
			'a wildcard topic',
			{ name: 'x', type: 'mqtt', config: { url: 'mqtt://b', topic: 'a/#' } },
			'config.topic'
		],
		['a denied host', { name: 'x', type: 'tcp', config: { host: '169.254.1.1', port: 1 } }, 'config.host'],
		[
			'a recipient with a second header',
			{
				name: 'x',
				type: 'email',
				config: { host: 'm', from: 'a@b.co', to: ['a@b.co\r\nBcc: c@d.co'] }
			},
			'config.to.0'
		]
	])('%s', async (_, body, path) => {
		expect((await refused(all.POST, { body }))?.path).toBe(path);
	});

	it('an unknown channel, a version that is old, a kind that changes by a patch', async () => {
		const { id } = await add();
		await answerOf(one.GET, { params: { id: crypto.randomUUID() } }, 404);
		await answerOf(ofAlert.GET, { params: { id: crypto.randomUUID() } }, 404);
		const old = { 'if-match': '"2020-01-01T00:00:00.000Z"' };
		await answerOf(one.PATCH, { params: { id }, body: { enabled: false }, headers: old }, 409);
		await answerOf(one.PATCH, { params: { id }, body: { type: 'mqtt' } }, 400);
	});
});

describe('a test', () => {
	it('says that it is one, with what came back, and stands in the log', async () => {
		const { id } = await add(hook({ enabled: false, max_per_hour: 1 }));
		expect(await answerOf<ChannelTest>(test.POST, { params: { id } })).toMatchObject({
			ok: true,
			answer: '200 ok'
		});
		const { headers, body } = receiver.received.at(-1)!;
		expect(headers['x-vectorflow-event']).toBe('test');
		expect(JSON.parse(body)).toMatchObject({ name: 'Test of Hook', labels: { test: 'true' } });
		const [logged] = await answerOf<DeliveryRecord[]>(log.GET, { params: { id } });
		expect(logged).toMatchObject({ id: headers['idempotency-key'], event: 'test', state: 'delivered' });
		await answerOf(retry.POST, { params: { id, deliveryId: logged!.id } }, 409);
	});

	it('runs once at a time', async () => {
		const { id } = await add();
		const rooms = services();
		let release = () => {};
		const asked = new Promise<void>((resolve) =>
			receiver.behave((_, response) => {
				release = () => void response.end('ok');
				resolve();
			})
		);
		const first = ask(test.POST, { params: { id }, with: rooms });
		await asked;
		const second = await ask(test.POST, { params: { id }, with: rooms });
		receiver.behave((_, response) => response.end('ok'));
		release();
		expect([(await first).status, second.status]).toEqual([200, 429]);
	});

	it('goes with its channel', async () => {
		const { id } = await add();
		await answerOf(test.POST, { params: { id } });
		await answerOf(one.DELETE, { params: { id } }, 204);
		await answerOf(log.GET, { params: { id } }, 404);
	});
});
