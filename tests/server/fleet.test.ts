// Several instances as people run them: a web instance that runs no camera shows those of workers, which come, go and die.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InstanceRecord } from '#lib/contracts/instance.ts';
import type { ActivityLine, LiveFrame } from '#lib/contracts/live.ts';
import type { StreamHealth } from '#lib/contracts/status.ts';
import { startNats, type NatsServer } from '#lib/server/bus/testing/nats-server.ts';
import { parseExposition } from '#lib/server/telemetry/testing/exposition.ts';
import { startPostgres, type BenchPostgres } from '../../bench/postgres.ts';
import { clip } from '../cameras/clips.ts';
import { eventually } from '../support/eventually.ts';
import {
	client,
	newDataDir,
	removeDataDir,
	setUp,
	startInVain,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const folder = newDataDir();
const running = new Set<RunningServer>();
let postgres: BenchPostgres;
let nats: NatsServer;
let film: string;
let web: RunningServer;
let admin: Client;
/** Runs anywhere; and where no instance is. */
let camera: string;
let south: string;

function envOf(id: string, roles: string, more: Record<string, string> = {}): Record<string, string> {
	return {
		DATABASE_URL: postgres.url(),
		NATS_URL: nats.url,
		VF_SECRET_KEY: 'a secret of this test and of nobody else',
		VF_MEDIA_DIRS: join(folder, 'media'),
		VF_INSTANCE_ID: id,
		VF_ROLES: roles,
		VF_INFERENCE_THREADS: '1',
		...more
	};
}

async function start(id: string, roles: string, more: Record<string, string> = {}): Promise<RunningServer> {
	const server = await startServer({ dataDir: join(folder, id), env: envOf(id, roles, more) });
	running.add(server);
	return server;
}

async function addCamera(name: string, more: object = {}): Promise<string> {
	const { status, body } = await admin.json('POST', '/api/v1/streams', {
		name,
		rtsp_url: `file:${film}`,
		fps: 5,
		analysis_width: 320,
		detection_enabled: false,
		...more
	});
	expect(status).toBe(201);
	return (body as { id: string }).id;
}

async function healthOf(id: string): Promise<StreamHealth> {
	return (await admin.json('GET', `/api/v1/streams/${id}/health`)).body as StreamHealth;
}

const instances = async () => (await admin.json('GET', '/api/v1/instances')).body as InstanceRecord[];

const runsOn = (id: string, instance: string, seconds = 20) =>
	eventually(
		() => healthOf(id),
		(health) => health.status === 'connected' && health.instance === instance,
		seconds
	);

async function sentBy(server: RunningServer): Promise<{ messages: number; bytes: number }> {
	const text = parseExposition(await (await client(server).fetch('/metrics')).text());
	return {
		messages: text.value('vector_flow_bus_messages_sent_total')!,
		bytes: text.value('vector_flow_bus_bytes_sent_total')!
	};
}

/** Bytes a second that an instance sends to the others. */
async function rateOf(server: RunningServer, seconds = 2): Promise<number> {
	const before = await sentBy(server);
	await sleep(seconds * 1000);
	return ((await sentBy(server)).bytes - before.bytes) / seconds;
}

/** Frames of a stream as its viewers get them, until the caller has seen enough. */
async function* framesOf(id: string, signal: AbortSignal): AsyncGenerator<LiveFrame> {
	const { body } = await admin.fetch(`/api/v1/live?streams=${id}`, { signal });
	let text = '';
	for await (const chunk of body!) {
		text += Buffer.from(chunk as Uint8Array).toString();
		const events = text.split('\n\n');
		text = events.pop()!;
		for (const event of events) {
			const data = /^event: frame\ndata: (.*)$/s.exec(event)?.[1];
			if (data) yield JSON.parse(data) as LiveFrame;
		}
	}
}

async function firstFrames(id: string, count: number): Promise<LiveFrame[]> {
	const stop = new AbortController();
	const frames: LiveFrame[] = [];
	for await (const frame of framesOf(id, stop.signal)) if (frames.push(frame) >= count) break;
	stop.abort();
	return frames;
}

beforeAll(async () => {
	mkdirSync(join(folder, 'media'), { recursive: true });
	[postgres, nats, film] = await Promise.all([
		startPostgres({ maxConnections: 100, settings: { fsync: 'off' } }),
		startNats(),
		clip(join(folder, 'media'), { size: '640x360', fps: 10 })
	]);
	web = await start('web', 'web,relay');
	admin = await setUp(web);
	camera = await addCamera('Anywhere');
	south = await addCamera('South', { placement: { site: 'south' } });
});
afterAll(async () => {
	await Promise.all([...running].map((server) => server.end('SIGKILL')));
	await nats?.stop();
	await postgres?.stop();
	removeDataDir(folder);
});

describe('a camera that nobody runs', () => {
	it('is on its way for a moment, then says why', async () => {
		const id = await addCamera('Just added');
		await eventually(
			() => healthOf(id),
			({ status, detail }) => status === 'starting' && detail === 'Waiting for an instance to take it',
			2
		);
		await admin.json('DELETE', `/api/v1/streams/${id}`);
		const health = await eventually(
			() => healthOf(camera),
			({ status }) => status === 'worker_down',
			10
		);
		expect(health).toMatchObject({
			code: 'capacity_reached',
			detail: 'No instance runs workers',
			runId: null,
			instance: ''
		});
		const { body } = await client(web).json('GET', '/health');
		expect(body).toMatchObject({
			status: 'healthy',
			details: { bus: { state: 'ok' }, journal: { state: 'ok' } }
		});
	});

	it('cannot be looked at from where nobody stands', async () => {
		const { status, body } = await admin.json('POST', '/api/v1/streams/probe', { url: `file:${film}` });
		expect([status, body.code]).toEqual([503, 'unavailable']);
		expect(body.detail).toContain('No instance runs workers');
	});
});

describe('a camera that another instance runs', () => {
	let worker: RunningServer;
	beforeAll(async () => {
		worker = await start('north-1', 'worker', { VF_LABELS: 'site=north' });
	});

	it('is told as it is, with its log, and nothing crosses while nobody watches', async () => {
		await runsOn(camera, 'north-1');
		await eventually(
			() => healthOf(camera),
			({ framesProcessed, stalenessS }) => framesProcessed > 5 && stalenessS! < 3
		);
		// Statuses, half a kilobyte a second; a picture alone would be tens.
		expect(await rateOf(worker)).toBeLessThan(6000);
		const lines = (await admin.json('GET', `/api/v1/streams/${camera}/worker-logs`)).body as ActivityLine[];
		expect(lines.length).toBeGreaterThan(1);
		expect(await healthOf(south)).toMatchObject({
			status: 'worker_down',
			detail: 'No instance bears site=south'
		});
	});

	it('has its pictures come while they are watched', async () => {
		const began = Date.now();
		const snapshot = await admin.fetch(`/api/v1/streams/${camera}/snapshot.jpg?overlay=1`);
		expect([snapshot.status, snapshot.headers.get('x-stale')]).toEqual([200, 'false']);
		expect(Date.now() - began).toBeLessThan(4000);
		expect(await sharp(await snapshot.arrayBuffer()).metadata()).toMatchObject({
			format: 'jpeg',
			width: 640
		});

		const [first, second] = await firstFrames(camera, 2);
		expect(first).toMatchObject({ streamId: camera, width: 320 });
		expect(second!.seq).toBeGreaterThan(first!.seq);
		expect(second!.flow.vectors.length).toBeGreaterThan(0);
		expect(await rateOf(worker, 1)).toBeGreaterThan(20_000);
	});

	it('comes as endless JPEGs', async () => {
		const stop = new AbortController();
		const { status, body } = await admin.fetch(`/api/v1/streams/${camera}/live.mjpeg`, {
			signal: stop.signal
		});
		expect(status).toBe(200);
		let parts = 0;
		for await (const chunk of body!) {
			parts +=
				Buffer.from(chunk as Uint8Array)
					.toString('latin1')
					.split('--frame').length - 1;
			if (parts >= 3) break;
		}
		stop.abort();
		expect(parts).toBeGreaterThanOrEqual(3);
	});

	it('takes another attempt, and a look at a source, from there', async () => {
		const broken = await addCamera('Broken', { rtsp_url: 'rtsp://127.0.0.1:1/none' });
		const failing = await eventually(
			() => healthOf(broken),
			({ status }) => status === 'stream_error'
		);
		expect(failing).toMatchObject({ instance: 'north-1', code: 'refused' });
		const { status } = await admin.json('POST', `/api/v1/streams/${broken}/retry`);
		expect(status).toBe(202);
		await eventually(
			async () => (await admin.json('GET', `/api/v1/streams/${broken}/worker-logs`)).body as ActivityLine[],
			(lines) => lines.filter(({ text }) => /refused/i.test(text)).length >= 2,
			5
		);
		await admin.json('DELETE', `/api/v1/streams/${broken}`);
		const probed = await admin.json('POST', '/api/v1/streams/probe', { url: `file:${film}` });
		expect(probed.body).toMatchObject({ ok: true, codec: 'h264', width: 640, height: 360 });
		const nowhere = { url: `file:${film}`, placement: { site: 'south' } };
		expect((await admin.json('POST', '/api/v1/streams/probe', nowhere)).body.detail).toContain('site=south');
	});

	it('follows settings that are changed here', async () => {
		const { status } = await admin.json('PUT', '/api/v1/settings/system', { live_preview_max_width: 320 });
		expect(status).toBe(200);
		await eventually(
			async () => {
				const snapshot = await admin.fetch(`/api/v1/streams/${camera}/snapshot.jpg`);
				return (await sharp(await snapshot.arrayBuffer()).metadata()).width;
			},
			(width) => width === 320,
			10
		);
	});
});

describe('instances', () => {
	const worker = () => [...running].find(({ dataDir }) => dataDir.endsWith('north-1'))!;

	it('are listed, each with what it is there for', async () => {
		const list = await instances();
		expect(list.map(({ id, roles, state, streams }) => ({ id, roles, state, streams }))).toEqual([
			{ id: 'north-1', roles: ['worker'], state: 'up', streams: 1 },
			{ id: 'web', roles: ['web', 'relay'], state: 'up', streams: 0 }
		]);
		expect(list[0]).toMatchObject({ labels: { site: 'north' }, address: `127.0.0.1:${worker().port}` });
		expect(Math.abs(list[0]!.clock_skew_s)).toBeLessThan(1);
		const targets = await (await client(web).fetch('/api/v1/metrics/targets')).json();
		expect(targets).toMatchObject([
			{ targets: [`127.0.0.1:${worker().port}`], labels: { vf_instance: 'north-1', vf_roles: 'worker' } },
			{ targets: [`127.0.0.1:${web.port}`], labels: { vf_instance: 'web', vf_roles: 'web,relay' } }
		]);
	});

	it.each(['/', '/login', '/api/v1/streams', '/api/v1/live', '/api/auth/sign-in/email'])(
		'without the role web answer 404 to %s',
		async (path) => {
			const { status, body } = await client(worker()).json('GET', path);
			expect([status, body.code]).toEqual([404, 'not_found']);
			expect(body.detail).toContain('VF_ROLES has no web');
		}
	);

	it.each(['/health', '/health/live', '/health/ready', '/metrics', '/api/v1/metrics/targets'])(
		'without the role web answer monitors at %s',
		async (path) => {
			expect((await client(worker()).fetch(path)).status).toBe(200);
		}
	);

	it('under the id of one that runs do not start', async () => {
		const { code, output } = await startInVain({
			dataDir: join(folder, 'double'),
			env: envOf('north-1', 'worker')
		});
		expect(code).not.toBe(0);
		const lines = output.split('\n').filter((line) => /VF_INSTANCE_ID/.test(line));
		expect(lines, output).toHaveLength(1);
		expect(lines[0]).toContain('north-1');
		expect(output).not.toMatch(/\n\s+at /);
		expect(await healthOf(camera)).toMatchObject({ status: 'connected', instance: 'north-1' });
	});
});

describe('a camera moves', () => {
	it('within two seconds when its instance shuts down in order', async () => {
		const old = [...running].find(({ dataDir }) => dataDir.endsWith('north-1'))!;
		await start('north-2', 'worker', { VF_LABELS: 'site=north' });
		await sleep(1500); // it has its place among the others
		const began = Date.now();
		const ended = old.end();
		const { instance } = await eventually(
			() => healthOf(camera),
			(health) => health.instance === 'north-2' && health.runId !== null,
			10
		);
		const movedMs = Date.now() - began;
		console.log(`a clean shutdown hands its stream over in ${movedMs} ms`);
		expect(instance).toBe('north-2');
		expect(movedMs).toBeLessThan(2000 + 500);
		expect((await ended).code).toBe(0);
		running.delete(old);
		await runsOn(camera, 'north-2');
		expect((await instances()).map(({ id }) => id)).toEqual(['north-2', 'web']);
	});

	it('within ten seconds when its instance is killed, and its viewer goes on watching', async () => {
		const old = [...running].find(({ dataDir }) => dataDir.endsWith('north-2'))!;
		await start('north-3', 'worker', { VF_LABELS: 'site=north' });
		const stop = new AbortController();
		const frames = framesOf(camera, stop.signal);
		await frames.next();
		const before = await healthOf(camera);
		expect(before.instance).toBe('north-2');
		await old.end('SIGKILL');
		running.delete(old);
		const began = Date.now();
		for (;;) {
			await frames.next();
			const { instance, runId } = await healthOf(camera);
			if (instance === 'north-3' && runId !== before.runId) break;
		}
		const darkMs = Date.now() - began;
		console.log(`a killed instance's stream is seen again after ${darkMs} ms`);
		expect(darkMs).toBeLessThan(10_000);
		stop.abort();
		const [gone] = await instances();
		expect(gone).toMatchObject({ id: 'north-2', state: 'away', streams: 0 });
	});

	it('and its pictures stay where they are once nobody watches any more', async () => {
		const worker = [...running].find(({ dataDir }) => dataDir.endsWith('north-3'))!;
		await eventually(
			() => rateOf(worker),
			(rate) => rate < 6000,
			20
		);
	});
});
