// Alerts of the running server when the worst happens meanwhile: it is killed, its database stands still, somebody sends nonsense.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { tinyModel } from '#lib/server/models/testing/tiny.ts';
import { eventually } from '../support/eventually.ts';
import {
	ADMIN,
	client,
	film,
	newDataDir,
	removeDataDir,
	setUp,
	signIn,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const FILM = film('yard');
/** True of every picture: its alert fires as long as the rule is on. */
const ALWAYS = { type: 'count', classes: [], op: 'under', value: 10_000 };
const AT_ONCE = { sustain_s: 0, release_s: 0, cooldown_s: 0 };

let server: RunningServer;
let admin: Client;
let desk: Server;
let streamId: string;
let channelId: string;
const told: { key: unknown; event: unknown; alert: { id: string; starts_at: string } }[] = [];

beforeAll(async () => {
	desk = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			const { 'idempotency-key': key, 'x-vectorflow-event': event } = request.headers;
			told.push({ key, event, alert: JSON.parse(body) as (typeof told)[number]['alert'] });
			response.end('taken');
		});
	}).listen(0, '127.0.0.1');
	await once(desk, 'listening');
	server = await startServer({ dataDir: newDataDir() });
	admin = await setUp(server);
	channelId = await made('/api/v1/channels', {
		name: 'Desk',
		type: 'webhook',
		config: { url: `http://127.0.0.1:${(desk.address() as AddressInfo).port}/` }
	});
	streamId = await made('/api/v1/streams', { name: 'Yard', rtsp_url: FILM });
	await untilAnalysed();
});
afterAll(async () => {
	await server?.end();
	desk?.close();
	if (server) removeDataDir(server.dataDir);
});

async function made(path: string, body: object): Promise<string> {
	const answer = await admin.json('POST', path, body);
	expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
	return (answer.body as { id: string }).id;
}

const untilAnalysed = () =>
	eventually(
		async () => (await admin.json('GET', `/api/v1/streams/${streamId}/health`)).body as { fps: number },
		({ fps }) => fps > 0
	);

const ruleOf = (over: object) =>
	made('/api/v1/rules', {
		name: 'Always',
		stream_id: streamId,
		condition: ALWAYS,
		channel_ids: [channelId],
		...AT_ONCE,
		...over
	});

const switchOff = (ruleId: string) => admin.json('PATCH', `/api/v1/rules/${ruleId}`, { enabled: false });

async function alertsOf(ruleId: string): Promise<AlertRecord[]> {
	return (await admin.json('GET', `/api/v1/alerts?rule_id=${ruleId}`)).body as AlertRecord[];
}

const toldOf = (id: string) => told.filter(({ alert }) => alert.id === id);

async function killedAndStarted(): Promise<void> {
	await server.end('SIGKILL');
	server = await startServer({ dataDir: server.dataDir });
	admin = await signIn(server, ADMIN);
}

/** What an alert comes to in the end: it is one, over, and told once from begin to end. */
async function expectOnce(ruleId: string): Promise<AlertRecord> {
	const [alert, ...others] = await eventually(
		() => alertsOf(ruleId),
		([first]) => first?.status === 'resolved' && first.deliveries.delivered === 2,
		20
	);
	expect(others).toEqual([]);
	const events = toldOf(alert!.id);
	expect(events.map(({ event }) => event)).toEqual(['alert.firing', 'alert.resolved']);
	expect(new Set(events.map(({ key }) => key)).size).toBe(2);
	return alert!;
}

describe('kill -9', () => {
	it('while it fires leaves it one alert, with its picture, and each event told once', async () => {
		const ruleId = await ruleOf({});
		await eventually(
			() => alertsOf(ruleId),
			([first]) => first?.deliveries.delivered === 1
		);
		await killedAndStarted();
		await untilAnalysed();
		await sleep(1500); // the new worker says so again
		expect((await alertsOf(ruleId)).map(({ status }) => status)).toEqual(['firing']);
		await switchOff(ruleId);
		expect((await expectOnce(ruleId)).snapshot_url).not.toBeNull();
	});

	it('between the alert and its delivery keeps the delivery, and says why there is no picture', async () => {
		const live = await admin.fetch('/api/v1/live?streams=');
		const ruleId = await ruleOf({});
		let news = '';
		for await (const chunk of live.body!) {
			news += Buffer.from(chunk).toString();
			if (/event: alert\n.*firing/.test(news)) break;
		}
		await killedAndStarted();
		await eventually(
			() => alertsOf(ruleId),
			([first]) => first?.deliveries.delivered === 1,
			70 // had the attempt begun already, it is made again once its lease is over
		);
		await switchOff(ruleId);
		const { snapshot_url, snapshot_problem } = await expectOnce(ruleId);
		expect(snapshot_url ?? snapshot_problem).toBeTruthy();
	});
});

it('a database that stands still while a breach begins loses nothing of it', async () => {
	const ruleId = await ruleOf({ sustain_s: 3 });
	const made = Date.now();
	await sleep(1000); // the worker has the rule by then
	const pid = postmaster();
	for (const one of [pid, ...childrenOf(pid)]) process.kill(one, 'SIGSTOP');
	try {
		const { body } = await eventually(
			() => client(server).json('GET', '/health'),
			({ body: { status } }) => status === 'degraded',
			20
		);
		expect(body).toMatchObject({ details: { database: { state: 'degraded' }, streamsConnected: 1 } });
		await sleep(Math.max(0, made + 5000 - Date.now()));
	} finally {
		for (const one of [...childrenOf(pid), pid]) process.kill(one, 'SIGCONT');
	}
	const [alert] = await eventually(
		() => alertsOf(ruleId),
		(list) => Array.isArray(list) && list.length > 0,
		30
	);
	expect(Date.parse(alert!.starts_at) - made).toBeLessThan(5000);
	await switchOff(ruleId);
	await expectOnce(ruleId);
});

function postmaster(): number {
	const file = join(server.dataDir, 'postgres', 'data', 'postmaster.pid');
	return Number(readFileSync(file, 'utf8').split('\n')[0]);
}

function childrenOf(pid: number): number[] {
	const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
	return children.split(' ').filter(Boolean).map(Number);
}

describe('what nobody should send', () => {
	it.each([
		['a class with NUL', '/api/v1/rules', { condition: { ...ALWAYS, classes: ['a\u0000'] } }, 'condition'],
		['half a character', '/api/v1/rules', { condition: { ...ALWAYS, classes: ['\ud800'] } }, 'condition'],
		[
			'a time zone of Mars',
			'/api/v1/rules',
			{
				condition: ALWAYS,
				schedule: { timezone: 'Mars/Base', windows: [{ days: [1], from: '10:00', to: '11:00' }] }
			},
			'schedule.timezone'
		],
		[
			'a template with NUL',
			'/api/v1/channels',
			{ type: 'webhook', config: { url: 'http://127.0.0.1/', template: 'a\u0000' } },
			'config.template'
		],
		[
			'an address with NUL',
			'/api/v1/channels',
			{ type: 'webhook', config: { url: 'http://127.0.0.1/\u0000' } },
			'config.url'
		],
		[
			'a denied network, written as a number',
			'/api/v1/channels',
			{ type: 'webhook', config: { url: 'http://2852039166/' } },
			'config.url'
		]
	])('%s is refused by its field', async (_, path, body, field) => {
		const whole = path === '/api/v1/rules' ? { stream_id: streamId, ...body } : body;
		expect(await admin.json('POST', path, { name: 'x', ...whole })).toMatchObject({
			status: 400,
			body: { code: 'invalid_input', errors: [{ path: expect.stringContaining(field) as string }] }
		});
	});

	it('a model that is none, and a name that leads elsewhere', async () => {
		const upload = async (body: Uint8Array<ArrayBuffer>, query = '') => {
			const answer = await admin.fetch(`/api/v1/models${query}`, { method: 'POST', body });
			return { status: answer.status, body: (await answer.json()) as { id: string; labels: string[] } };
		};
		const bytes = (names: string, cut?: number) => new Uint8Array(tinyModel({ names })).slice(0, cut);
		expect(await upload(new Uint8Array())).toMatchObject({ status: 400 });
		expect(await upload(bytes('', 999))).toMatchObject({ status: 422, body: { code: 'model_unusable' } });
		const odd = await upload(bytes("{0: '__proto__', 1: 'a\u0000b'}"), '?name=..%2F..%2Fetc%2Fpasswd');
		expect(odd).toMatchObject({ status: 201, body: { labels: ['__proto__', 'a\ufffdb'] } });

		// And its classes are classes like any other.
		const path = `/api/v1/streams/${streamId}`;
		const chosen = { model_id: odd.body.id, detection_gated: false };
		expect(await admin.json('PATCH', path, chosen)).toMatchObject({ status: 200 });
		expect(await admin.json('DELETE', `/api/v1/models/${odd.body.id}`)).toMatchObject({ status: 409 });
		const condition = { type: 'object_in_zone', classes: ['__proto__'] };
		const ruleId = await ruleOf({ condition, channel_ids: [] });
		const [alert] = await eventually(
			() => alertsOf(ruleId),
			([first]) => first !== undefined
		);
		expect(alert).toMatchObject({ status: 'firing', labels: { class: '__proto__' } });
		await switchOff(ruleId);
	});
});
