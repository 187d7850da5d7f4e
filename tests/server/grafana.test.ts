// What operators see in Grafana, asked of a real Prometheus that scrapes the real server: every panel has data, and every
// alert rule fires when a camera is really broken. Grafana itself is not run: its queries and rules are, as it would send them.
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyModel } from '#lib/server/models/testing/tiny.ts';
import { parseExposition } from '#lib/server/telemetry/testing/exposition.ts';
import { prometheusRules, RULES } from '../../deploy/grafana/source/alerts.ts';
import { startRtspCamera, type RtspCamera } from '../cameras/camera.ts';
import { clip } from '../cameras/clips.ts';
import { asked, queriesOf, readDashboard, type Target } from '../house/grafana/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { hasPrometheus, startPrometheus, type Prometheus, type Series } from '../support/prometheus.ts';
import {
	client,
	film,
	newDataDir,
	removeDataDir,
	ROOT,
	setUp,
	startServer,
	type Client,
	type RunningServer
} from '../support/server.ts';

const TOKEN = 'a-token-for-prometheus';
const YARD = film('yard');
/** True of every picture. */
const ALWAYS = { type: 'count', classes: [], op: 'under', value: 10_000 };

describe.skipIf(!hasPrometheus)('seen by a real Prometheus', () => {
	const dataDir = newDataDir();
	let server: RunningServer;
	let admin: Client;
	let desk: Server;
	let gate: RtspCamera;
	let media: string;
	let prometheus: Prometheus;
	/** Ids by name. */
	const streams: Record<string, string> = {};

	beforeAll(async () => {
		media = join(dataDir, 'media');
		mkdirSync(media, { recursive: true });
		const [film] = await Promise.all([
			clip(media, { size: '320x180' }),
			startServer({
				dataDir,
				env: { VF_METRICS_TOKEN: TOKEN, VF_MEDIA_DIRS: `${media}:${join(ROOT, 'scenes', 'loops')}` }
			}).then((started) => (server = started))
		]);
		gate = await startRtspCamera({ file: film });
		admin = await setUp(server);
		await add('Yard', YARD, { latitude: 56.15236, longitude: 10.21703, ...(await detecting()) });
		await add('Gate', gate.url, { latitude: 56.15172, longitude: 10.20994 });
		// Throttled: the rule for too few frames has somebody to fire for.
		await add('Slow', pathToFileURL(film).href, { fps: 2 });
		await alertingDesk(streams['Yard'] as string);
		await running(3);
		prometheus = await startPrometheus(dataDir, configOf(server), quickRules(await memoryLimit()));
	});
	afterAll(async () => {
		await prometheus?.end();
		await gate?.stop();
		await server?.end();
		desk?.close();
		removeDataDir(dataDir);
	});

	async function made(path: string, body: object): Promise<{ id: string }> {
		const answer = await admin.json('POST', path, body);
		expect(answer, JSON.stringify(answer.body)).toMatchObject({ status: 201 });
		return answer.body as { id: string };
	}

	async function add(name: string, rtsp_url: string, over: object = {}): Promise<void> {
		const fields = { analysis_width: 320, detection_enabled: false, ...over };
		streams[name] = (await made('/api/v1/streams', { name, rtsp_url, ...fields })).id;
	}

	const change = (name: string, fields: object) =>
		admin.json('PATCH', `/api/v1/streams/${streams[name]}`, fields);

	/** A real model, of a few kilobytes, which sees a person in every picture. */
	async function detecting(): Promise<object> {
		const body = new Uint8Array(tinyModel());
		const answer = await admin.fetch('/api/v1/models', { method: 'POST', body });
		const { id } = (await answer.json()) as { id: string };
		return { model_id: id, detection_enabled: true, detection_gated: false, detection_fps: 2 };
	}

	/** A rule that fires, and somebody who is told of it. */
	async function alertingDesk(stream_id: string): Promise<void> {
		desk = createServer((request, response) => void request.resume().on('end', () => response.end('taken')));
		await once(desk.listen(0, '127.0.0.1'), 'listening');
		const url = `http://127.0.0.1:${(desk.address() as AddressInfo).port}/`;
		const { id } = await made('/api/v1/channels', { name: 'Desk', type: 'webhook', config: { url } });
		const rule = { name: 'Always', stream_id, condition: ALWAYS, channel_ids: [id], sustain_s: 0 };
		await made('/api/v1/rules', rule);
	}

	const scrape = async () =>
		parseExposition(
			await (await client(server, { authorization: `Bearer ${TOKEN}` }).fetch('/metrics')).text()
		);

	const running = (count: number) =>
		eventually(
			scrape,
			(text) => text.of('vector_flow_stream_connected').filter(({ value }) => value === 1).length === count
		);

	/** Half as much again as the hungriest camera takes: the machine's memory cannot be filled for a test. */
	async function memoryLimit(): Promise<number> {
		const shares = async () => (await scrape()).of('vector_flow_worker_memory_percent');
		const known = await eventually(shares, ({ length }) => length === 3);
		return 1.5 * Math.max(...known.map(({ value }) => value));
	}

	it('offers the streams to choose from', async () => {
		const names = () => prometheus.labelValues('stream_name', 'vector_flow_stream_connected');
		const { templating } = readDashboard();
		expect(templating.list[0]?.query.query).toBe('label_values(vector_flow_stream_connected, stream_name)');
		expect(await eventually(names, (seen) => seen.length === 3)).toEqual(['Gate', 'Slow', 'Yard']);
	});

	describe('every panel', () => {
		it.each(queriesOf(readDashboard()))('has data: $name', async ({ target }) => {
			await eventually(() => answerTo(target, 'all'), hasFigures, 20);
		});

		it('of one stream shows that stream alone', async () => {
			const ofStreams = queriesOf(readDashboard()).filter(({ target }) =>
				target.expr.includes('$stream_name')
			);
			expect(ofStreams.length).toBeGreaterThan(15);
			const seen = await Promise.all(ofStreams.map(({ target }) => answerTo(target, ['Yard'])));
			const names = seen.flat().map(({ metric }) => metric['stream_name'] ?? 'Yard');
			expect(new Set(names)).toEqual(new Set(['Yard']));
		});
	});

	function answerTo({ expr, instant }: Target, chosen: readonly string[] | 'all'): Promise<Series[]> {
		const query = asked(expr, chosen);
		return instant ? prometheus.now(query) : prometheus.range(query, 60);
	}

	describe('every alert', () => {
		/** What each rule is driven by, and of which stream it then speaks. */
		const BREAKS: { rule: string; stream?: string }[] = [
			{ rule: 'Low Processing FPS', stream: 'Slow' },
			{ rule: 'Stream Error State Detected', stream: 'Gate' },
			{ rule: 'Running Streams Below Active Streams' },
			{ rule: 'Worker Memory High', stream: 'Large' }
		];

		async function firing(rule: string, stream?: string): Promise<boolean> {
			return (await prometheus.alerts()).some(
				({ labels, state }) =>
					state === 'firing' && labels['alertname'] === rule && labels['stream_name'] === stream
			);
		}

		it('is quiet while all is well, but for the stream that is slow', async () => {
			await eventually(() => firing('Low Processing FPS', 'Slow'), Boolean, 20);
			const names = (await prometheus.alerts()).map(({ labels }) => labels['alertname']);
			expect(names).not.toContain('Stream Error State Detected');
			expect(names).not.toContain('Running Streams Below Active Streams');
			expect(names).not.toContain('Worker Memory High');
		});

		describe('when the camera at the gate loses its power, and one with large pictures is added', () => {
			beforeAll(async () => {
				// As large as is decoded: some 50 MB a picture, and a decoder keeps a few.
				const large = await clip(media, { size: '7680x4320', fps: 2, seconds: 1 });
				await gate.kill();
				await add('Large', pathToFileURL(large).href, { fps: 2 });
			});

			it.each(BREAKS)('$rule fires', async ({ rule, stream }) => {
				await eventually(() => firing(rule, stream), Boolean, 30);
				const alerts = (await prometheus.alerts()).filter(({ labels }) => labels['alertname'] === rule);
				for (const { annotations, labels } of alerts) {
					expect(annotations['summary']).toMatch(/^[^{}<>]+$/);
					if (stream !== undefined) expect(annotations['summary']).toContain(labels['stream_name']);
				}
			});
		});

		describe('when all that is mended', () => {
			beforeAll(async () => {
				await gate.revive();
				await change('Slow', { fps: 25 });
				await admin.json('DELETE', `/api/v1/streams/${streams['Large']}`);
			});

			it.each(BREAKS)('$rule resolves', async ({ rule, stream }) => {
				await eventually(() => firing(rule, stream), (still) => !still, 30); // prettier-ignore
			});
		});
	});
});

const hasFigures = (series: Series[]) =>
	series.some(({ values }) => values.some(([, value]) => Number.isFinite(Number(value))));

/** The file of the Compose set-up, with this server and its token in it, and in more of a hurry. */
function configOf(server: RunningServer): string {
	writeFileSync(join(server.dataDir, 'token'), TOKEN);
	const text = readFileSync(join(ROOT, 'deploy', 'prometheus', 'prometheus.yaml'), 'utf8');
	return text
		.replaceAll('http://server:3000', server.url)
		.replaceAll(/credentials_file: \S+/g, `credentials_file: ${join(server.dataDir, 'token')}`)
		.replaceAll(/(scrape_interval|scrape_timeout|refresh_interval): \d+s/g, '$1: 1s')
		.replace('# rule_files', 'rule_files');
}

/** The rules of deploy/, evaluated every second, with nothing to wait for, and `memory` for the limit of that one rule. */
function quickRules(memory: number): object {
	const rules = RULES.map((rule) => ({
		...rule,
		for: '1s',
		...(rule.title === 'Worker Memory High' && { threshold: memory })
	}));
	return prometheusRules(rules, '1s');
}
