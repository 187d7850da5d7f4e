// npm run bench:scrape: what a scrape of 100 streams costs: time, CPU, bytes and series, over HTTP as Prometheus asks.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects } from '#lib/server/bus/index.ts';
import { createMetrics, type Metrics } from '#lib/server/telemetry/index.ts';
import { printJson, printTable } from './table.ts';

const STREAMS = Number(process.env['BENCH_STREAMS'] ?? 100);
const SCRAPES = Number(process.env['BENCH_SCRAPES'] ?? 20);
/** Longer than anything is remembered from one scrape to the next, and than Prometheus ever waits less. */
const PAUSE_MS = 1050;
const LIMITS = { p95Ms: 100, seriesPerStream: 40 };
const BOUNDS_S = [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10];
const OPEN_METRICS = 'application/openmetrics-text;version=1.0.0';
const log = pino({ level: 'silent' });
const bus = createMemoryBus(log);
const ids = Array.from(
	{ length: STREAMS },
	(_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`
);

const metrics = metricsOfManyStreams();
for (const id of ids) liveThrough(id);
const server = await listen(metrics);
const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
const runs = [
	{ what: 'every second, nothing remembered', ...(await scrapes('text/plain', PAUSE_MS)) },
	{ what: 'the same in OpenMetrics', ...(await scrapes(OPEN_METRICS, PAUSE_MS)) },
	{ what: 'one after another', ...(await scrapes('text/plain', 0)) }
];
server.close();
metrics.stop();

const worst = Math.max(...runs.map(({ p95Ms }) => p95Ms));
const seriesPerStream = runs[0]!.seriesOfStreams / STREAMS;
printTable(
	`${STREAMS} streams with a place and a busy model; ${SCRAPES} scrapes each, after two that are not counted`,
	['scrapes', 'p50 ms', 'p95 ms', 'CPU ms', 'KiB', 'series', 'series a stream'],
	runs.map((run) => [
		run.what,
		run.p50Ms.toFixed(1),
		run.p95Ms.toFixed(1),
		run.cpuMs.toFixed(1),
		(run.bytes / 1024).toFixed(0),
		run.series,
		(run.seriesOfStreams / STREAMS).toFixed(1)
	])
);
printJson({ bench: 'scrape', streams: STREAMS, worstP95Ms: worst, seriesPerStream, runs, limits: LIMITS });
if (worst > LIMITS.p95Ms || seriesPerStream > LIMITS.seriesPerStream) process.exitCode = 1;

interface Run {
	p50Ms: number;
	p95Ms: number;
	/** Of server and client together, a scrape. */
	cpuMs: number;
	bytes: number;
	series: number;
	seriesOfStreams: number;
}

async function scrapes(accept: string, pauseMs: number): Promise<Run> {
	const times: number[] = [];
	let cpuUs = 0;
	let text = '';
	for (let i = -2; i < SCRAPES; i++) {
		await sleep(pauseMs);
		const cpu = process.cpuUsage();
		const began = performance.now();
		text = await (await fetch(address, { headers: { accept } })).text();
		if (i < 0) continue;
		times.push(performance.now() - began);
		const used = process.cpuUsage(cpu);
		cpuUs += used.user + used.system;
	}
	times.sort((a, b) => a - b);
	const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)]!;
	const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
	return {
		p50Ms: at(0.5),
		p95Ms: at(0.95),
		cpuMs: cpuUs / 1000 / SCRAPES,
		bytes: Buffer.byteLength(text),
		series: series.length,
		seriesOfStreams: series.filter((line) => line.includes('stream_id=')).length
	};
}

async function listen(of: Metrics): Promise<Server> {
	const made = createServer((request, response) => {
		void of.scrape(request.headers.accept).then(({ text, contentType }) => {
			response.setHeader('content-type', contentType);
			response.end(text);
		});
	}).listen(0, '127.0.0.1');
	await once(made, 'listening');
	return made;
}

/** The server's own metrics; the rooms they ask are simulated, the memory of processes is read in truth. */
function metricsOfManyStreams(): Metrics {
	const statuses = ids.map(statusOf);
	const looked = { looked: 10, waiting: 1, seconds: { sum: 0.5, buckets: BOUNDS_S.map(() => 10) } };
	return createMetrics({
		bus,
		log,
		version: '0',
		instance: 'bench',
		roles: ['web', 'worker', 'relay'],
		guard: () => {},
		streams: async () =>
			ids.map((id, i) => ({
				id,
				name: `Camera ${i} at the "north" gate`,
				latitude: 52 + i / 1000,
				longitude: 4 + i / 1000,
				is_active: true,
				state: 'active'
			})),
		statuses: () => statuses,
		fleet: { statuses: () => statuses, held: () => ids.length, instances: () => [] },
		parked: async () => 0,
		workers: async () => ids.map((id) => ({ streamId: id, decoderPid: process.pid, heapShareBytes: 1e6 })),
		inference: () => ({ boundsS: BOUNDS_S, streams: Object.fromEntries(ids.map((id) => [id, looked])) }),
		delivery: async () => ({ outbox: 0, pending: 0, outcomes: [] }),
		sseClients: () => 0
	});
}

function statusOf(streamId: string): StreamStatus {
	const now = new Date().toISOString();
	return {
		streamId,
		runId: streamId,
		status: 'connected',
		state: 'active',
		since: now,
		detail: null,
		advice: null,
		code: null,
		attempt: 0,
		retryAt: null,
		source: null,
		lastFrameAt: now,
		fps: 9.987_654,
		framesProcessed: 123_456,
		framesDropped: 12,
		reconnects: 1,
		latencyMs: 80,
		flow: {
			avg: 2.512_345,
			max: 8.123_456,
			count: 40.5,
			total: 900,
			direction: 90.123,
			coherence: 0.712_345
		},
		detection: null,
		instance: 'bench'
	};
}

/** What the bus carries of a stream whose model knows more classes than are told by name. */
function liveThrough(streamId: string): void {
	bus.publish(subjects.status, statusOf(streamId));
	for (let i = 0; i < 20; i++)
		bus.publish(subjects.detection, { stream_id: streamId, label: `class ${i}` } as DetectionRecord);
	bus.publish(subjects.frame, { streamId, capturedAt: Date.now() - 120 } as PreviewFrame);
}
