// What Prometheus gets of the running server: read strictly, checked by promtool, scraped by a real Prometheus.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parseExposition, type Scraped } from '#lib/server/telemetry/testing/exposition.ts';
import { clip } from '../cameras/clips.ts';
import { eventually } from '../support/eventually.ts';
import { hangThreads } from '../support/hang.ts';
import { hasPrometheus } from '../support/prometheus.ts';
import {
	client,
	freePort,
	newDataDir,
	removeDataDir,
	setUp,
	startInVain,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const TOKEN = 'a-token-for-prometheus';

async function scrape(server: RunningServer, headers: Record<string, string> = {}): Promise<Scraped> {
	const response = await client(server, headers).fetch('/metrics');
	expect(response.status).toBe(200);
	expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
	return parseExposition(await response.text());
}

describe('without a token', () => {
	const dataDir = newDataDir();
	let server: RunningServer;
	let admin: Client;
	let camera: { id: string; name: string };
	const ofCamera = (text: Scraped) => text.samples.filter(({ labels }) => labels['stream_id'] === camera.id);

	beforeAll(async () => {
		const media = join(dataDir, 'media');
		mkdirSync(media, { recursive: true });
		const film = await clip(media, { size: '320x180', fps: 10 });
		server = await startServer({ dataDir });
		admin = await setUp(server);
		const { status, body } = await admin.json('POST', '/api/v1/streams', {
			name: 'Quay "north"',
			rtsp_url: `file:${film}`,
			latitude: 51.95,
			longitude: 4.14
		});
		expect(status).toBe(201);
		camera = body;
	});
	afterAll(async () => {
		await server?.end();
		removeDataDir(dataDir);
	});

	it('tells the figures of a camera that runs', async () => {
		const text = await eventually(
			() => scrape(server),
			(seen) =>
				seen.of('vector_flow_stream_connected').some(({ value }) => value === 1) &&
				seen.of('vector_flow_magnitude_avg').some(({ value }) => value > 0) &&
				seen.of('vector_flow_end_to_end_latency_seconds_count').some(({ value }) => value > 5)
		);
		const labels = { stream_id: camera.id, stream_name: 'Quay "north"' };
		const value = (name: string, more = {}) => text.value(`vector_flow_${name}`, { ...labels, ...more });
		expect(value('fps')).toBeGreaterThan(0);
		expect(value('frames_processed_total')).toBeGreaterThan(5);
		expect(value('frame_staleness_seconds')).toBeLessThan(5);
		expect(value('stream_location', { latitude: '51.95', longitude: '4.14' })).toBe(1);
		// A decoder takes tens of megabytes; less would be a share of a heap alone.
		expect(value('worker_memory_rss_bytes')).toBeGreaterThan(20e6);
		expect(value('worker_memory_percent')).toBeGreaterThan(0);
		expect(text.value('vector_flow_running_streams_total')).toBe(1);
		expect(text.value('vector_flow_streams_by_state', { state: 'running' })).toBe(1);
		expect(text.value('vector_flow_outbox_pending')).toBe(0);
		const requests = { method: 'POST', route: '/api/v1/streams', status: '201' };
		expect(text.value('vector_flow_http_requests_total', requests)).toBe(1);
		expect(ofCamera(text).length).toBeLessThanOrEqual(40);
	});

	it.skipIf(!hasPrometheus)(
		'is what promtool takes for good, but for the names the contract fixed',
		async () => {
			const text = await (await client(server).fetch('/metrics')).text();
			const { status, stderr } = spawnSync('promtool', ['check', 'metrics'], {
				input: text,
				encoding: 'utf8'
			});
			// 3: complaints about style; 1: it cannot be read.
			expect([0, 3]).toContain(status);
			const complaints = stderr.split('\n').filter(Boolean);
			const fixed =
				/^vector_flow_((managed|active|running)_streams_total non-counter metrics|vector_count non-histogram and non-summary metrics) should not have "_(total|count)" suffix$/;
			expect(complaints.filter((line) => !fixed.test(line))).toEqual([]);
		}
	);

	it('goes on under the new name, and ends with the camera', async () => {
		await admin.json('PATCH', `/api/v1/streams/${camera.id}`, { name: 'Quay south' });
		const renamed = await scrape(server);
		expect(new Set(ofCamera(renamed).map(({ labels }) => labels['stream_name']))).toEqual(
			new Set(['Quay south'])
		);
		expect((await admin.json('DELETE', `/api/v1/streams/${camera.id}`)).status).toBe(204);
		expect(ofCamera(await scrape(server))).toEqual([]);
	});

	it('is not for who came through a proxy, or by a name that is not ours', async () => {
		for (const header of ['x-forwarded-for', 'forwarded', 'via']) {
			const { status, body } = await client(server, { [header]: '127.0.0.1' }).json('GET', '/metrics');
			expect([status, body.code]).toEqual([403, 'forbidden']);
		}
		expect(await statusWithHost(server, 'evil.example')).toBe(403);
		expect(await statusWithHost(server, 'localhost')).toBe(200);
	});

	it('health has every check of the contract, all well', async () => {
		const { status, body } = await client(server).json('GET', '/health');
		expect(status).toBe(200);
		const checks = ['database', 'bus', 'ffmpeg', 'streamThreads', 'inference', 'disk', 'outbox', 'streams'];
		for (const name of checks) expect(body.details[name], name).toHaveProperty('state');
		// The disk of the machine that runs this may be nearly full.
		expect(checks.filter((name) => body.details[name].state !== 'ok' && name !== 'disk')).toEqual([]);
	});
});

/** fetch does not let one choose the Host. */
function statusWithHost(server: RunningServer, host: string): Promise<number | undefined> {
	return new Promise((resolve, reject) => {
		const asked = request(`${server.url}/metrics`, { headers: { host } }, (response) => {
			response.resume();
			resolve(response.statusCode);
		});
		asked.on('error', reject).end();
	});
}

describe('with a token', () => {
	const dataDir = newDataDir();
	let server: RunningServer;

	beforeAll(async () => {
		server = await startServer({ dataDir, env: { VF_METRICS_TOKEN: TOKEN } });
	});
	afterAll(async () => {
		await server?.end();
		removeDataDir(dataDir);
	});

	it.each(['/metrics', '/api/v1/metrics/targets'])(
		'%s is for who sends it, and for nobody else',
		async (path) => {
			for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${TOKEN}` }]) {
				const { status, body } = await client(server, headers as Record<string, string>).json('GET', path);
				expect([status, body.code]).toEqual([401, 'unauthenticated']);
			}
			const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '10.0.0.1' };
			expect((await client(server, headers).fetch(path)).status).toBe(200);
		}
	);

	it.skipIf(!hasPrometheus)('a real Prometheus finds the server and scrapes it', async () => {
		const port = await freePort();
		const file = join(dataDir, 'prometheus.yml');
		const authorization = `authorization: { type: Bearer, credentials: ${TOKEN} }`;
		writeFileSync(
			file,
			`scrape_configs:
  - job_name: vector-flow
    scrape_interval: 1s
    ${authorization}
    http_sd_configs:
      - url: ${server.url}/api/v1/metrics/targets
        ${authorization}
`
		);
		const place = ['--storage.tsdb.path', join(dataDir, 'tsdb'), '--web.listen-address', `127.0.0.1:${port}`];
		const prometheus = spawn('prometheus', ['--config.file', file, ...place], { stdio: 'ignore' });
		onTestFinished(async () => {
			prometheus.kill('SIGKILL');
			if (prometheus.exitCode === null) await once(prometheus, 'exit');
		});
		const ask = async () => {
			const query = encodeURIComponent('vector_flow_build_info * on(instance) group_left() up');
			const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${query}`).catch(() => null);
			return (await response?.json().catch(() => null)) as {
				data?: { result: { metric: Record<string, string> }[] };
			} | null;
		};
		const answer = await eventually(ask, (seen) => (seen?.data?.result.length ?? 0) > 0);
		expect(answer?.data?.result).toHaveLength(1);
		expect(answer?.data?.result[0]?.metric).toMatchObject({
			job: 'vector-flow',
			instance: new URL(server.url).host
		});
	});
});

describe('on a machine with GPUs, whose Prometheus reads files', () => {
	const dataDir = newDataDir();
	const targets = join(dataDir, 'vector-flow.json');
	let server: RunningServer;
	let inspector: number;

	beforeAll(async () => {
		const programs = join(dataDir, 'programs');
		const media = join(dataDir, 'media');
		for (const folder of [programs, media]) mkdirSync(folder, { recursive: true });
		const lines = ['37, 1024, 24564', '4, 512, 24564'].map((line) => `echo "${line}"`);
		writeFileSync(join(programs, 'nvidia-smi'), ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });
		const film = await clip(media, { size: '320x180', fps: 10 });
		inspector = await freePort();
		server = await startServer({
			dataDir,
			env: {
				PATH: `${programs}:${process.env.PATH}`,
				NODE_OPTIONS: `--inspect=127.0.0.1:${inspector}`,
				VF_TARGETS_FILE: targets
			}
		});
		const admin = await setUp(server);
		await admin.json('POST', '/api/v1/streams', { name: 'Quay', rtsp_url: `file:${film}` });
	});
	afterAll(async () => {
		await server?.end();
		removeDataDir(dataDir);
	});

	it('tells them, the busiest and all memory together', async () => {
		const text = await eventually(
			() => scrape(server),
			(seen) => seen.of('vector_flow_gpu_available').some(({ value }) => value === 1)
		);
		expect(text.value('vector_flow_gpu_utilization_percent')).toBe(37);
		expect(text.value('vector_flow_gpu_memory_used_bytes')).toBe(1536 * 1024 * 1024);
	});

	it('keeps the file, and says so when it cannot', async () => {
		const written = JSON.parse(readFileSync(targets, 'utf8')) as { targets: string[] }[];
		expect(written.map((group) => group.targets)).toEqual([[new URL(server.url).host]]);
		rmSync(targets);
		mkdirSync(join(targets, 'in the way'), { recursive: true });
		const check = async () =>
			(await client(server).json('GET', '/health')).body.details.targets as { state: string };
		await eventually(check, ({ state }) => state === 'degraded');
		rmSync(targets, { recursive: true });
		await eventually(check, ({ state }) => state === 'ok');
	});

	it('answers within a second while a thread hangs, with the figures last told', async () => {
		const name = 'vector_flow_worker_memory_rss_bytes';
		const before = await eventually(
			() => scrape(server),
			(seen) => seen.of(name).some(({ value }) => value > 20e6)
		);
		expect(await hangThreads(inspector)).toBeGreaterThan(0);
		for (let i = 0; i < 4; i++) {
			const began = performance.now();
			const text = await scrape(server);
			expect(performance.now() - began).toBeLessThan(1000);
			expect(text.value(name)).toBeGreaterThan(before.value(name) / 2);
			await new Promise((resolve) => setTimeout(resolve, 1100));
		}
		// It was really stuck: nothing was analysed meanwhile.
		expect((await scrape(server)).value('vector_flow_frame_staleness_seconds')).toBeGreaterThan(2.5);
	});
});

it('a server that cannot write the file it is to write says so and does not start', async () => {
	const dataDir = newDataDir();
	onTestFinished(() => removeDataDir(dataDir));
	const env = { VF_TARGETS_FILE: join(dataDir, 'no-such-folder', 'vector-flow.json') };
	const { code, output } = await startInVain({ dataDir, env });
	expect(code).toBe(1);
	expect(output).toMatch(
		/VF_TARGETS_FILE: .*no-such-folder.* cannot be written \(ENOENT\)\. Make its folder first\./
	);
	expect(output).not.toMatch(/\n\s+at /);
});
