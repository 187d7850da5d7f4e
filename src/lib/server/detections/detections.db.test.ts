// The detections room on a real database and a real disk: what is stored, found, told and forgotten, and what a full disk costs.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { journalEvent, resultsEvent } from '#lib/contracts/event.ts';
import { detectionRecord, type DetectionRecord, type TrackedObject } from '#lib/contracts/detection.ts';
import type { PreviewFrame } from '#lib/contracts/messages.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { createMemoryBus, subjects, type Bus } from '../bus/index.ts';
import { schema } from '../db/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createFiles } from '../files/index.ts';
import { createStreams, type StreamsRoom } from '../streams/index.ts';
import { createDetections, type Detections, type DetectionsDeps } from './index.ts';

const JPEG = Buffer.from('a picture');
const START = Date.parse('2026-11-20T10:00:00.123Z');
let database: TestDatabase;
let dataDir: string;
let bus: Bus;
let streams: StreamsRoom;
let room: Detections;
let streamId: string;
/** Of the stream, while it is run here. */
let token: number | null;
const warn = vi.fn();
const log = Object.assign(pino({ level: 'silent' }), { warn });

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	warn.mockClear();
	dataDir = mkdtempSync(join(tmpdir(), 'vf-detections-'));
	bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	streams = createStreams({ db: database.db, log, config });
	const input = streamInput.parse({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/live' });
	streamId = (await streams.create(input, 'test')).id;
	token = await grantLease(database.db, streamId);
	open();
});
afterEach(async () => {
	await room.stop();
	rmSync(dataDir, { recursive: true, force: true });
});

function open(over: Partial<DetectionsDeps> = {}): void {
	const files = createFiles({ dataDir, instance: 'test', objects: null, bus, log });
	const lease = { leaseOf: () => token, events: false };
	room = createDetections({
		...{ db: database.db, bus, log, dataDir, files, ...lease },
		draw: async () => JPEG,
		...over
	});
	room.start();
}

function show(at: number, tracks: number[], over: Partial<TrackedObject> = {}): void {
	const box = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
	const objects = tracks.map((trackId) => ({
		...{ trackId, label: 'person', confidence: 0.87, box, ageS: 1.26, seen: true },
		...over
	}));
	bus.publish(subjects.frame, {
		streamId,
		runId: 'run',
		capturedAt: START + at,
		objects
	} as unknown as PreviewFrame);
}

/** Everything that was shown is written. */
async function stored(limit = 100): Promise<DetectionRecord[]> {
	await room.stop();
	return room.list({ limit });
}

describe('what is stored', () => {
	it('is told and found as it is documented, with its picture', async () => {
		const heard: DetectionRecord[] = [];
		bus.subscribe(subjects.detection, (record) => heard.push(record));
		show(0, [7]);
		const found = await stored();
		expect(found).toEqual(heard);
		expect(found).toHaveLength(1);
		expect(detectionRecord.parse(found[0])).toMatchObject({
			stream_id: streamId,
			timestamp: '2026-11-20T10:00:00.123Z',
			label: 'person',
			confidence: 0.87,
			bounding_box: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 },
			track_id: 7,
			image_path: `/api/v1/detections/screenshot/${streamId}/2026-11-20T10-00-00-123Z.jpg`,
			metadata: { run_id: 'run', model_id: null, age_s: 1.3, first_seen: true }
		});
		expect(readFileSync(await room.screenshot(streamId, '2026-11-20T10-00-00-123Z.jpg'))).toEqual(JPEG);
	});

	it('of a thousand frames of one object is a few rows and one picture each', async () => {
		for (let at = 0; at < 100_000; at += 100) show(at, [1]);
		const found = await stored();
		expect(found).toHaveLength(10);
		expect(new Set(found.map(({ image_path }) => image_path)).size).toBeGreaterThanOrEqual(8);
		expect(readdirSync(join(dataDir, 'detections', streamId)).every((name) => name.endsWith('.jpg'))).toBe(
			true
		);
	});

	it('is filtered and paged', async () => {
		for (let i = 0; i < 5; i++) show(i * 2000, [i], { label: i % 2 ? 'car' : 'person', confidence: i / 5 });
		await stored();
		expect(await room.list({ limit: 100, label: ['car'] })).toHaveLength(2);
		expect(await room.list({ limit: 100, label: ['car', 'person'], min_confidence: 0.6 })).toHaveLength(2);
		expect(await room.list({ limit: 100, track_id: 3, stream_id: streamId })).toHaveLength(1);
		const [first, second] = await room.list({ limit: 2 });
		const rest = await room.list({ limit: 100, before: second!.timestamp });
		expect([first!.track_id, second!.track_id, ...rest.map(({ track_id }) => track_id)]).toEqual([
			4, 3, 2, 1, 0
		]);
	});

	it('goes with its stream, also when that is removed before it is written', async () => {
		show(0, [1]);
		await streams.remove(streamId);
		expect(await stored()).toEqual([]);
		expect(room.counts().rows).toBe(0);
	});

	it('survives what a model calls its classes', async () => {
		show(0, [1], { label: 'nul \u0000 half \ud83d' });
		expect((await stored())[0]?.label).toBe('nul  half \ufffd');
	});
});

describe('a stream that changes hands', () => {
	it('is stored by its holder alone: nothing without a lease, and nothing of a lease lost meanwhile', async () => {
		show(0, [1]);
		token = null;
		show(2000, [2]);
		const mine = await grantLease(database.db, streamId, 'other');
		token = mine;
		show(4000, [3]);
		const found = await stored();
		expect(found.map(({ track_id }) => track_id)).toEqual([3]);
		expect(room.counts().rows).toBe(0);
	});

	it('leaves what waited for a picture under the lease it was seen with', async () => {
		show(0, [1]);
		show(300, [1, 2]);
		await room.flush(streamId);
		token = await grantLease(database.db, streamId, 'other');
		show(600, [1, 2, 3]);
		const found = await stored();
		expect(found.map(({ track_id }) => track_id).sort()).toEqual([1, 1, 2, 2, 3]);
	});

	it('counts what another instance stored today towards the limit', async () => {
		show(0, [1]);
		await room.flush(streamId);
		await room.stop();
		open({ limits: { rowsPerDay: 2 } });
		show(1100, []);
		show(1200, [9]);
		await new Promise((resolve) => setTimeout(resolve, 100));
		for (let i = 0; i < 4; i++) show(2400 + i * 1100, [10 + i]);
		expect((await stored()).length).toBeLessThan(6);
		expect(room.counts().thinned).toBeGreaterThan(0);
	});
});

describe('the journal', () => {
	const outbox = () => database.db.select().from(schema.outbox);

	it('is told of what is stored, a hundred at most in a message', async () => {
		await room.stop();
		open({ events: true });
		show(0, [...Array(150).keys()]);
		const found = await stored(1000);
		const told = (await outbox()).map((row) =>
			journalEvent.parse({ ...row, id: row.message_id, created_at: row.created_at.toISOString() })
		);
		const batches = told.map(({ payload }) => resultsEvent.parse(payload));
		expect(batches.map(({ detections }) => detections.length)).toEqual([100, 50]);
		expect(batches.every(({ stream_id }) => stream_id === streamId)).toBe(true);
		const ids = batches.flatMap(({ detections }) => detections.map(({ id }) => id));
		expect(new Set(ids)).toEqual(new Set(found.map(({ id }) => id)));
	});

	it('is told nothing of what was not stored, and nothing where there is none', async () => {
		show(0, [1]);
		await stored();
		expect(await outbox()).toEqual([]);
		open({ events: true });
		show(0, [1]);
		await grantLease(database.db, streamId, 'other');
		await stored();
		expect(await outbox()).toEqual([]);
	});
});

describe('a disk that takes nothing', () => {
	it('costs pictures and no rows, said once', async () => {
		writeFileSync(join(dataDir, 'detections'), 'a file in the way');
		for (let i = 0; i < 4; i++) {
			show(i * 2000, [i]);
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		const found = await stored();
		expect(found).toHaveLength(4);
		expect(found.every(({ image_path }) => image_path === null)).toBe(true);
		expect(room.counts()).toMatchObject({ pictures: 4, rows: 0 });
		expect(warn).toHaveBeenCalledOnce();
	});
});

describe('the path of a picture', () => {
	it.each([
		['..', '2026-11-20T10-00-00-123Z.jpg'],
		['../../etc', 'passwd'],
		['{id}', '../2026-11-20T10-00-00-123Z.jpg'],
		['{id}', '..'],
		['{id}', '.part'],
		['{id}', '2026-11-20T10-00-00-123Z.jpg\u0000.png'],
		['{id}', '2026-11-20T10-00-00-123Z.jpg/x'],
		['{id}', '2026-11-20T10-00-00-123Z.JPG'],
		['', '']
	])('is none for %s/%s', async (stream, name) => {
		const path = room.screenshot(stream.replace('{id}', streamId), name);
		await expect(path).rejects.toThrow('no such picture');
	});
});

describe('forgetting', () => {
	it('removes rows and pictures from before a time', async () => {
		show(0, [1]);
		show(5000, [2]);
		await stored();
		const before = new Date(START + 3000);
		let rounds = 0;
		while ((await room.prune(before)) > 0) rounds++;
		expect(rounds).toBe(2);
		expect(await room.list({ limit: 10 })).toHaveLength(1);
		expect(readdirSync(join(dataDir, 'detections', streamId))).toEqual(['2026-11-20T10-00-05-123Z.jpg']);
	});
});
