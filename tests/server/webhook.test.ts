// Alerts from Grafana and Alertmanager on the running server: their messages over HTTP, seen live, and whatever else somebody may send.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { ReceivedAlert } from '#lib/contracts/received.ts';
import {
	alertmanager,
	grafana,
	grafanaAlert,
	grafanaResolved,
	prometheusAlert
} from '#lib/server/received/testing/payloads.ts';
import {
	client,
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const PATH = '/api/v1/alerts/webhook';
let server: RunningServer;
let admin: Client;
let token: string;

beforeAll(async () => {
	server = await startServer({ dataDir: newDataDir(), env: { LOG_LEVEL: 'trace', VF_ROLES: 'web' } });
	admin = await setUp(server);
	token = readFileSync(join(server.dataDir, 'webhook.token'), 'utf8').trim();
});
afterAll(async () => {
	await server?.end();
	if (server) removeDataDir(server.dataDir);
});

const sender = (headers: Record<string, string> = { authorization: `Bearer ${token}` }) =>
	client(server, headers);
const send = (body: unknown, headers?: Record<string, string>) => sender(headers).json('POST', PATH, body);
const received = async () => (await admin.json('GET', '/api/v1/alerts?source=grafana')).body as AlertRecord[];

/** The alerts of the event stream from when it is open on. */
async function watchAlerts() {
	const stop = new AbortController();
	const response = await admin.fetch('/api/v1/live', { signal: stop.signal });
	expect(response.status).toBe(200);
	const alerts: AlertRecord[] = [];
	const reading = (async () => {
		let text = '';
		const decoder = new TextDecoder();
		for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
			text += decoder.decode(chunk, { stream: true });
			const events = text.split('\n\n');
			text = events.pop() ?? '';
			for (const event of events) {
				if (!/^event: alert$/m.test(event)) continue;
				alerts.push(JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? 'null') as AlertRecord);
			}
		}
	})().catch(() => undefined);
	return {
		alerts,
		async until(count: number) {
			for (let tries = 0; alerts.length < count && tries < 100; tries++) await sleep(100);
			return alerts;
		},
		async end() {
			stop.abort();
			await reading;
		}
	};
}

describe('the secret', () => {
	it('is made at the first start, for the server alone, and told to admins', async () => {
		expect(statSync(join(server.dataDir, 'webhook.token')).mode & 0o777).toBe(0o600);
		expect((await admin.json('GET', PATH)).body).toEqual({
			...{ token, from: 'file' },
			url: `${server.url}${PATH}`
		});
	});

	it('is a bearer, the password of Basic, or part of the address', async () => {
		const basic = `Basic ${Buffer.from(`grafana:${token}`).toString('base64')}`;
		expect((await send(grafana([]))).status).toBe(200);
		expect((await send(grafana([]), { authorization: basic })).status).toBe(200);
		expect((await client(server).json('POST', `${PATH}?token=${token}`, grafana([]))).status).toBe(200);
	});

	it('opens nothing else, and nothing else opens this', async () => {
		expect((await sender().fetch('/api/v1/alerts')).status).toBe(401);
		expect(await admin.json('POST', PATH, grafana([]))).toMatchObject({
			...{ status: 401, body: { code: 'unauthenticated' } }
		});
	});
});

describe('messages', () => {
	it('of Grafana are listed, told, acknowledged and seen live', async () => {
		const stream = await admin.json('POST', '/api/v1/streams', {
			...{ name: 'Yard', rtsp_url: 'rtsp://10.255.255.1/x', is_active: false }
		});
		const streamId = (stream.body as { id: string }).id;
		const watched = await watchAlerts();
		const labels = { ...grafanaAlert().labels, stream_id: streamId };
		const answer = await send(grafana([grafanaAlert({ labels })]));
		expect(answer).toMatchObject({ status: 200, body: { received: 1, opened: 1 } });
		const [alert] = await received();
		expect(alert).toMatchObject({ source: 'grafana', status: 'firing', stream_id: streamId });
		await admin.json('POST', `/api/v1/alerts/${alert!.id}/acknowledge`);
		await send(grafana([grafanaResolved({ labels })]));
		const seen = await watched.until(3);
		await watched.end();
		expect(seen.map(({ id, status, acknowledged_by }) => [id, status, acknowledged_by])).toEqual([
			[alert!.id, 'firing', null],
			[alert!.id, 'firing', 'admin@example.org'],
			[alert!.id, 'resolved', 'admin@example.org']
		]);
		const told = (await admin.json('GET', `/api/v1/alerts/${alert!.id}/received`)).body as ReceivedAlert;
		expect(told).toMatchObject({ sender: 'grafana', deliveries: 2, rule_uid: 'vf-low-fps' });
	});

	it('of Alertmanager too', async () => {
		expect((await send(alertmanager([prometheusAlert()]))).body).toMatchObject({ opened: 1 });
		expect((await received()).map(({ name }) => name)).toContain('VectorFlowStreamError');
	});

	it('that come many at once are one alert each', async () => {
		const message = grafana(
			Array.from({ length: 50 }, (_, at) => grafanaAlert({ fingerprint: `many-${at}` }))
		);
		const answers = await Promise.all(Array.from({ length: 6 }, () => send(message)));
		expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
		const many = (await received()).filter(({ fingerprint }) => fingerprint.startsWith('grafana:many-'));
		expect(many).toHaveLength(50);
	});
});

describe('bad input', () => {
	const megabytes = (count: number) => 'x'.repeat(count * 1024 * 1024);
	const raw = (body: BodyInit, headers: Record<string, string> = {}) =>
		sender().fetch(PATH, {
			...{ method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } },
			...{ duplex: 'half' }
		} as RequestInit);

	it('of 10 MB is refused, whether or not it says so', async () => {
		const body = JSON.stringify(grafana([grafanaAlert({ annotations: { summary: megabytes(10) } })]));
		expect((await raw(body)).status).toBe(413);
		const pieces = new ReadableStream({
			start(controller) {
				for (let at = 0; at < 160; at++)
					controller.enqueue(Buffer.from(body.slice(at * 65_536, (at + 1) * 65_536)));
				controller.close();
			}
		});
		expect((await raw(pieces)).status).toBe(413);
	});

	it('of nearly 1 MiB is taken', async () => {
		const summary = 'x'.repeat(1000 * 1000);
		expect((await send(grafana([grafanaAlert({ annotations: { summary } })]))).status).toBe(200);
	});

	it.each<[string, () => BodyInit, string]>([
		['no JSON', () => 'alerts!', 'bad_json'],
		['nothing', () => '', 'bad_json'],
		['another thing', () => '{"hello":"world"}', 'invalid_input'],
		['brackets without end', () => '['.repeat(1_000_000), 'bad_json'],
		['lists in lists', () => '['.repeat(400_000) + ']'.repeat(400_000), 'invalid_input'],
		[
			'a tree where labels belong',
			() => JSON.stringify(grafana([{ ...grafanaAlert(), labels: { a: { b: [{}] } } as never }])),
			'invalid_input'
		],
		[
			'a deep tree in an extra field of a label that is none',
			() =>
				`{"status":"firing","alerts":[{"status":"firing","labels":{"a":${'['.repeat(300_000)}${']'.repeat(300_000)}}}]}`,
			'invalid_input'
		],
		[
			'NUL in a label',
			() => JSON.stringify(grafana([grafanaAlert({ labels: { a: '\u0000' } })])),
			'invalid_input'
		],
		['201 alerts', () => JSON.stringify(grafana(Array(201).fill(grafanaAlert()))), 'invalid_input']
	])('%s is refused in words', async (_, body, code) => {
		const response = await raw(body());
		expect(response.status).toBe(400);
		const problem = (await response.json()) as { code: string; errors?: { path: string }[] };
		expect(problem.code).toBe(code);
		if (code === 'invalid_input') expect(problem.errors?.length).toBeGreaterThan(0);
	});

	it('nested without end in a field nobody reads is left out', async () => {
		const deep = '['.repeat(300_000) + ']'.repeat(300_000);
		const [alert] = [JSON.stringify(grafanaAlert({ fingerprint: 'deep' }))];
		const body = `{"status":"firing","alerts":[${alert.slice(0, -1)},"enrichments":${deep}}]}`;
		expect((await raw(body)).status).toBe(200);
		const found = (await received()).find(({ fingerprint }) => fingerprint === 'grafana:deep');
		const told = (await admin.json('GET', `/api/v1/alerts/${found!.id}/received`)).body as ReceivedAlert;
		expect(JSON.stringify(told.raw)).toContain('nested too deep');
	});

	it('out of order, from the future and far too long is one sensible row', async () => {
		const long = 'x'.repeat(10_000);
		const strange = {
			fingerprint: 'strange',
			labels: { alertname: 'Strange', long, __proto__x: '1' },
			startsAt: '2036-01-01T00:00:00Z',
			endsAt: '2036-01-01T01:00:00Z'
		};
		await send(grafana([grafanaResolved(strange)]));
		await send(grafana([grafanaAlert(strange)]));
		const rows = (await received()).filter(({ fingerprint }) => fingerprint === 'grafana:strange');
		expect(rows).toMatchObject([{ status: 'resolved' }]);
		expect(Date.parse(rows[0]!.starts_at)).toBeLessThanOrEqual(Date.now());
		expect(rows[0]!.labels.long).toMatch(/\(cut, 10000 characters\)$/);
	});
});

describe('at the end', () => {
	it('guesses are held up, and whoever knows the secret is not', async () => {
		const codes: number[] = [];
		for (let at = 0; at < 25; at++)
			codes.push((await send(grafana([]), { authorization: `Bearer guess-number-${at}` })).status);
		expect(codes[0]).toBe(401);
		expect(codes.at(-1)).toBe(429);
		expect((await send(grafana([]))).status).toBe(200);
	});

	it('more messages than anybody needs are refused with when to come again', async () => {
		const answers = await Promise.all(
			Array.from({ length: 620 }, () => sender().fetch(PATH, { method: 'POST', body: '{}' }))
		);
		const limited = answers.filter(({ status }) => status === 429);
		expect(limited.length).toBeGreaterThan(0);
		expect(Number(limited[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
	});

	it('no secret, and nothing of a body, is in the log', () => {
		expect(server.output()).toContain('the secret was wrong or missing');
		expect(server.output()).not.toContain(token);
		expect(server.output()).not.toContain('guess-number');
		expect(server.output()).not.toContain('fewer than 5 frames');
	});
});
