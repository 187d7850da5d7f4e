// The built server followed from outside: one trace from a frame to its delivery, requests by their ids, and no secret in log or trace.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startOtlpReceiver, type OtlpReceiver, type ReceivedSpan } from '../support/otlp.ts';
import {
	client,
	freePort,
	film,
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const FILM = film('yard');
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
/** Nobody writes these by chance. */
const SECRETS = {
	camera: 'camera-hunter2-kq7',
	webhook: 'webhook-hunter2-wm3',
	receiver: 'receiver-hunter2-with-24-letters',
	nats: 'nats-hunter2-zx9',
	key: 'secret-key-hunter2-with-at-least-32-letters',
	metrics: 'metrics-hunter2-with-letters',
	otlp: 'otlp-hunter2-header'
};

let collector: OtlpReceiver;
let server: RunningServer;
let admin: Client;
let apiKey: string;
let desk: Server;
const told: { headers: IncomingHttpHeaders; alert: string }[] = [];

beforeAll(async () => {
	collector = await startOtlpReceiver();
	desk = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk) => (body += chunk));
		request.on('end', () => {
			told.push({ headers: request.headers, alert: body });
			response.end('taken');
		});
	}).listen(0, '127.0.0.1');
	await once(desk, 'listening');
	server = await startServer({
		env: {
			LOG_LEVEL: 'trace',
			VF_SECRET_KEY: SECRETS.key,
			VF_METRICS_TOKEN: SECRETS.metrics,
			VF_WEBHOOK_TOKEN: SECRETS.receiver,
			VF_INSTANCE_ID: 'tower',
			// Nobody is there: what the client says of that is logged, again and again.
			NATS_URL: `nats://bus:${SECRETS.nats}@127.0.0.1:${await freePort()}`,
			OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
			OTEL_EXPORTER_OTLP_HEADERS: `authorization=${SECRETS.otlp}`,
			OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
			OTEL_BSP_SCHEDULE_DELAY: '200',
			OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
			OTEL_TRACES_SAMPLER_ARG: '0'
		}
	});
	admin = await setUp(server);
});
afterAll(async () => {
	await server?.end();
	desk?.close();
	collector?.close();
	if (server) removeDataDir(server.dataDir);
});

async function made(path: string, body: object): Promise<{ id: string; key?: string }> {
	const answer = await admin.json('POST', path, body);
	expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
	return answer.body as { id: string };
}

const lines = () =>
	server
		.output()
		.split('\n')
		.filter((line) => line.startsWith('{'))
		.map((line) => JSON.parse(line) as Record<string, unknown>);

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

describe('an alert', () => {
	it('is one trace, from the frame that made its rule fire to each delivery', async () => {
		const address = `http://desk:${SECRETS.webhook}@127.0.0.1:${(desk.address() as AddressInfo).port}/?token=${SECRETS.webhook}`;
		const config = { url: address, secret: SECRETS.webhook };
		const channel = await made('/api/v1/channels', { name: 'Desk', type: 'webhook', config });
		const stream = await made('/api/v1/streams', { name: 'Yard', rtsp_url: FILM });
		const rule = await made('/api/v1/rules', {
			name: 'Always',
			stream_id: stream.id,
			condition: { type: 'count', classes: [], op: 'under', value: 10_000 },
			channel_ids: [channel.id],
			sustain_s: 0,
			release_s: 0,
			cooldown_s: 0
		});
		const delivery = await eventually(
			async () => collector.spans.find(({ name }) => name === 'deliver webhook'),
			(span) => span !== undefined
		);
		const names = [
			'process frame',
			'capture',
			'measure flow',
			'detect objects',
			'judge rules',
			'rule firing'
		];
		const spans = await eventually(
			async () => spansOf(delivery!.traceId),
			(found) => names.every((name) => found.some((span) => span.name === name))
		);
		const named = (name: string) => spans.find((span) => span.name === name)!;
		const above = (span: ReceivedSpan) => spans.find(({ spanId }) => spanId === span.parentSpanId)?.name;
		expect(named('process frame').parentSpanId).toBeNull();
		for (const name of names.slice(1)) expect(above(named(name))).toBe('process frame');
		expect(above(named('open alert'))).toBe('rule firing');
		expect(above(named('plan deliveries'))).toBe('open alert');
		expect(above(delivery!)).toBe('plan deliveries');
		expect(named('open alert').attributes).toMatchObject({ 'stream.id': stream.id, 'rule.id': rule.id });
		expect(named('capture').attributes).toMatchObject({ 'stream.name': 'Yard', 'stream.id': stream.id });
		expect(delivery!.resource).toMatchObject({
			'service.name': 'vector-flow',
			'service.instance.id': 'tower',
			'deployment.environment.name': 'test'
		});
		expect(named('capture').startedAt).toBeLessThanOrEqual(named('measure flow').startedAt);
		expect(named('measure flow').endedAt).toBeLessThanOrEqual(delivery!.startedAt);
		// And whoever is told can go on with it; what it is told is the alert alone.
		const [first] = told;
		expect(first!.headers['traceparent']).toBe(`00-${delivery!.traceId}-${delivery!.spanId}-01`);
		expect(first!.alert).not.toContain('traceparent');
	}, 60_000);

	it('its run speaks of itself in the log, by its ids', () => {
		const live = lines().find(({ msg }) => msg === 'the stream is live');
		expect(live).toMatchObject({ level: 'info', instance: 'tower', stream: 'Yard' });
		expect(live).toMatchObject({
			stream_id: expect.any(String) as string,
			run_id: expect.any(String) as string
		});
	});
});

describe('a request', () => {
	const ask = (headers: Record<string, string>, path = '/api/v1/streams') => admin.fetch(path, { headers });
	const lineOf = (id: string) =>
		eventually(
			async () => lines().find(({ msg, request_id }) => msg === 'request' && request_id === id),
			(line) => line !== undefined,
			5
		);

	it('goes on with the trace and the id that a proxy gave it', async () => {
		const traceparent = `00-${TRACE}-${CALLER}-01`;
		const answer = await ask({ traceparent, 'x-request-id': 'proxy-0123456789' });
		expect(answer.headers.get('x-request-id')).toBe('proxy-0123456789');
		const line = await lineOf('proxy-0123456789');
		expect(line).toMatchObject({
			level: 'debug',
			method: 'GET',
			path: '/api/v1/streams',
			status: 200,
			trace_id: TRACE
		});
		const [root] = await eventually(
			async () => spansOf(TRACE).filter(({ parentSpanId }) => parentSpanId === CALLER),
			(found) => found.length > 0
		);
		expect(root).toMatchObject({
			name: 'GET /api/v1/streams',
			attributes: { 'request.id': 'proxy-0123456789', 'http.response.status_code': 200 }
		});
	});

	it.each(['short', 'a b c d e f g h', '"};{"level":"fatal"}', 'x'.repeat(500)])(
		'takes no id that is none: %s',
		async (given) => {
			const id = (await ask({ 'x-request-id': given })).headers.get('x-request-id');
			expect(id).toMatch(/^[0-9a-f-]{36}$/);
		}
	);

	it('is no trace where the caller decided so, or sent nonsense', async () => {
		const before = collector.spans.length;
		const ids = ['not-a-trace', `00-${TRACE}-${'0'.repeat(16)}-01`, `00-${'e'.repeat(32)}-${CALLER}-00`];
		for (const traceparent of ids) expect((await ask({ traceparent })).status).toBe(200);
		await ask({ traceparent: `00-${'f'.repeat(32)}-${CALLER}-01` });
		await eventually(
			async () => spansOf('f'.repeat(32)),
			(found) => found.length > 0
		);
		const requests = collector.spans.slice(before).filter(({ name }) => name.startsWith('GET /api'));
		expect(requests.map(({ traceId }) => traceId)).toEqual(['f'.repeat(32)]);
	});

	it('has nothing of its query in the log', async () => {
		await ask({ 'x-request-id': 'with-a-query' }, `/api/v1/streams?token=${SECRETS.webhook}`);
		expect(await lineOf('with-a-query')).toMatchObject({ path: '/api/v1/streams' });
	});
});

it('says no secret, in the log at its most talkative or in a trace', async () => {
	const camera = {
		name: 'Gate',
		rtsp_url: `rtsp://viewer:${SECRETS.camera}@127.0.0.1:${await freePort()}/1`
	};
	const { id } = await made('/api/v1/streams', camera);
	await admin.json('POST', '/api/v1/streams/probe', { url: camera.rtsp_url });
	const made2 = await admin.json('POST', '/api/v1/api-keys', { name: 'Script', role: 'viewer' });
	apiKey = String((made2.body as { key?: string }).key);
	expect(apiKey.length).toBeGreaterThan(10);
	const caller = { traceparent: `00-${'c'.repeat(32)}-${CALLER}-01` };
	const script = client(server, { authorization: `Bearer ${apiKey}`, ...caller });
	expect((await script.fetch(`/api/v1/streams?api_key=${apiKey}`)).status).toBeLessThan(500);
	await client(server, caller).fetch(`/api/v1/alerts/webhook?token=${SECRETS.receiver}`, {
		method: 'POST',
		body: '{'
	});
	await client(server).fetch('/metrics', { headers: { authorization: `Bearer ${SECRETS.metrics}` } });
	await eventually(
		async () => (await admin.json('GET', `/api/v1/streams/${id}/health`)).body as { status: string },
		({ status }) => status === 'stream_error'
	);
	await eventually(
		async () => spansOf('c'.repeat(32)),
		(found) => found.some(({ name }) => name === 'GET /api/v1/streams')
	);
	const out = server.output() + collector.text();
	expect(out).toContain('"Gate"');
	for (const secret of [...Object.values(SECRETS), apiKey]) expect(out).not.toContain(secret);
});

it('a collector that is away costs a warning, and the stop no time', async () => {
	const away = await startServer({
		dataDir: newDataDir(),
		env: {
			OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://collector:${SECRETS.otlp}@127.0.0.1:${await freePort()}/v1/traces`,
			OTEL_EXPORTER_OTLP_TIMEOUT: '300',
			OTEL_BSP_SCHEDULE_DELAY: '50',
			OTEL_TRACES_SAMPLER: 'sometimes'
		}
	});
	try {
		const warned = () =>
			away
				.output()
				.split('\n')
				.filter((line) => line.includes('traces cannot be sent'));
		for (let times = 0; times < 20; times++) await fetch(`${away.url}/health/live`);
		await eventually(
			async () => warned(),
			(found) => found.length > 0
		);
		for (let times = 0; times < 20; times++) await fetch(`${away.url}/health/live`);
		expect(warned()).toHaveLength(1);
		expect(away.output()).toContain('OTEL_TRACES_SAMPLER is not understood');
		expect(away.output()).not.toContain(SECRETS.otlp);
	} finally {
		const { code, ms } = await away.end();
		removeDataDir(away.dataDir);
		expect(code).toBe(0);
		expect(ms).toBeLessThan(6000);
	}
});
