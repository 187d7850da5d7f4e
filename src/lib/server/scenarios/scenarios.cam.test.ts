// A scenario from its beginning to its end on a real RTSP camera, with real workers, a real database, and results read while it runs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { predictionQuery, type PredictionPage } from '#lib/contracts/scenario.ts';
import type { RunState } from '#lib/contracts/run.ts';
import { startRtspCamera, type RtspCamera } from '../../../../tests/cameras/camera.ts';
import { FFMPEG } from '../../../../tests/cameras/tools.ts';
import { eventually } from '../../../../tests/support/eventually.ts';
import { createMemoryBus, subjects } from '../bus/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createDetections } from '../detections/index.ts';
import { createEngine } from '../engine/index.ts';
import { createLeases } from '../fleet/leases.ts';
import { selfOf } from '../fleet/testing.ts';
import { createFiles } from '../files/index.ts';
import { createHistory } from '../history/index.ts';
import { createStreams } from '../streams/index.ts';
import { createScenarios } from './index.ts';

const OWNER = { userId: 'ada', email: 'ada@example.org', via: 'api-key' as const };
const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' });

let database: TestDatabase;
let camera: RtspCamera;
let folder: string;

beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'vf-scenario-'));
	[database, camera] = await Promise.all([
		startTestDatabase(),
		startRtspCamera({ file: resolve('scenes/loops/junction.mp4'), user: 'admin', password: 'hunter2' })
	]);
});
afterAll(async () => {
	await camera.stop();
	await database.stop();
	rmSync(folder, { recursive: true });
});

/** The rooms as the composition root puts them together. */
function server() {
	const { db } = database;
	const bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'one' };
	const leases = createLeases({ db, bus, log, self: selfOf({ id: 'one', alone: true }) });
	const streams = createStreams({
		db,
		log,
		config,
		leases,
		onChange: (change) => bus.publish(subjects.streamChange, change)
	});
	const engine = createEngine({
		streams,
		bus,
		log,
		instanceId: 'one',
		ffmpegPath: FFMPEG,
		maxStreams: 4,
		preview: { fps: 6, maxWidth: 480, quality: 60 },
		watches: { of: async () => ({ zones: [], rules: [] }) },
		clipsDir: null,
		models: { loadable: async () => null },
		inference: { threads: 1, pending: 2, provider: 'cpu' },
		onIdle: () => void leases.pass()
	});
	leases.attach(engine);
	leases.onChange(() => void engine.reconcile());
	const disk = { dataDir: folder, instance: 'one', objects: null };
	const files = createFiles({ ...disk, bus, log });
	const leaseOf = leases.tokenOf;
	const detections = createDetections({
		...{ db, bus, log, dataDir: folder, files, leaseOf, events: false },
		draw: async ({ jpeg }) => jpeg
	});
	const history = createHistory({ db, bus, log, leaseOf, retentionDays: async () => 1 });
	const scenarios = createScenarios({
		db,
		log,
		streams: streams.ephemeral,
		results: { detections: detections.page, flow: history.page },
		signedIn: async () => []
	});
	return {
		streams,
		scenarios,
		async start() {
			await leases.start();
			detections.start();
			await engine.start();
			history.start();
		},
		async stop() {
			leases.close();
			await engine.stop();
			await history.stop();
			await detections.stop();
			await leases.release();
		}
	};
}

test('init, active, results page by page, shutdown: one uuid, six states in order, and nothing left in the fleet', async () => {
	const { streams, scenarios, start, stop } = server();
	await start();
	try {
		const told = await scenarios.init({ camera_url: camera.url }, OWNER);
		const { scenario_uuid: id, stream_id } = told;
		expect(told).toMatchObject({ status: 'init_startup', camera_url: expect.stringContaining('admin:***@') });
		const status = () => scenarios.get(id);
		const live = await eventually(status, (now) => now.status === 'active');
		expect(new Set(live.history.map(({ run_id }) => run_id))).toEqual(new Set([id]));
		expect(await streams.list()).toEqual([]);

		const page = (query: object) => scenarios.results(id, predictionQuery.parse(query));
		await eventually(
			() => page({ limit: '2' }),
			({ more }) => more
		);
		expect(await page({ kind: 'flow', limit: '1' })).toMatchObject({ complete: false });

		const ending = await scenarios.shutdown(id);
		expect(['init_shutdown', 'in_shutdown_processing', 'inactive']).toContain(ending.status);
		const over = await eventually(status, (now) => now.status === 'inactive');
		expect((await scenarios.shutdown(id)).shutdown_at).toBe(over.shutdown_at);
		const passed: RunState[] = over.history.map(({ to }) => to);
		expect(passed).toEqual([
			'init_startup',
			'in_startup_processing',
			'active',
			'init_shutdown',
			'in_shutdown_processing',
			'inactive'
		]);
		expect(over.history[0]!.from).toBe('inactive');
		const moments = over.history.map(({ at }) => at);
		expect(moments).toEqual(moments.toSorted());
		expect(over).toMatchObject({ started_at: moments[0], live_at: moments[2], end_reason: 'shutdown' });
		expect(over.ended_at! >= over.shutdown_at!).toBe(true);

		for (const kind of ['detections', 'flow']) {
			const items = await readAll((cursor) => page({ kind, limit: '3', ...(cursor && { cursor }) }));
			expect(items.length).toBeGreaterThan(2);
			const times = items.map((item) => ('timestamp' in item ? item.timestamp : item.at));
			expect(times).toEqual(times.toSorted());
			expect(new Set(items.map((item) => JSON.stringify(item))).size).toBe(items.length);
			if (kind === 'detections')
				expect(items).toEqual(
					items.map((item) => ({ ...item, stream_id, metadata: expect.objectContaining({ run_id: id }) }))
				);
		}
		expect(await streams.list()).toEqual([]);
		expect((await streams.listRunnable()).runnable).toEqual([]);
	} finally {
		await stop();
	}
});

test('it survives a restart of the server under the same uuid, and a camera that comes late', async () => {
	await camera.kill();
	const first = server();
	await first.start();
	const { scenario_uuid: id } = await first.scenarios.init({ camera_url: camera.url, fps: 5 }, OWNER);
	await eventually(
		() => first.scenarios.get(id),
		({ status }) => status === 'error'
	);
	await first.stop();
	await camera.revive();
	const second = server();
	await second.start();
	try {
		const live = await eventually(
			() => second.scenarios.get(id),
			({ status }) => status === 'active'
		);
		expect(live.history.map(({ to }) => to)).toContain('error');
		expect(live.history.find(({ to }) => to === 'error')!.code).toBe('refused');
		expect(new Set(live.history.map(({ run_id }) => run_id)).size).toBe(2);
		expect(live.history[0]!.run_id).toBe(id);
		await second.scenarios.shutdown(id);
		await eventually(
			() => second.scenarios.get(id),
			({ status }) => status === 'inactive'
		);
	} finally {
		await second.stop();
	}
});

async function readAll(
	page: (cursor: string | null) => Promise<PredictionPage>
): Promise<PredictionPage['items']> {
	const items: PredictionPage['items'] = [];
	let cursor: string | null = null;
	const asked = () => page(cursor);
	for (;;) {
		const told = await eventually(asked, ({ items: some, complete }) => complete || some.length > 0);
		items.push(...told.items);
		cursor = told.cursor;
		if (told.complete) return items;
	}
}
