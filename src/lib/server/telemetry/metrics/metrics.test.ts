// The metrics as Prometheus reads them: every name, bounded series, and nothing left of what is gone.
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { DetectionRecord } from '#lib/contracts/detection.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createMemoryBus, subjects, type Bus } from '../../bus/index.ts';
import { parseExposition, type Scraped } from '../testing/exposition.ts';
import type { ListedStream } from './directory.ts';
import { createGpu } from './gpu.ts';
import { createMetrics, FAMILIES, type Metrics, type MetricsDeps } from './metrics.ts';
import { MAX_SERIES_PER_STREAM } from './stream-families.ts';
import type { ListedInstance } from './targets.ts';

const log = pino({ level: 'silent' });
const NOW = Date.parse('2030-01-01T12:00:00Z');
const BOUNDS = [0.005, 0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1.2, 2.5, 5, 10];

let bus: Bus;
let listed: ListedStream[];
let statuses: StreamStatus[];
let instances: ListedInstance[];
let metrics: Metrics;

function metricsWith(deps: Partial<MetricsDeps> = {}): Metrics {
	return createMetrics({
		bus,
		log,
		version: '1.2.3',
		instance: 'here',
		roles: ['web', 'worker'],
		guard: () => {},
		streams: async () => listed,
		statuses: () => statuses,
		fleet: { statuses: () => statuses, held: () => statuses.length, instances: () => instances },
		parked: async () => 2,
		workers: async () =>
			listed.map(({ id }) => ({ streamId: id, decoderPid: process.pid, heapShareBytes: 1000 })),
		inference: () => ({
			boundsS: BOUNDS,
			streams: Object.fromEntries(listed.map(({ id }) => [id, inferred()]))
		}),
		delivery: async () => ({
			outbox: 2,
			pending: 3,
			outcomes: [{ type: 'webhook', outcome: 'delivered', count: 7 }]
		}),
		sseClients: () => 4,
		gpu: createGpu('no-such-nvidia-smi'),
		now: () => NOW,
		...deps
	});
}

/** Ten looks of 50 ms each. */
function inferred() {
	return {
		looked: 10,
		waiting: 1,
		seconds: { sum: 0.5, buckets: BOUNDS.map((bound) => (bound >= 0.05 ? 10 : 0)) }
	};
}

function stream(id: string, rest: Partial<ListedStream> = {}): ListedStream {
	return {
		id,
		name: `Camera ${id}`,
		latitude: 52.1,
		longitude: 4.3,
		is_active: true,
		state: 'active',
		...rest
	};
}

function statusOf(streamId: string, rest: Partial<StreamStatus> = {}): StreamStatus {
	return {
		streamId,
		runId: 'run',
		status: 'connected',
		state: 'active',
		since: new Date(NOW - 60_000).toISOString(),
		detail: null,
		advice: null,
		code: null,
		attempt: 0,
		retryAt: null,
		source: null,
		lastFrameAt: new Date(NOW - 500).toISOString(),
		fps: 9.9,
		framesProcessed: 600,
		framesDropped: 3,
		reconnects: 1,
		latencyMs: 80,
		flow: { avg: 2.5, max: 8, count: 40, total: 900, direction: 90, coherence: 0.7 },
		detection: null,
		instance: 'here',
		...rest
	};
}

const detection = (stream_id: string, label: string) => ({ stream_id, label }) as DetectionRecord;

const frame = (streamId: string, ageMs: number) => ({ streamId, capturedAt: NOW - ageMs }) as PreviewFrame;

const alert = (id: string, rest: Partial<AlertRecord> = {}) =>
	({
		id,
		status: 'firing',
		severity: 'critical',
		starts_at: new Date(NOW).toISOString(),
		acknowledged_at: null,
		...rest
	}) as AlertRecord;

async function scraped(of: Metrics = metrics): Promise<Scraped> {
	return parseExposition((await of.scrape()).text);
}

/** What a running stream with a busy model makes the server tell. */
function busy(id: string, classes: string[]): void {
	bus.publish(subjects.status, statusOf(id));
	for (const label of classes) bus.publish(subjects.detection, detection(id, label));
	bus.publish(subjects.frame, frame(id, 120));
}

const seriesOf = (text: Scraped, id: string) =>
	text.samples.filter(({ labels }) => labels['stream_id'] === id);

beforeEach(() => {
	bus = createMemoryBus(log);
	listed = [stream('a')];
	statuses = [statusOf('a')];
	instances = [];
	metrics = metricsWith();
});
afterEach(() => metrics.stop());

/** CONTRACT: every name a dashboard may rely on. */
const OF_STREAMS = [
	...[
		'magnitude_avg',
		'magnitude_max',
		'vector_count',
		'fps',
		'frames_processed_total',
		'frames_dropped_total'
	],
	...['stream_connected', 'direction_degrees', 'direction_coherence', 'stream_location', 'magnitude_geo'],
	...['vector_count_geo', 'frame_staleness_seconds', 'reconnects_total', 'worker_memory_rss_bytes'],
	...['worker_memory_percent', 'gpu_available', 'gpu_utilization_percent', 'gpu_memory_used_bytes'],
	...['gpu_memory_total_bytes', 'inference_duration_seconds_bucket', 'inference_queue_depth'],
	...['detections_total', 'end_to_end_latency_seconds_bucket']
];
const OF_THE_SERVER = [
	...[
		'managed_streams_total',
		'active_streams_total',
		'running_streams_total',
		'streams_by_state',
		'alerts_total'
	],
	...['outbox_pending', 'deliveries_total', 'sse_clients', 'http_requests_total'],
	'http_request_duration_seconds_bucket'
];

describe('every metric', () => {
	test('has the name and the labels the contract states', async () => {
		busy('a', ['person']);
		metrics.answered({ method: 'GET', routeId: '/(app)/api/v1/streams/[id]', status: 200, seconds: 0.01 });
		const text = await scraped();
		for (const name of OF_STREAMS) {
			const found = text.of(`vector_flow_${name}`, { stream_id: 'a', stream_name: 'Camera a' });
			expect(found.length, name).toBeGreaterThan(0);
		}
		for (const name of OF_THE_SERVER) expect(text.of(`vector_flow_${name}`).length, name).toBeGreaterThan(0);
	});

	test('has only the labels its table states, and a type', async () => {
		busy('a', ['person']);
		const text = await scraped();
		const table = new Map(FAMILIES.map((family) => [family.name as string, family]));
		expect(text.samples.length).toBeGreaterThan(30);
		for (const { name, labels } of text.samples) {
			const base = table.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
			const allowed = [...(table.get(base)?.labels ?? []), ...(name.endsWith('_bucket') ? ['le'] : [])];
			expect(Object.keys(labels), name).toEqual(allowed);
			expect(text.types.get(base)).toBe(table.get(base)?.type);
		}
	});

	test('tells the figures of its stream', async () => {
		busy('a', ['person', 'person', 'car']);
		const text = await scraped();
		const value = (name: string, more = {}) => text.value(`vector_flow_${name}`, { stream_id: 'a', ...more });
		expect(value('magnitude_avg')).toBe(2.5);
		expect(value('direction_degrees')).toBe(90);
		expect(value('frame_staleness_seconds')).toBe(0.5);
		expect(value('stream_location', { latitude: '52.1', longitude: '4.3' })).toBe(1);
		expect(value('magnitude_geo', { latitude: '52.1', longitude: '4.3' })).toBe(2.5);
		expect(value('worker_memory_rss_bytes')).toBeGreaterThan(20e6);
		expect(value('worker_memory_percent')).toBeGreaterThan(0);
		expect(value('worker_memory_percent')).toBeLessThan(100);
		expect(value('detections_total', { class: 'person' })).toBe(2);
		expect(value('gpu_available')).toBe(0);
		expect(value('inference_duration_seconds_bucket', { le: '0.02' })).toBe(0);
		expect(value('inference_duration_seconds_bucket', { le: '0.08' })).toBe(10);
		expect(value('inference_duration_seconds_count')).toBe(10);
		expect(value('end_to_end_latency_seconds_bucket', { le: '0.1' })).toBe(0);
		expect(value('end_to_end_latency_seconds_bucket', { le: '0.25' })).toBe(1);
		expect(value('end_to_end_latency_seconds_sum')).toBeCloseTo(0.12);
	});
});

describe('series', () => {
	test('are at most 40 a stream, with a model of 500 labels as well', async () => {
		const hostile = Array.from({ length: 500 }, (_, i) => `class "${i}"\n\\${'x'.repeat(200)}`);
		busy('a', [...hostile, 'other']);
		const text = await scraped();
		const series = seriesOf(text, 'a');
		expect(series.length).toBe(MAX_SERIES_PER_STREAM);
		const classes = text.of('vector_flow_detections_total');
		expect(classes).toHaveLength(5);
		expect(classes.reduce((sum, { value }) => sum + value, 0)).toBe(501);
		expect(Math.max(...classes.map(({ labels }) => labels['class']!.length))).toBeLessThanOrEqual(64);
	});

	test('of 100 streams come in one scrape, in far less than a second', async () => {
		listed = Array.from({ length: 100 }, (_, i) => stream(`s${i}`));
		statuses = listed.map(({ id }) => statusOf(id));
		metrics.stop();
		metrics = metricsWith();
		for (const { id } of listed)
			busy(
				id,
				Array.from({ length: 80 }, (_, i) => `class ${i}`)
			);
		await metrics.scrape();
		const times: number[] = [];
		for (let i = 0; i < 10; i++) {
			const began = performance.now();
			await metrics.scrape();
			times.push(performance.now() - began);
		}
		const median = times.sort((a, b) => a - b)[5]!;
		console.log(`a scrape of 100 streams takes ${median.toFixed(1)} ms (goal: 100 ms)`);
		const text = await scraped();
		expect(text.samples.filter(({ labels }) => labels['stream_id']).length).toBe(100 * MAX_SERIES_PER_STREAM);
		expect(median).toBeLessThan(500);
	});

	test('of a deleted stream are gone with the next scrape, its counts too', async () => {
		busy('a', ['person']);
		expect(seriesOf(await scraped(), 'a').length).toBeGreaterThan(20);
		listed = [];
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'deleted' });
		// The engine takes a moment to stop it, and may still tell of it.
		bus.publish(subjects.status, statusOf('a'));
		expect(seriesOf(await scraped(), 'a')).toEqual([]);
		listed = [stream('a')];
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'created' });
		expect((await scraped()).of('vector_flow_detections_total')).toEqual([]);
	});

	test('of a renamed stream go on under the new name alone', async () => {
		busy('a', ['person']);
		await scraped();
		listed = [stream('a', { name: 'Quay "north" \\ gate\n2' })];
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'display' });
		const text = await scraped();
		const names = new Set(seriesOf(text, 'a').map(({ labels }) => labels['stream_name']));
		expect([...names]).toEqual(['Quay "north" \\ gate\n2']);
		expect(text.value('vector_flow_detections_total', { class: 'person' })).toBe(1);
	});

	test('of a stream that is deactivated are none', async () => {
		statuses = [statusOf('a', { status: 'deactivated', state: 'inactive' })];
		listed = [stream('a', { is_active: false, state: 'inactive' })];
		expect(seriesOf(await scraped(), 'a')).toEqual([]);
	});

	test('of a camera that is off say so: no frames, 0 fps, growing staleness', async () => {
		statuses = [
			statusOf('a', { status: 'stream_error', fps: null, flow: null, lastFrameAt: null, latencyMs: null })
		];
		const text = await scraped();
		expect(text.value('vector_flow_fps')).toBe(0);
		expect(text.value('vector_flow_stream_connected')).toBe(0);
		expect(text.value('vector_flow_magnitude_avg')).toBe(0);
		expect(text.of('vector_flow_direction_degrees')).toEqual([]);
		bus.publish(subjects.status, statusOf('a', { lastFrameAt: new Date(NOW - 42_000).toISOString() }));
		expect((await scraped()).value('vector_flow_frame_staleness_seconds')).toBe(42);
	});

	test("of a camera without a place have none on the map; another instance's streams have none at all", async () => {
		listed = [stream('a', { latitude: null }), stream('b')];
		bus.publish(subjects.streamChange, { streamId: 'b', change: 'created' });
		bus.publish(subjects.status, statusOf('b', { instance: 'elsewhere' }));
		bus.publish(subjects.detection, detection('b', 'person'));
		const text = await scraped();
		expect(text.of('vector_flow_stream_location')).toEqual([]);
		expect(seriesOf(text, 'b')).toEqual([]);
	});
});

describe('OpenMetrics', () => {
	const PROMETHEUS =
		'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';

	test('has the same series, for who asks for it', async () => {
		busy('a', ['person']);
		const [plain, open] = await Promise.all([metrics.scrape(), metrics.scrape(PROMETHEUS)]);
		expect(open.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
		expect(open.text.endsWith('\n# EOF\n')).toBe(true);
		expect(open.text).not.toMatch(/\n\n/);
		const samples = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
		expect(samples(open.text)).toEqual(samples(plain.text));
		expect(open.text).toContain('\n# TYPE vector_flow_frames_processed counter\n');
		expect(open.text).toContain('\n# TYPE vector_flow_active_streams_total gauge\n');
		// Of one and the same family after another, whichever form was asked for before.
		expect((await metrics.scrape()).text).toBe(plain.text);
	});

	test.each([
		null,
		'',
		'*/*',
		'text/plain',
		'application/openmetrics-text;q=0',
		'application/openmetrics-text;q=0.1, text/plain;q=0.9',
		'application/openmetrics-text;version=0.0.1',
		';;,;q=;,'
	])('is not for who sends Accept %j', async (accept) => {
		expect((await metrics.scrape(accept)).contentType).toMatch(/^text\/plain/);
	});
});

describe('the server', () => {
	test('counts its streams by how they are', async () => {
		listed = [
			stream('a'),
			stream('starting'),
			stream('off', { is_active: false, state: 'inactive' }),
			stream('broken'),
			stream('frozen'),
			stream('nobody runs', { state: 'inactive' })
		];
		statuses = [
			statusOf('a'),
			statusOf('starting', { status: 'starting' }),
			statusOf('broken', { status: 'stream_error' }),
			statusOf('frozen', { status: 'stale' })
		];
		bus.publish(subjects.streamChange, { streamId: 'x', change: 'created' });
		const text = await scraped();
		expect(text.value('vector_flow_managed_streams_total')).toBe(6);
		expect(text.value('vector_flow_active_streams_total')).toBe(5);
		expect(text.value('vector_flow_running_streams_total')).toBe(2);
		const state = (name: string) => text.value('vector_flow_streams_by_state', { state: name });
		expect([state('running'), state('deactivated'), state('error')]).toEqual([2, 1, 3]);
	});

	test('counts an alert once, whatever else is told of it, and none of a time before', async () => {
		bus.publish(subjects.alert, alert('1'));
		bus.publish(subjects.alert, alert('1'));
		bus.publish(subjects.alert, alert('1', { acknowledged_at: new Date(NOW).toISOString() }));
		bus.publish(subjects.alert, alert('1', { status: 'resolved' }));
		bus.publish(subjects.alert, alert('2', { severity: 'info' }));
		bus.publish(subjects.alert, alert('old', { starts_at: new Date(NOW - 3_600_000).toISOString() }));
		const text = await scraped();
		const count = (severity: string) => text.value('vector_flow_alerts_total', { severity });
		expect([count('info'), count('warning'), count('critical')]).toEqual([1, 0, 1]);
	});

	test('tells the outbox, the deliveries and who watches', async () => {
		const text = await scraped();
		expect(text.value('vector_flow_outbox_pending')).toBe(5);
		expect(
			text.value('vector_flow_deliveries_total', { channel_type: 'webhook', outcome: 'delivered' })
		).toBe(7);
		expect(text.value('vector_flow_sse_clients')).toBe(4);
		expect(text.value('vector_flow_build_info', { version: '1.2.3', vf_instance: 'here' })).toBe(1);
	});

	test('tells of the fleet, and of what it carried to the others', async () => {
		const away = { state: 'away' as const, roles: [], address: null };
		instances = [
			{ ...away, id: 'here', state: 'up' },
			{ ...away, id: 'lost' }
		];
		metrics.stop();
		const state = () => ({
			...bus.state(),
			connected: false,
			dropped: 5,
			sent: { messages: 70, bytes: 9000 }
		});
		metrics = metricsWith({ bus: { ...bus, state } });
		const text = await scraped();
		const value = (name: string) => text.value(`vector_flow_${name}`);
		expect([value('instances'), value('leases_held'), value('parked_messages')]).toEqual([1, 1, 2]);
		expect([value('bus_connected'), value('bus_dropped_total')]).toEqual([0, 5]);
		expect([value('bus_messages_sent_total'), value('bus_bytes_sent_total')]).toEqual([70, 9000]);
	});

	test('counts requests by the pattern of their route, whatever paths and methods people invent', async () => {
		for (let i = 0; i < 1000; i++)
			metrics.answered({ method: `M${i}`, routeId: null, status: 404, seconds: 0.001 });
		metrics.answered({ method: 'GET', routeId: '/(app)/streams/[id]/[...rest]', status: 200, seconds: 0.2 });
		metrics.answered({ method: 'GET', routeId: '/(app)', status: 200, seconds: 3 });
		const text = await scraped();
		const requests = (labels: Record<string, string>) =>
			text.value('vector_flow_http_requests_total', labels);
		expect(requests({ route: 'unmatched' })).toBe(1000);
		expect(requests({ route: '/streams/{id}/{rest}', status: '200' })).toBe(1);
		expect(requests({ route: '/' })).toBe(1);
		expect(text.value('vector_flow_http_request_duration_seconds_bucket', { route: '/', le: '2.5' })).toBe(0);
	});

	test('is read while the database is away, with the names it knows', async () => {
		await scraped();
		metrics.stop();
		let away = false;
		let asked = 0;
		metrics = metricsWith({
			streams: () => (away ? Promise.reject(new Error('away')) : Promise.resolve(listed)),
			delivery: () => {
				asked++;
				return new Promise(() => {});
			},
			workers: () => Promise.reject(new Error('no threads'))
		});
		await metrics.scrape();
		away = true;
		bus.publish(subjects.streamChange, { streamId: 'a', change: 'display' });
		const text = await scraped();
		expect(text.of('vector_flow_outbox_pending')).toEqual([]);
		expect(asked).toBe(1);
		expect(text.of('vector_flow_worker_memory_rss_bytes')).toEqual([]);
		expect(text.value('vector_flow_fps', { stream_name: 'Camera a' })).toBe(9.9);
	});

	test('asks the database no more often than once a second, however often it is scraped', async () => {
		let asked = 0;
		metrics.stop();
		metrics = metricsWith({
			parked: async () => {
				asked++;
				return 2;
			}
		});
		for (let i = 0; i < 20; i++) await metrics.scrape();
		expect(asked).toBeLessThanOrEqual(2);
		expect((await scraped()).value('vector_flow_parked_messages')).toBe(2);
	});

	test('lists itself for service discovery at the address it was asked at', () => {
		expect(metrics.targets(new URL('https://vision.example.org/api/v1/metrics/targets'))).toEqual([
			{
				targets: ['vision.example.org'],
				labels: {
					__scheme__: 'https',
					__metrics_path__: '/metrics',
					vf_instance: 'here',
					vf_roles: 'web,worker'
				}
			}
		]);
	});

	test('of several instances, each that lives is where it says to be', () => {
		const up = { state: 'up', roles: ['worker'] } as const;
		instances = [
			{ ...up, id: 'here', roles: ['web', 'worker'], address: '10.0.0.1:3000' },
			{ ...up, id: 'other', roles: ['worker'], address: '10.0.0.2:3000' },
			{ ...up, id: 'lost', roles: ['worker'], address: '10.0.0.3:3000', state: 'away' },
			{ ...up, id: 'shy', roles: ['worker'], address: null }
		];
		const found = metrics.targets(new URL('https://vision.example.org/api/v1/metrics/targets'));
		expect(
			found.map(({ targets, labels }) => [...targets, labels['vf_instance'], labels['vf_roles']])
		).toEqual([
			['10.0.0.1:3000', 'here', 'web,worker'],
			['10.0.0.2:3000', 'other', 'worker']
		]);
	});
});
