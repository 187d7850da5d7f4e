// Scenarios and sessions on a real PostgreSQL with the real registry: who may, what is refused, what ends them, what stays.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { RequestEvent } from '@sveltejs/kit';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Role } from '#lib/contracts/account.ts';
import type { RunState } from '#lib/contracts/run.ts';
import {
	predictionPage,
	predictionQuery,
	scenarioRecord,
	sessionInput,
	sessionRecord
} from '#lib/contracts/scenario.ts';
import { streamInput } from '#lib/contracts/stream.ts';
import { AppError } from '../base/errors.ts';
import { createMemoryBus, type StreamChange } from '../bus/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createDetections, type Detections } from '../detections/index.ts';
import { createFiles } from '../files/index.ts';
import { createHistory, type History } from '../history/index.ts';
import { createStreams, type RunnableStream, type StreamsRoom } from '../streams/index.ts';
import * as prediction from '../../../routes/api/v1/prediction/[id]/+server.ts';
import * as scenarioInit from '../../../routes/api/v1/scenario/init/+server.ts';
import * as scenarioShutdown from '../../../routes/api/v1/scenario/[id]/shutdown/+server.ts';
import * as scenarioOne from '../../../routes/api/v1/scenario/[id]/+server.ts';
import * as sessionCreate from '../../../routes/api/v1/session/create/+server.ts';
import * as sessionOne from '../../../routes/api/v1/session/[id]/+server.ts';
import * as streamList from '../../../routes/api/v1/streams/+server.ts';
import { createScenarios, type Scenarios, type ScenariosDeps } from './index.ts';

const SECRET = 'hunter2-Pl4nted';
const camera_url = `rtsp://admin:${SECRET}@10.0.0.5/live`;
const OWNER = { userId: 'ada', email: 'ada@example.org', via: 'session' as const };
const log = pino({ level: 'silent' });
const config = {
	secretKey: 'k'.repeat(32),
	mediaDirs: [],
	sourceDeny: ['169.254.0.0/16'],
	instanceId: 'one'
};

let database: TestDatabase;
let streams: StreamsRoom;
let detections: Detections;
let history: History;
let changes: StreamChange[];
/** What the instance holds. */
let held: Map<string, number>;
let signedIn: string[];
let scenarios: Scenarios;

beforeAll(async () => {
	database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	changes = [];
	signedIn = [OWNER.userId];
	const { db } = database;
	const bus = createMemoryBus(log);
	held = new Map();
	const leases = { wanted: () => held };
	streams = createStreams({ db, log, config, leases, onChange: (change) => changes.push(change) });
	const dataDir = '/nowhere';
	const files = createFiles({ dataDir, instance: 'test', objects: null, bus, log });
	const leaseOf = (streamId: string) => held.get(streamId) ?? null;
	detections = createDetections({
		...{ db, bus, log, dataDir, files, leaseOf, events: false },
		draw: async () => new Uint8Array()
	});
	history = createHistory({ db, bus, log, leaseOf, retentionDays: async () => 1 });
	scenarios = room();
});

function room(over: Partial<ScenariosDeps> = {}): Scenarios {
	return createScenarios({
		db: database.db,
		log,
		streams: streams.ephemeral,
		results: { detections: detections.page, flow: history.page },
		signedIn: async (ids) => ids.filter((id) => signedIn.includes(id)),
		everyMs: 20,
		graceMs: 0,
		...over
	});
}

const init = (name?: string) => scenarios.init({ camera_url, ...(name && { name }) }, OWNER);
const session = (over: object = {}) =>
	scenarios.sessions.create(sessionInput.parse({ url: camera_url, ...over }), OWNER);

/** What there is to run for an instance that holds every stream. */
async function runnableStreams(): Promise<RunnableStream[]> {
	for (const { id } of await streams.list({ ephemeral: true }))
		held.set(id, await grantLease(database.db, id));
	return (await streams.listRunnable()).runnable;
}

/** As the engine does when it takes a stream up, step by step. */
async function pass(streamId: string, runId: string, ...states: RunState[]): Promise<void> {
	const token = await grantLease(database.db, streamId);
	let from: RunState = 'inactive';
	for (const to of states) {
		const told = { streamId, token, runId, from, to, at: new Date(), detail: null, code: null };
		await streams.recordRunState(told);
		from = to;
	}
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => null,
		(cause: unknown) => cause
	);
	if (!(error instanceof AppError)) throw new Error('must be refused', { cause: error });
	return error;
}

/** Runs the keeper until the check holds. */
async function kept(check: () => Promise<boolean>, keeper = scenarios): Promise<void> {
	keeper.start();
	try {
		await expect.poll(check, { timeout: 5000 }).toBe(true);
	} finally {
		await keeper.stop();
	}
}

/** Asked so that nobody counts as heard of. */
async function endOf(session: string): Promise<string | null> {
	return (await scenarios.sessions.list()).find(({ id }) => id === session)!.end_reason;
}

async function see(streamId: string, agoS: number, label = 'person'): Promise<void> {
	await database.db.execute(sql`
		insert into detections (id, stream_id, timestamp, label, confidence, x, y, width, height, track_id)
		values (${randomUUID()}, ${streamId}, now() - make_interval(secs => ${agoS}), ${label}, 0.9, 0, 0, 1, 1, 1)`);
}

describe('a scenario', () => {
	it('is known by its uuid before the engine has begun its run, and its run bears it', async () => {
		const made = scenarioRecord.parse(await init('Dock'));
		expect(made).toMatchObject({
			status: 'init_startup',
			name: 'Dock',
			owner: OWNER.email,
			camera_url: 'rtsp://admin:***@10.0.0.5/live',
			history: [],
			shutdown_at: null
		});
		const { scenario_uuid: id, stream_id } = made;
		const runnable = await runnableStreams();
		expect(runnable).toMatchObject([{ id: stream_id, nextRunId: id }]);
		expect(runnable[0]!.source.url).toContain(SECRET);
		await pass(stream_id, id, 'init_startup', 'in_startup_processing', 'active');
		expect((await runnableStreams())[0]).not.toHaveProperty('nextRunId');
		const active = await scenarios.get(id);
		expect(active).toMatchObject({ status: 'active', instance: 'one' });
		expect(active.history.map(({ run_id, to }) => [run_id, to])).toEqual([
			[id, 'init_startup'],
			[id, 'in_startup_processing'],
			[id, 'active']
		]);
		expect(JSON.stringify([active, await scenarios.list()])).not.toContain(SECRET);
	});

	it('stays the same through failures and another run', async () => {
		const { scenario_uuid: id, stream_id } = await init();
		await pass(stream_id, id, 'init_startup', 'error', 'init_startup', 'active');
		await see(stream_id, 60, 'before');
		const second = randomUUID();
		await pass(stream_id, second, 'init_startup', 'active');
		await see(stream_id, 30, 'after');
		const { status, history: past } = await scenarios.get(id);
		expect(status).toBe('active');
		expect(past.map(({ run_id }) => run_id)).toEqual([id, id, id, id, second, second]);
		const { items } = await scenarios.results(id, predictionQuery.parse({}));
		expect(items).toMatchObject([{ label: 'before' }, { label: 'after' }]);
	});

	it('ends once, keeps its history and results, and forgets its address', async () => {
		const { scenario_uuid: id, stream_id } = await init();
		await pass(stream_id, id, 'init_startup', 'active');
		const told = await scenarios.shutdown(id);
		expect(told).toMatchObject({ status: 'init_shutdown', end_reason: 'shutdown', ended_at: null });
		expect(changes.at(-1)).toEqual({ streamId: stream_id, change: 'activation' });
		expect(await runnableStreams()).toEqual([]);
		await pass(stream_id, id, 'init_shutdown', 'in_shutdown_processing', 'inactive');
		const over = await scenarios.shutdown(id);
		expect(over).toMatchObject({ status: 'inactive', shutdown_at: told.shutdown_at });
		expect(over.ended_at! >= over.shutdown_at!).toBe(true);
		expect(over.history).toHaveLength(5);
		const [row] = await database.db.execute(sql`select sealed_url from streams where id = ${stream_id}`);
		expect(row).toEqual({ sealed_url: '' });
		await streams.ephemeral.start(stream_id);
		expect(await runnableStreams()).toEqual([]);
	});

	it('that never ran ends too', async () => {
		const { scenario_uuid: id } = await init();
		const over = await scenarios.shutdown(id);
		expect(over).toMatchObject({ status: 'inactive', history: [], started_at: null });
		expect(over.ended_at).toBe(over.shutdown_at);
	});

	it('is hidden from the fleet, and its stream is driven by it alone', async () => {
		const { stream_id } = await init();
		expect(await streams.list()).toEqual([]);
		expect(await streams.list({ ephemeral: true })).toMatchObject([{ id: stream_id, ephemeral: true }]);
		const refused = await refusal(streams.setActive(stream_id, false));
		expect(refused).toMatchObject({ code: 'conflict', message: expect.stringContaining('/api/v1/scenario') });
		expect(await streams.patch(stream_id, { threshold: 3 })).toMatchObject({ threshold: 3, is_active: true });
	});

	it.each([
		['rtsp://169.254.169.254/latest', /169\.254\.169\.254/],
		['ftp://10.0.0.5/x', /ftp/],
		['file:///etc/passwd', /./],
		['nonsense', /not an address/],
		['rtsp://admin:***@10.0.0.5/live', /password/]
	])('%s is refused by the name of its own field, and leaves nothing', async (url, words) => {
		const error = await refusal(scenarios.init({ camera_url: url }, OWNER));
		expect(error.code).toBe('invalid_input');
		expect(error.errors).toMatchObject([{ path: 'camera_url', message: expect.stringMatching(words) }]);
		expect(await streams.list({ ephemeral: true })).toEqual([]);
	});

	it('is one of so many, also when they come at once', async () => {
		scenarios = room({ most: 3 });
		const all = await Promise.allSettled(Array.from({ length: 8 }, () => init()));
		const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
		expect(refused).toHaveLength(5);
		for (const error of refused) expect(error).toMatchObject({ code: 'capacity_reached' });
		expect(await streams.list({ ephemeral: true })).toHaveLength(3);
		const [first] = await scenarios.list();
		await scenarios.shutdown(first!.scenario_uuid);
		await init();
		expect((await refusal(session())).code).toBe('capacity_reached');
	});

	it.each(['', 'x', randomUUID(), "'; drop table scenarios;--"])('%s is none', async (id) => {
		const calls = [
			() => scenarios.get(id),
			() => scenarios.shutdown(id),
			() => scenarios.results(id, predictionQuery.parse({}))
		];
		for (const call of calls) expect(await refusal(call())).toMatchObject({ code: 'not_found' });
		expect((await refusal(scenarios.sessions.remove(id))).code).toBe('not_found');
	});

	it('and a session are not each other', async () => {
		const { scenario_uuid } = await init();
		const { id } = await session();
		expect((await refusal(scenarios.get(id))).code).toBe('not_found');
		expect((await refusal(scenarios.sessions.get(scenario_uuid, OWNER))).code).toBe('not_found');
	});
});

describe('results', () => {
	it('come page by page, oldest first, each once, to the end', async () => {
		const { scenario_uuid: id, stream_id } = await init();
		await pass(stream_id, id, 'init_startup', 'active');
		for (let i = 0; i < 7; i++) await see(stream_id, 60 - i, `n${i}`);
		// Of one moment: the id parts them.
		await database.db.execute(
			sql`update detections set timestamp = now() - interval '50 seconds' where label in ('n5', 'n6')`
		);
		const labels: unknown[] = [];
		let cursor: string | undefined;
		for (let pages = 0; pages < 4; pages++) {
			const page = await scenarios.results(id, predictionQuery.parse({ limit: '2', cursor }));
			predictionPage.parse(page);
			labels.push(...page.items.map((item) => 'label' in item && item.label));
			expect(page).toMatchObject({ more: pages < 3, complete: false });
			cursor = page.cursor!;
		}
		expect(labels.slice(0, 5)).toEqual(['n0', 'n1', 'n2', 'n3', 'n4']);
		expect(new Set(labels).size).toBe(7);
		// The cursor stays good for what comes later.
		expect(await scenarios.results(id, predictionQuery.parse({ cursor }))).toMatchObject({
			items: [],
			cursor,
			more: false
		});
		await see(stream_id, 10, 'later');
		await see(stream_id, 1, 'unsettled');
		const { items } = await scenarios.results(id, predictionQuery.parse({ cursor }));
		expect(items).toMatchObject([{ label: 'later' }]);
	});

	it('say when they are complete', async () => {
		const { scenario_uuid: id } = await init();
		await scenarios.shutdown(id);
		expect(await scenarios.results(id, predictionQuery.parse({}))).toMatchObject({ complete: false });
		await database.db.execute(sql`update scenarios set shutdown_at = now() - interval '6 seconds'`);
		expect(await scenarios.results(id, predictionQuery.parse({}))).toMatchObject({
			items: [],
			cursor: null,
			complete: true
		});
	});

	it('of motion are the seconds of the whole picture', async () => {
		const { scenario_uuid: id, stream_id } = await init();
		await database.db.execute(sql`
			insert into flow_samples (stream_id, zone_id, at, avg, max, count, total, direction, coherence, objects)
			select ${stream_id}, zone, now() - make_interval(secs => 60 - n), n, n, n, 100, null, 0,
				'{"person": {"count": 2, "maxConfidence": 1, "longestS": 3}}'
			from generate_series(0, 4) n, (values (null::uuid), (gen_random_uuid())) z(zone)`);
		const first = await scenarios.results(id, predictionQuery.parse({ kind: 'flow', limit: '3' }));
		expect(first.items).toMatchObject([
			{ avg: 0, zone_id: null, objects: { person: 2 } },
			{ avg: 1 },
			{ avg: 2 }
		]);
		const rest = await scenarios.results(id, predictionQuery.parse({ kind: 'flow', cursor: first.cursor! }));
		expect(rest.items).toMatchObject([{ avg: 3 }, { avg: 4 }]);
		expect(rest.more).toBe(false);
	});

	it.each(['x', '2026-13-45T00:00:00.000Z', '2026-01-01T00:00:00.000Z_x', ''])(
		'are not asked for with the cursor %s',
		(cursor) => expect(predictionQuery.safeParse({ cursor }).success).toBe(false)
	);
});

describe('a session', () => {
	it('rests until it is started, and starts and stops as often as one likes', async () => {
		const made = sessionRecord.parse(await session());
		const { id, stream_id } = made;
		expect(made).toMatchObject({ status: 'inactive', idle_timeout_s: 120 });
		for (let round = 0; round < 2; round++) {
			expect(await scenarios.sessions.run(id, true, OWNER)).toMatchObject({ status: 'init_startup' });
			await scenarios.sessions.run(id, true, OWNER);
			const run = randomUUID();
			await pass(stream_id, run, 'init_startup', 'active');
			expect(await scenarios.sessions.run(id, false, OWNER)).toMatchObject({ status: 'init_shutdown' });
			await pass(stream_id, run, 'init_shutdown', 'inactive');
			expect(await scenarios.sessions.run(id, false, OWNER)).toMatchObject({ status: 'inactive' });
		}
		expect((await scenarios.sessions.get(id, OWNER)).ended_at).toBeNull();
		await scenarios.sessions.remove(id);
		expect(await streams.list({ ephemeral: true })).toEqual([]);
		expect((await refusal(scenarios.sessions.remove(id))).code).toBe('not_found');
	});

	it('ends when its owner has been silent for too long; others asking is no sign of the owner', async () => {
		const [silent, heard, watched] = [await session(), await session(), await session()];
		await scenarios.sessions.run(silent.id, true, OWNER);
		await database.db.execute(sql`update scenarios set seen_at = now() - interval '3 minutes'`);
		await scenarios.sessions.status(silent.id, { ...OWNER, userId: 'bob' });
		await scenarios.sessions.status(heard.id, OWNER);
		const watching = new AbortController();
		scenarios.sessions.accompany({ ...OWNER, userId: 'bob' }, null, watching.signal);
		scenarios.sessions.accompany(OWNER, [watched.stream_id], watching.signal);
		await kept(async () => (await endOf(silent.id)) === 'idle');
		expect(await runnableStreams()).toEqual([]);
		for (const { id } of [heard, watched])
			expect(await scenarios.sessions.status(id, OWNER)).toMatchObject({ end_reason: null });
		const again = await refusal(scenarios.sessions.run(silent.id, true, OWNER));
		expect(again).toMatchObject({ code: 'conflict', message: expect.stringContaining('idle') });
		await scenarios.sessions.run(silent.id, false, OWNER);
		watching.abort();
		scenarios = room();
		await database.db.execute(sql`update scenarios set seen_at = now() - interval '3 minutes'`);
		await kept(async () =>
			(await scenarios.sessions.list()).every(({ end_reason }) => end_reason === 'idle')
		);
	});

	it('ends when its owner signs out; one made by a key does not, nor does a scenario', async () => {
		const [{ id }, scenario] = [await session(), await init()];
		const byKey = await scenarios.sessions.create(sessionInput.parse({ url: camera_url }), {
			...OWNER,
			via: 'api-key'
		});
		signedIn = [];
		await kept(async () => (await endOf(id)) === 'signed_out');
		expect(await scenarios.sessions.status(byKey.id, OWNER)).toMatchObject({ end_reason: null });
		expect(await scenarios.get(scenario.scenario_uuid)).toMatchObject({ end_reason: null });
	});

	it('gets a grace after a start of the server, in which nobody could be heard', async () => {
		const { id } = await session();
		await database.db.execute(sql`update scenarios set seen_at = now() - interval '3 minutes'`);
		const careful = room({ graceMs: 60_000 });
		signedIn = [OWNER.userId];
		careful.start();
		await new Promise((resolve) => setTimeout(resolve, 200));
		await careful.stop();
		expect((await scenarios.sessions.list())[0]).toMatchObject({ id, end_reason: null });
	});

	it('of a webcam is refused and says what is missing', async () => {
		const error = await refusal(session({ source: 'webcam', url: undefined }));
		expect(error).toMatchObject({ code: 'not_supported', message: expect.stringContaining('webcam') });
		expect((await refusal(session({ url: undefined }))).errors).toMatchObject([{ path: 'url' }]);
		expect((await refusal(session({ url: 'rtsp://169.254.0.1/' }))).errors).toMatchObject([{ path: 'url' }]);
	});
});

describe('what is left behind', () => {
	it('is finished where a crash cut an end short, and cleared where it cut a beginning short', async () => {
		const { scenario_uuid: id } = await init();
		await database.db.execute(sql`update scenarios set shutdown_at = now(), end_reason = 'shutdown'`);
		const orphan = await streams.ephemeral.create(streamInput.parse({ name: 'x', rtsp_url: camera_url }));
		await database.db.execute(
			sql`update streams set created_at = now() - interval '1 hour' where id = ${orphan}`
		);
		await kept(
			async () =>
				(await runnableStreams()).length === 0 && (await streams.list({ ephemeral: true })).length === 1
		);
		expect(await scenarios.get(id)).toMatchObject({ status: 'inactive' });
	});

	it('is looked after by several instances at once, and each finds no fault in it', async () => {
		const warn = vi.fn();
		const others = Array.from({ length: 3 }, () =>
			room({ log: Object.assign(pino({ level: 'silent' }), { warn }) })
		);
		await Promise.all([init('One'), init('Two'), session(), session()]);
		for (let i = 0; i < 6; i++)
			await streams.ephemeral.create(streamInput.parse({ name: 'x', rtsp_url: camera_url }));
		const { db } = database;
		await db.execute(
			sql`update scenarios set shutdown_at = now(), end_reason = 'shutdown' where kind = 'scenario'`
		);
		await db.execute(sql`update scenarios set seen_at = now() - interval '1 hour' where kind = 'session'`);
		await db.execute(sql`update streams set created_at = now() - interval '1 hour'`);
		for (const other of others) other.start();
		const left = () => streams.list({ ephemeral: true });
		await expect.poll(async () => (await left()).length, { timeout: 5000 }).toBe(4);
		await expect.poll(async () => (await left()).some(({ is_active }) => is_active)).toBe(false);
		await Promise.all(others.map((other) => other.stop()));
		expect((await scenarios.sessions.list()).map(({ end_reason }) => end_reason)).toEqual(['idle', 'idle']);
		expect(warn).not.toHaveBeenCalled();
	});

	it('is forgotten with its results by age, and not before its end', async () => {
		const [old, open] = [await init(), await init()];
		await scenarios.shutdown(old.scenario_uuid);
		await see(old.stream_id, 60);
		expect(await scenarios.prune(new Date(Date.now() - 60_000))).toBe(0);
		expect(await scenarios.prune(new Date(Date.now() + 60_000))).toBe(1);
		expect(await scenarios.prune(new Date(Date.now() + 60_000))).toBe(0);
		expect((await refusal(scenarios.get(old.scenario_uuid))).code).toBe('not_found');
		expect(await detections.list({ limit: 10 })).toEqual([]);
		expect(await scenarios.get(open.scenario_uuid)).toMatchObject({ status: 'init_startup' });
	});

	it('is nothing when an administrator removes the stream itself', async () => {
		const { scenario_uuid, stream_id } = await init();
		await streams.remove(stream_id);
		expect((await refusal(scenarios.get(scenario_uuid))).code).toBe('not_found');
	});
});

describe('over HTTP', () => {
	type Route = (event: RequestEvent) => Promise<Response>;
	async function ask(route: Route, role: Role | null, id = '', body?: unknown, query = '') {
		const url = new URL(`http://localhost/api/v1/x${query}`);
		const request = new Request(
			url,
			body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
		);
		const identity = role && { ...OWNER, name: 'Ada', role };
		const locals = { services: { log, scenarios, streams }, identity, requestId: 'r' };
		const response = await route({ request, url, params: { id }, locals } as unknown as RequestEvent);
		return { status: response.status, body: (await response.json()) as Record<string, never> };
	}

	it('operators start and shut down, viewers read, strangers nothing', async () => {
		const body = { camera_url };
		expect((await ask(scenarioInit.POST, null, '', body)).status).toBe(401);
		expect((await ask(scenarioInit.POST, 'viewer', '', body)).status).toBe(403);
		const made = await ask(scenarioInit.POST, 'operator', '', body);
		expect(made).toMatchObject({ status: 201, body: { status: 'init_startup' } });
		const id = String(made.body['scenario_uuid']);
		expect((await ask(scenarioOne.GET, 'viewer', id)).status).toBe(200);
		expect((await ask(prediction.GET, 'viewer', id)).status).toBe(200);
		expect((await ask(scenarioShutdown.POST, 'viewer', id)).status).toBe(403);
		expect((await ask(scenarioShutdown.POST, 'operator', id)).status).toBe(202);
		expect((await ask(scenarioShutdown.POST, 'operator', id)).status).toBe(202);
		expect((await ask(sessionCreate.POST, 'viewer', '', { url: camera_url })).status).toBe(403);
		expect((await ask(sessionOne.DELETE, 'viewer', id)).status).toBe(403);
		expect((await ask(streamList.GET, 'viewer')).body).toEqual([]);
		expect((await ask(streamList.GET, 'viewer', '', undefined, '?ephemeral=1')).body).toHaveLength(1);
	});

	it.each([
		[{}, 'camera_url'],
		[{ camera_url: '' }, 'camera_url'],
		[{ camera_url: 7 }, 'camera_url'],
		[{ camera_url: `rtsp://10.0.0.5/${'x'.repeat(3000)}` }, 'camera_url'],
		[{ camera_url, fps: 1000 }, 'fps'],
		[{ camera_url, name: 'a\u0000b' }, 'name'],
		[{ camera_url, model_id: randomUUID() }, 'model_id'],
		[{ camera_url, is_active: false }, '']
	])('refuses %.60j', async (body, path) => {
		const { status, body: problem } = await ask(scenarioInit.POST, 'operator', '', body);
		expect(status).toBe(400);
		expect(problem).toMatchObject({ code: 'invalid_input', errors: [{ path }] });
		expect(await streams.list({ ephemeral: true })).toEqual([]);
	});

	it('answers 501 for a webcam and 503 when full', async () => {
		const webcam = await ask(sessionCreate.POST, 'operator', '', { source: 'webcam' });
		expect(webcam).toMatchObject({ status: 501, body: { code: 'not_supported' } });
		scenarios = room({ most: 0 });
		const full = await ask(scenarioInit.POST, 'operator', '', { camera_url });
		expect(full).toMatchObject({ status: 503, body: { code: 'capacity_reached' } });
	});
});
