// What one instance keeps and another shows: pictures of alerts and detections, models, and alerts over the death of who ran the camera.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import { startNats, type NatsServer } from '#lib/server/bus/testing/nats-server.ts';
import { tinyModel } from '#lib/server/models/testing/tiny.ts';
import { startPostgres, type BenchPostgres } from '../../bench/postgres.ts';
import { clip } from '../cameras/clips.ts';
import { eventually } from '../support/eventually.ts';
import {
	newDataDir,
	removeDataDir,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const folder = newDataDir();
const running = new Set<RunningServer>();
let postgres: BenchPostgres;
let nats: NatsServer;
let admin: Client;
let worker: RunningServer;
let camera: string;

async function start(id: string, roles: string): Promise<RunningServer> {
	const env = {
		DATABASE_URL: postgres.url(),
		NATS_URL: nats.url,
		VF_SECRET_KEY: 'a secret of this test and of nobody else',
		VF_MEDIA_DIRS: join(folder, 'media'),
		VF_INSTANCE_ID: id,
		VF_ROLES: roles,
		VF_INFERENCE_THREADS: '1'
	};
	const server = await startServer({ dataDir: join(folder, id), env });
	running.add(server);
	return server;
}

async function addRule(name: string, condition: object): Promise<void> {
	const rule = { stream_id: camera, name, severity: 'info', sustain_s: 0, release_s: 1, cooldown_s: 0 };
	const { status, body } = await admin.json('POST', '/api/v1/rules', { ...rule, condition });
	expect(status, JSON.stringify(body)).toBe(201);
}

async function alertsOf(name: string): Promise<AlertRecord[]> {
	const { body } = await admin.json('GET', '/api/v1/alerts');
	return (body as AlertRecord[]).filter((alert) => alert.name === name);
}

async function pictured(): Promise<DetectionRecord[]> {
	const { body } = await admin.json('GET', '/api/v1/detections?limit=100');
	return (body as DetectionRecord[]).filter(({ image_path }) => image_path !== null);
}

beforeAll(async () => {
	mkdirSync(join(folder, 'media'), { recursive: true });
	const [started, bus, film] = await Promise.all([
		startPostgres({ maxConnections: 100, settings: { fsync: 'off' } }),
		startNats(),
		clip(join(folder, 'media'), { size: '640x360', fps: 10 })
	]);
	[postgres, nats] = [started, bus];
	admin = await setUp(await start('web', 'web,relay'));
	worker = await start('first', 'worker');
	const stream = { name: 'Yard', rtsp_url: `file:${film}`, fps: 5, analysis_width: 320 };
	const { body } = await admin.json('POST', '/api/v1/streams', { ...stream, detection_enabled: true });
	camera = (body as { id: string }).id;
	await addRule('Moves', { type: 'flow_magnitude', op: 'over', value: 0.05, relative: false });
	await addRule('Lost', { type: 'stream_health', state: 'not_connected' });
});
afterAll(async () => {
	await Promise.all([...running].map((server) => server.end('SIGKILL')));
	await nats?.stop();
	await postgres?.stop();
	removeDataDir(folder);
});

describe('what another instance keeps', () => {
	let picture: string;

	it('is shown here: the picture of an alert, and those of detections', async () => {
		const [alert] = await eventually(
			() => alertsOf('Moves'),
			([first]) => first?.snapshot_url != null,
			30
		);
		picture = alert!.snapshot_url!;
		const seen = await eventually(pictured, (found) => found.length > 1, 30);
		for (const path of [picture, seen.at(-1)!.image_path!]) {
			const response = await admin.fetch(path);
			expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
			expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(1000);
		}
	});

	it('outlives it where it is an alert’s, and is named as away where it is a detection’s', async () => {
		await worker.end('SIGKILL');
		running.delete(worker);
		const [newest] = await pictured();
		rmSync(join(folder, 'web', 'cache'), { recursive: true });
		removeDataDir(join(folder, 'first'));
		expect((await admin.fetch(picture)).status).toBe(200);
		const { status, body } = await admin.json('GET', newest!.image_path!);
		expect([status, body.code]).toEqual([404, 'not_found']);
		expect(body.detail).toContain('kept on the instance first, which is away');
	});
});

describe('a camera whose instance died', () => {
	it('raises one alert while nobody runs it, which ends with the next; what it watched for goes on as one', async () => {
		await eventually(
			() => alertsOf('Lost'),
			([lost]) => lost?.status === 'firing',
			20
		);
		worker = await start('second', 'worker');
		await eventually(
			() => alertsOf('Lost'),
			([lost]) => lost?.status === 'resolved',
			30
		);
		expect(await alertsOf('Lost')).toHaveLength(1);
		expect(await alertsOf('Moves')).toMatchObject([{ status: 'firing' }]);
	});

	it('is looked at with a model that was uploaded to another', async () => {
		const uploaded = await admin.fetch('/api/v1/models?name=Tiny', {
			method: 'POST',
			body: new Uint8Array(tinyModel()),
			headers: { 'content-type': 'application/octet-stream' }
		});
		expect(uploaded.status).toBe(201);
		const { id } = (await uploaded.json()) as { id: string };
		const chosen = await admin.json('PATCH', `/api/v1/streams/${camera}`, { model_id: id });
		expect(chosen.status).toBe(200);
		const file = join(folder, 'second', 'cache', 'models', `${id}.onnx`);
		await eventually(
			async () => existsSync(file),
			(isThere) => isThere,
			30
		);
	});
});
