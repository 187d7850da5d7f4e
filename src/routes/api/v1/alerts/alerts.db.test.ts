// The routes of alerts and detections with the real rooms: who may do what, bad input, files and ranges.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RequestEvent } from '@sveltejs/kit';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { createAlerts } from '#lib/server/alerts/index.ts';
import type { Services } from '#lib/server/app/services.ts';
import { createMemoryBus } from '#lib/server/bus/index.ts';
import { schema } from '#lib/server/db/index.ts';
import { startTestDatabase, type TestDatabase } from '#lib/server/db/testing.ts';
import { createDetections } from '#lib/server/detections/index.ts';
import { createFiles } from '#lib/server/files/index.ts';
import { createStreams } from '#lib/server/streams/index.ts';
import * as detections from '../detections/+server.ts';
import * as screenshot from '../detections/screenshot/[streamId]/[filename]/+server.ts';
import * as ofStream from '../detections/stream/[id]/+server.ts';
import * as all from './+server.ts';
import * as one from './[id]/+server.ts';
import * as acknowledge from './[id]/acknowledge/+server.ts';
import * as clip from './[id]/clip.mp4/+server.ts';
import * as snapshot from './[id]/snapshot.jpg/+server.ts';

let database: TestDatabase;
let dataDir: string;
let services: Services;
let id: string;
let streamId: string;
const FILE = '11111111-1111-4111-8111-111111111111';
const NAME = '2026-11-20T10-00-00-123Z.jpg';

beforeAll(async () => {
	database = await startTestDatabase();
	const { db } = database;
	dataDir = mkdtempSync(join(tmpdir(), 'vf-alert-routes-'));
	const log = pino({ level: 'silent' });
	const bus = createMemoryBus(log);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'test' };
	const streams = createStreams({ db, log, config });
	const files = createFiles({ dataDir, instance: 'test', objects: null, bus, log });
	const held = { files, leaseOf: () => null };
	const alerts = createAlerts({
		...{ db, bus, log, dataDir, ffmpegPath: null, clipRingDir: null },
		...{ ...held, onStatus: () => () => {}, speaksForUnheld: true },
		stillAt: async () => null
	});
	const found = createDetections({
		...{ db, bus, log, dataDir, ...held, events: false },
		draw: async () => new Uint8Array()
	});
	services = { log, streams, alerts, detections: found } as Partial<Services> as Services;
	streamId = (await streams.create(streamInput.parse({ name: 'Yard', rtsp_url: 'rtsp://10.0.0.5/x' }), 't'))
		.id;
	const [row] = await db
		.insert(schema.alerts)
		.values({
			...{ source: 'rule', name: 'Person', severity: 'info', status: 'firing', summary: 'A person.' },
			...{ starts_at: new Date(), fingerprint: 'f', stream_id: streamId },
			...{ snapshot_path: `2026-11/${FILE}.jpg`, clip_path: `2026-11/${FILE}.mp4` }
		} as typeof schema.alerts.$inferInsert)
		.returning();
	id = row!.id;
	mkdirSync(join(dataDir, 'alerts', '2026-11'), { recursive: true });
	writeFileSync(join(dataDir, 'alerts', '2026-11', `${FILE}.jpg`), 'jpeg');
	writeFileSync(join(dataDir, 'alerts', '2026-11', `${FILE}.mp4`), '0123456789');
	mkdirSync(join(dataDir, 'detections', streamId), { recursive: true });
	writeFileSync(join(dataDir, 'detections', streamId, NAME), 'jpeg');
});
afterAll(async () => {
	await database.stop();
	rmSync(dataDir, { recursive: true, force: true });
});

type Route = (event: RequestEvent) => Promise<Response>;
interface Asked {
	role?: Role | null;
	params?: Record<string, string>;
	query?: string;
	headers?: Record<string, string>;
}

function ask(route: Route, { role = 'viewer', params = { id }, query = '', headers = {} }: Asked = {}) {
	const url = new URL(`http://localhost/api/v1/x${query}`);
	const identity = role && { userId: 'u', email: 'u@example.org', name: 'U', role, via: 'session' as const };
	return route({
		...{ request: new Request(url, { headers }), url, params },
		locals: { services, identity, requestId: 'r' }
	} as unknown as RequestEvent);
}

describe('who may do what', () => {
	const picture = () => ({ streamId, filename: NAME });
	it.each<[string, Route, Role, (() => Record<string, string>)?]>([
		['list alerts', all.GET, 'viewer'],
		['read one', one.GET, 'viewer'],
		['see its picture', snapshot.GET, 'viewer'],
		['see its clip', clip.GET, 'viewer'],
		['acknowledge', acknowledge.POST, 'operator'],
		['list detections', detections.GET, 'viewer'],
		["list a stream's", ofStream.GET, 'viewer', () => ({ id: streamId })],
		['see a screenshot', screenshot.GET, 'viewer', picture]
	])('%s', async (_, route, least, params) => {
		const ORDER: (Role | null)[] = [null, 'viewer', 'operator', 'admin'];
		for (const role of ORDER) {
			const { status } = await ask(route, { role, ...(params && { params: params() }) });
			if (role === null) expect(status).toBe(401);
			else if (ORDER.indexOf(role) < ORDER.indexOf(least)) expect(status, role).toBe(403);
			else expect(status, role).toBe(200);
		}
	});
});

describe('files', () => {
	it('are pictures, and clips that players ask for in ranges', async () => {
		const jpeg = await ask(snapshot.GET);
		expect(jpeg.headers.get('content-type')).toBe('image/jpeg');
		expect(jpeg.headers.get('cache-control')).toContain('immutable');
		const part = await ask(clip.GET, { headers: { range: 'bytes=2-4' } });
		expect([part.status, await part.text()]).toEqual([206, '234']);
	});

	it('that were removed answer 404 in words', async () => {
		rmSync(join(dataDir, 'alerts', '2026-11', `${FILE}.jpg`));
		const gone = await ask(snapshot.GET);
		expect(gone.status).toBe(404);
		expect(await gone.text()).toContain('not there any more');
	});
});

describe('bad input', () => {
	it.each([
		[all.GET, '?limit=0'],
		[all.GET, '?severity=loud'],
		[all.GET, '?status=firing,burning'],
		[all.GET, '?stream_id=x'],
		[all.GET, '?before=yesterday'],
		[all.GET, '?unknown=1'],
		[detections.GET, '?limit=1001'],
		[detections.GET, '?min_confidence=2'],
		[detections.GET, '?track_id=x']
	])('%o %s', async (route, query) => {
		expect((await ask(route, { query })).status).toBe(400);
	});

	it.each(['none', '../..', '00000000-0000-4000-8000-000000000000'])(
		'the id %s is not found',
		async (unknown) => {
			for (const route of [one.GET, snapshot.GET, clip.GET, ofStream.GET, acknowledge.POST])
				expect((await ask(route, { role: 'admin', params: { id: unknown } })).status).toBe(404);
		}
	);

	it.each([
		['../../postgres', 'PG_VERSION'],
		['{id}', '../../alerts/2026-11/11111111-1111-4111-8111-111111111111.mp4'],
		['{id}', '2026-11-20T10-00-00-124Z.jpg']
	])('the picture %s/%s is not found', async (stream, filename) => {
		const params = { streamId: stream.replace('{id}', streamId), filename };
		expect((await ask(screenshot.GET, { params })).status).toBe(404);
	});
});

it('acknowledges in the name of who asks', async () => {
	const answer = (await (await ask(acknowledge.POST, { role: 'operator' })).json()) as AlertRecord;
	expect(answer).toMatchObject({ id, acknowledged_by: 'u@example.org', status: 'firing' });
});
