// The registry on a real PostgreSQL: what people save, what stays secret, what the engine gets and records.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { streamInput, streamPatch, streamRecord, type StreamInput } from '#lib/contracts/stream.ts';
import { runEvent } from '#lib/contracts/event.ts';
import type { RunState } from '#lib/contracts/run.ts';
import { AppError } from '../base/errors.ts';
import type { StreamChange } from '../bus/index.ts';
import { grantLease, startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createStreams, type RunStateChange, type StreamsRoom } from './index.ts';

const SECRET = 'hunter2-Pl4nted';
const URL = `rtsp://admin:${SECRET}@10.0.0.5:554/live`;
const MASKED = 'rtsp://admin:***@10.0.0.5:554/live';

let database: TestDatabase;
let media: string;
let streams: StreamsRoom;
let changes: StreamChange[];
/** What the instance under test holds. */
let held: Map<string, number>;

beforeAll(async () => {
	database = await startTestDatabase();
	media = await mkdtemp(path.join(tmpdir(), 'vf-media-'));
	await writeFile(path.join(media, 'walk.mp4'), 'x');
	await symlink('/etc/passwd', path.join(media, 'leak.mp4'));
});
afterAll(async () => {
	await database.stop();
	await rm(media, { recursive: true });
});
beforeEach(async () => {
	await database.reset();
	changes = [];
	held = new Map();
	streams = room();
});

function room(config: { secretKey?: string; instanceId?: string; events?: boolean } = {}): StreamsRoom {
	const made = createStreams({
		db: database.db,
		leases: { wanted: () => held },
		log: pino({ level: 'silent' }),
		config: {
			secretKey: 'k'.repeat(32),
			mediaDirs: [media],
			sourceDeny: ['169.254.0.0/16'],
			instanceId: 'one',
			...config
		},
		onChange: (change) => changes.push(change),
		resolveName: async (host) => {
			if (host === 'metadata.example') return ['169.254.169.254'];
			if (host === 'camera.example') return ['10.0.0.7'];
			throw new Error(`ENOTFOUND ${host}`);
		}
	});
	// Holds whatever there is, as an instance does that is alone.
	const create: StreamsRoom['create'] = async (...args) => {
		const record = await made.create(...args);
		held.set(record.id, await grantLease(database.db, record.id, config.instanceId ?? 'one'));
		return record;
	};
	return { ...made, create };
}

function input(fields: Partial<StreamInput> = {}): StreamInput {
	return streamInput.parse({ name: 'Gate', rtsp_url: URL, ...fields });
}

const add = (fields: Partial<StreamInput> = {}) => streams.create(input(fields), 'test');

async function addModel(): Promise<string> {
	const [row] = await database.db.execute<{ id: string }>(sql`
		insert into models (name, version, format, spec, inputs, file, size_bytes, sha256, created_by)
		values ('m', 1, 'yolov8', '{}', '[]', 'm.onnx', 1, 'x', 'test') returning id`);
	return row!.id;
}

/** Everything every table holds, as one text. */
async function everything(): Promise<string> {
	const tables = await database.db.execute<{ name: string }>(
		sql`select tablename as name from pg_tables where schemaname = 'public'`
	);
	const dumps = await Promise.all(
		tables.map(({ name }) => database.db.execute(sql`select t::text from ${sql.identifier(name)} t`))
	);
	return JSON.stringify(dumps);
}

async function refusal(work: Promise<unknown>): Promise<AppError> {
	const error = await work.then(
		() => null,
		(cause: unknown) => cause
	);
	if (!(error instanceof AppError)) throw new Error('must be refused', { cause: error });
	return error;
}

describe('registry', () => {
	it('stores every field and gives it back', async () => {
		const model_id = await addModel();
		const given = input({
			name: 'Köln Süd 🚦 <b onclick="x">&amp;</b>',
			location_name: "O'Reilly; drop table streams;--",
			latitude: 50.9375312345,
			longitude: -6.1,
			orientation_deg: 359.9,
			view_angle_deg: 5,
			view_distance_m: 12.5,
			camera_tilt_deg: -45,
			camera_height_m: 0.5,
			threshold: 0.1,
			fps: 7.5,
			flow_mode: 'faithful',
			rtsp_transport: 'udp',
			hardware_decode: 'vaapi',
			model_id
		});
		const created = await streams.create(given, 'test');
		expect(created).toMatchObject({ ...given, rtsp_url: MASKED, state: 'inactive', last_error: null });
		expect(streamRecord.parse(created)).toEqual(created);
		expect(await streams.get(created.id)).toEqual(created);
		expect(await streams.list()).toEqual([created]);
		expect(changes).toEqual([{ streamId: created.id, change: 'created' }]);
	});

	it('lists oldest first', async () => {
		for (const name of ['b', 'a', 'c']) await add({ name });
		expect((await streams.list()).map((stream) => stream.name)).toEqual(['b', 'a', 'c']);
	});

	it('refuses names of 10,000 characters, control characters and nothing at all', () => {
		for (const name of ['x'.repeat(10_000), 'a\u0000b', 'a\nb', '', '   ', null, 7]) {
			expect(streamInput.safeParse({ name, rtsp_url: URL }).success).toBe(false);
		}
		expect(streamInput.safeParse({ name: '👩‍🚒'.repeat(24), rtsp_url: URL }).success).toBe(true);
	});

	it('tells an unknown id, whatever it looks like', async () => {
		for (const id of [randomUUID(), 'x', '', "' or 1=1", '\u0000', 'x'.repeat(10_000)]) {
			const calls = [
				streams.get(id),
				streams.patch(id, { name: 'x' }),
				streams.replace(id, input()),
				streams.remove(id),
				streams.setActive(id, true),
				streams.runs(id, 5),
				streams.activity(id, 5)
			];
			for (const error of await Promise.all(calls.map(refusal))) expect(error.code).toBe('not_found');
		}
	});

	it('removes a stream with its history and activity', async () => {
		const { id } = await add();
		await transition(id, randomUUID(), 'inactive', 'init_startup');
		await streams.appendActivity([line(id, 'x')]);
		await streams.remove(id);
		expect((await refusal(streams.get(id))).code).toBe('not_found');
		expect(changes.at(-1)).toEqual({ streamId: id, change: 'deleted' });
		expect(await everything()).not.toContain(id);
	});
});

describe('addresses', () => {
	it.each([
		['ftp://10.0.0.5/x', 'scheme'],
		['rtsp://169.254.169.254/x', 'may not be reached'],
		['http://metadata.example/x', 'may not be reached'],
		['/etc/passwd', 'outside the media folders'],
		['file:leak.mp4', 'no file leak.mp4'],
		['rtsp://admin:***@10.0.0.5/x', 'type the password again'],
		[`rtsp://admin:12/${SECRET}@10.0.0.5/x`, '%2F']
	])('refuses %s and stores nothing', async (rtsp_url, words) => {
		const error = await refusal(add({ rtsp_url }));
		expect(error.code).toBe('invalid_input');
		expect(error.message).toContain(words);
		expect(error.message).not.toContain(SECRET);
		expect(error.errors[0]?.path).toBe('rtsp_url');
		expect(await streams.list()).toEqual([]);
		expect(changes).toEqual([]);
	});

	it('takes a camera whose name does not resolve today', async () => {
		expect((await add({ rtsp_url: 'rtsp://later.example/x' })).rtsp_url).toBe('rtsp://later.example/x');
	});

	it('keeps planted credentials out of every column and every answer, and gives them to the engine', async () => {
		const created = await add();
		await add({ name: 'second', rtsp_url: `http://10.0.0.6/mjpeg?user=x&password=${SECRET}` });
		await transition(created.id, randomUUID(), 'inactive', 'error', `cannot open ${URL}`);
		await streams.appendActivity([line(created.id, `[rtsp @ 0x1] ${URL}: 401 Unauthorized`)]);
		expect(await everything()).not.toContain(SECRET);
		const answers = [
			await streams.list(),
			await streams.runs(created.id, 9),
			await streams.activity(created.id, 9)
		];
		expect(JSON.stringify(answers)).not.toContain(SECRET);
		const { runnable } = await streams.listRunnable();
		expect(runnable.map((stream) => stream.source.url)).toEqual([
			URL,
			`http://10.0.0.6/mjpeg?user=x&password=${SECRET}`
		]);
		expect(JSON.stringify(runnable.map(({ source: _, ...rest }) => rest))).not.toContain(SECRET);
	});

	it('keeps the stored password when the masked address comes back', async () => {
		const { id } = await add();
		await streams.replace(id, input({ name: 'Renamed', rtsp_url: MASKED }));
		await streams.patch(id, { rtsp_url: 'rtsp://admin:***@10.0.0.5:554/other' });
		const { runnable } = await streams.listRunnable();
		expect(runnable[0]).toMatchObject({
			name: 'Renamed',
			source: { url: `rtsp://admin:${SECRET}@10.0.0.5:554/other` }
		});
	});

	it('never sends a stored password to another host', async () => {
		const { id } = await add();
		for (const rtsp_url of ['rtsp://admin:***@10.0.0.6:554/live', 'rtsp://admin:***@10.0.0.5:555/live']) {
			expect((await refusal(streams.patch(id, { rtsp_url }))).message).toContain('type the password again');
			expect((await streams.sourceToProbe({ url: rtsp_url, rtsp_transport: 'auto', stream_id: id })).ok).toBe(
				false
			);
		}
		expect((await streams.listRunnable()).runnable[0]?.source.url).toBe(URL);
	});

	it.each([
		'rtsp://admin:S3cr%40et"\'<>@10.0.0.5/x',
		'rtsp://admin:S3cr@e:t@10.0.0.5/x',
		'rtsp://:S3cret@10.0.0.5/x',
		"http://10.0.0.5/x?a=1&token=a'S3cret%20b;pwd=S3cret#f",
		'http://u:S3cret@10.0.0.5/x?loginpas=S3cret'
	])('masks %s, whatever characters it is made of, and gives it to the engine', async (rtsp_url) => {
		const { id, rtsp_url: masked } = await add({ rtsp_url });
		expect(masked).toContain('***');
		expect(await everything()).not.toMatch(/S3cr/);
		expect((await streams.listRunnable()).runnable[0]?.source.url).toMatch(/S3cr/);
		expect(await streams.patch(id, { rtsp_url: masked })).toMatchObject({ rtsp_url: masked });
		const elsewhere = masked.replace('10.0.0.5', '10.0.0.6');
		expect((await refusal(streams.patch(id, { rtsp_url: elsewhere }))).code).toBe('invalid_input');
	});

	it('of two addresses given at once, one wins and the other is told', async () => {
		const { id } = await add();
		const given = ['a', 'b', 'c', 'd'].map((name) => `rtsp://10.0.0.5/${name}`);
		const results = await Promise.allSettled(given.map((rtsp_url) => streams.patch(id, { rtsp_url })));
		const won = given.filter((_, i) => results[i]?.status === 'fulfilled');
		expect(won.length).toBeGreaterThan(0);
		expect(won).toContain((await streams.get(id)).rtsp_url);
		for (const result of results) {
			if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
		}
	});

	it('replaces a password and takes it back out', async () => {
		const { id } = await add();
		await streams.patch(id, { rtsp_url: 'rtsp://admin:other@10.0.0.5:554/live' });
		expect((await streams.get(id)).rtsp_url).toBe(MASKED);
		expect((await streams.listRunnable()).runnable[0]?.source.url).toContain(':other@');
		await streams.patch(id, { rtsp_url: 'rtsp://10.0.0.5:554/live' });
		expect((await streams.listRunnable()).runnable[0]?.source.url).toBe('rtsp://10.0.0.5:554/live');
	});

	it('tells a wrong key by its variable, and the other streams run on', async () => {
		const old = await add({ name: 'Old' });
		const other = room({ secretKey: 'z'.repeat(32) });
		await other.create(input({ name: 'New' }), 'test');
		const { runnable, refused } = await other.listRunnable();
		expect(runnable.map((stream) => stream.name)).toEqual(['New']);
		const told = { code: 'secret_unreadable', message: expect.stringContaining('VF_SECRET_KEY') };
		expect(refused).toMatchObject([{ id: old.id, name: 'Old', failure: told }]);
		await other.patch(old.id, { name: 'Older', rtsp_url: MASKED });
		expect((await streams.listRunnable()).runnable.map((stream) => stream.name)).toContain('Older');
		await other.patch(old.id, { rtsp_url: URL });
		expect((await other.listRunnable()).refused).toEqual([]);
	});

	it('tells a file that went away', async () => {
		const file = path.join(media, 'gone.mp4');
		await writeFile(file, 'x');
		const { id } = await add({ rtsp_url: `file://${file}` });
		expect((await streams.listRunnable()).runnable[0]?.source).toMatchObject({
			url: file,
			kind: 'file',
			loop: true
		});
		await rm(file);
		expect((await streams.listRunnable()).refused).toMatchObject([{ id, failure: { code: 'file_missing' } }]);
	});

	it('resolves what is to be probed, with the stored password for its own camera', async () => {
		const { id } = await add();
		const probe = (url: string, stream_id?: string) =>
			streams.sourceToProbe({ url, rtsp_transport: 'tcp', ...(stream_id && { stream_id }) });
		expect(await probe(MASKED, id)).toMatchObject({ ok: true, source: { url: URL, transport: 'tcp' } });
		expect(await probe(MASKED)).toMatchObject({ ok: false, failure: { code: 'bad_address' } });
		expect(await probe('http://metadata.example/')).toMatchObject({
			ok: false,
			failure: { code: 'not_allowed' }
		});
		expect(await probe('http://nowhere.example/')).toMatchObject({
			ok: false,
			failure: { code: 'no_such_host' }
		});
	});
});

describe('changes', () => {
	it('PUT sets what is left out to its default, PATCH leaves it', async () => {
		const { id } = await add({ threshold: 5, location_name: 'North' });
		expect(await streams.patch(id, streamPatch.parse({ name: 'A' }))).toMatchObject({
			name: 'A',
			threshold: 5,
			location_name: 'North'
		});
		expect(await streams.replace(id, input({ name: 'B' }))).toMatchObject({
			name: 'B',
			threshold: 1,
			location_name: null
		});
	});

	it.each([
		[{ name: 'x' }, 'display'],
		[{ arrow_scale: 3, show_trails: true, latitude: 1, orientation_deg: 10 }, 'display'],
		[{ threshold: 3 }, 'processing'],
		[{ name: 'x', grid_size: 8 }, 'processing'],
		[{ placement: { site: 'north' } }, 'placement'],
		[{ placement: { site: 'north' }, location_name: 'x' }, 'placement'],
		[{ rtsp_url: 'rtsp://admin:other@10.0.0.5:554/live' }, 'processing'],
		[{ is_active: false, threshold: 3 }, 'activation']
	] as const)('%j is a change of kind %s', async (patch, kind) => {
		const { id } = await add();
		const version = (await streams.listRunnable()).runnable[0]!.processingVersion;
		await streams.patch(id, patch);
		expect(changes.at(-1)).toEqual({ streamId: id, change: kind });
		const after = (await streams.listRunnable()).runnable[0]?.processingVersion;
		expect(after === version).toBe(kind === 'display' || kind === 'placement');
	});

	it('saving the same again changes nothing and restarts nothing', async () => {
		const before = await add();
		const version = (await streams.listRunnable()).runnable[0]!.processingVersion;
		for (const rtsp_url of [MASKED, URL]) {
			expect(await streams.replace(before.id, input({ rtsp_url }))).toEqual(before);
		}
		expect((await streams.listRunnable()).runnable[0]!.processingVersion).toBe(version);
		expect(changes).toHaveLength(1);
	});

	it('activation is idempotent', async () => {
		const { id } = await add({ is_active: false });
		expect((await streams.listRunnable()).runnable).toEqual([]);
		for (const active of [true, true, false, false]) {
			expect((await streams.setActive(id, active)).is_active).toBe(active);
		}
		expect(changes.map(({ change }) => change)).toEqual(['created', 'activation', 'activation']);
	});

	it('of two changes made from the same reading the second is told', async () => {
		const { id, updated_at: ifUpdatedAt } = await add();
		await streams.patch(id, { name: 'first' }, { ifUpdatedAt });
		const error = await refusal(streams.patch(id, { name: 'second' }, { ifUpdatedAt }));
		expect(error.code).toBe('conflict');
		expect((await streams.get(id)).name).toBe('first');
	});

	it('loses none of many changes at once', async () => {
		const { id } = await add();
		const fields = [
			'threshold',
			'grid_size',
			'win_radius',
			'stale_after_s',
			'arrow_scale',
			'view_distance_m'
		] as const;
		await Promise.all(fields.map((field) => streams.patch(id, { [field]: 9 })));
		expect(await streams.get(id)).toMatchObject(Object.fromEntries(fields.map((field) => [field, 9])));
	});
});

function stateOf(
	streamId: string,
	runId: string,
	from: RunState,
	to: RunState,
	detail: string | null = null
): RunStateChange {
	const code = detail ? 'refused' : null;
	return { streamId, token: held.get(streamId) ?? 0, runId, from, to, at: new Date(), detail, code };
}

function transition(...told: Parameters<typeof stateOf>): Promise<void> {
	return streams.recordRunState(stateOf(...told));
}

function line(streamId: string, text: string) {
	return { streamId, at: new Date().toISOString(), runId: null, level: 'info' as const, text };
}

describe('history', () => {
	it('tells a run from start to end, and the stream follows', async () => {
		const { id } = await add();
		const run = randomUUID();
		await transition(id, run, 'inactive', 'init_startup');
		await transition(id, run, 'init_startup', 'in_startup_processing');
		await transition(id, run, 'in_startup_processing', 'error', 'Connection refused by 10.0.0.5:554');
		expect(await streams.get(id)).toMatchObject({
			state: 'error',
			last_error: 'Connection refused by 10.0.0.5:554',
			instance: 'one'
		});
		await transition(id, run, 'error', 'init_startup');
		expect(await streams.get(id)).toMatchObject({ state: 'init_startup', last_error: expect.any(String) });
		await transition(id, run, 'init_startup', 'active');
		expect(await streams.get(id)).toMatchObject({
			state: 'active',
			last_error: null,
			worker_started_at: expect.any(String)
		});
		await transition(id, run, 'active', 'init_shutdown');
		await transition(id, run, 'init_shutdown', 'inactive');
		expect(await streams.get(id)).toMatchObject({
			state: 'inactive',
			instance: null,
			worker_started_at: null
		});
		const [record] = await streams.runs(id, 10);
		expect(record).toMatchObject({
			id: run,
			state: 'inactive',
			error_code: 'refused',
			live_at: expect.any(String),
			ended_at: expect.any(String)
		});
		expect(record?.transitions.map(({ to }) => to)).toEqual([
			'init_startup',
			'in_startup_processing',
			'error',
			'init_startup',
			'active',
			'init_shutdown',
			'inactive'
		]);
	});

	it('lets a replaced run end late without speaking for its successor', async () => {
		const { id } = await add();
		const [first, second] = [randomUUID(), randomUUID()];
		await transition(id, first, 'inactive', 'init_startup');
		await transition(id, second, 'inactive', 'init_startup');
		await transition(id, second, 'init_startup', 'active');
		await transition(id, first, 'init_startup', 'inactive');
		expect(await streams.get(id)).toMatchObject({ state: 'active', instance: 'one' });
		expect((await streams.runs(id, 10)).map(({ id: run, state }) => [run, state])).toEqual([
			[second, 'active'],
			[first, 'inactive']
		]);
	});

	it('keeps the newest 100 runs, and 200 transitions of each', async () => {
		const { id } = await add();
		for (let i = 0; i < 105; i++) await transition(id, randomUUID(), 'inactive', 'error', 'x');
		expect(await streams.runs(id, 1000)).toHaveLength(100);
		const run = randomUUID();
		for (let i = 0; i < 300; i++) await transition(id, run, 'active', i % 2 ? 'error' : 'init_startup', 'x');
		const [{ n } = { n: 0 }] = await database.db.execute<{ n: number }>(
			sql`select count(*)::int as n from stream_run_transitions where run_id = ${run}`
		);
		expect(n).toBeLessThanOrEqual(250);
		expect((await streams.runs(id, 1))[0]?.transitions).toHaveLength(50);
	});

	it('ignores what is said of a stream that is gone', async () => {
		const { id } = await add();
		await streams.remove(id);
		await transition(id, randomUUID(), 'inactive', 'init_startup');
		await streams.appendActivity([line(id, 'x')]);
		await streams.recordHeartbeats([{ streamId: id, token: held.get(id)!, at: new Date() }]);
		expect(await everything()).not.toContain(id);
	});

	it('writes nothing of a run whose lease is lost, and goes on writing under the new one', async () => {
		const { id } = await add();
		const [old, young] = [randomUUID(), randomUUID()];
		await transition(id, old, 'inactive', 'active');
		const lost = held.get(id)!;
		held.set(id, await grantLease(database.db, id, 'two'));
		await streams.recordRunState({ ...stateOf(id, old, 'active', 'error'), token: lost });
		await streams.recordRunState({ ...stateOf(id, randomUUID(), 'inactive', 'init_startup'), token: lost });
		expect(await streams.get(id)).toMatchObject({ state: 'active', last_error: null });
		await transition(id, young, 'inactive', 'init_startup');
		expect((await streams.runs(id, 9)).map((run) => [run.id, run.state])).toEqual([
			[young, 'init_startup'],
			[old, 'active']
		]);
	});

	it('tells each transition to the journal where there is one, with it or not at all', async () => {
		const { id } = await add();
		const run = randomUUID();
		const told = async () =>
			database.db.execute(sql`select topic, subject_id, payload from outbox order by id`);
		await transition(id, run, 'inactive', 'init_startup');
		expect(await told()).toEqual([]);
		streams = room({ events: true });
		await transition(id, run, 'init_startup', 'error', `no answer from ${URL}`);
		await streams.recordRunState({ ...stateOf(id, run, 'error', 'init_startup'), token: 1 });
		const events = await told();
		expect(events).toMatchObject([{ topic: 'run.state', subject_id: run }]);
		expect(runEvent.parse(events[0]!.payload)).toMatchObject({
			stream_id: id,
			run_id: run,
			instance: 'one',
			from: 'init_startup',
			to: 'error',
			detail: `no answer from ${MASKED}`,
			code: 'refused'
		});
	});
});

describe('heartbeats and activity', () => {
	it('stores many heartbeats at once, never backwards, and touches nothing else', async () => {
		const all = await Promise.all(['a', 'b', 'c'].map((name) => add({ name })));
		const at = new Date('2030-01-02T03:04:05.678Z');
		await streams.recordHeartbeats(all.map(({ id }) => ({ streamId: id, token: held.get(id)!, at })));
		const [first] = all.map(({ id }) => ({ streamId: id, token: held.get(id)! }));
		await streams.recordHeartbeats([{ ...first!, at: new Date('2020-01-01') }]);
		await streams.recordHeartbeats([{ ...first!, token: first!.token - 1, at: new Date('2031-01-01') }]);
		await streams.recordHeartbeats([]);
		for (const before of all) {
			expect(await streams.get(before.id)).toEqual({ ...before, last_heartbeat: at.toISOString() });
		}
	});

	it('keeps lines in order and the newest 500', async () => {
		const { id } = await add();
		const texts = Array.from({ length: 1200 }, (_, i) => `line ${i}`);
		for (let i = 0; i < texts.length; i += 10)
			await streams.appendActivity(texts.slice(i, i + 10).map((text) => line(id, text)));
		const kept = (await streams.activity(id, 10_000)).map(({ text }) => text);
		expect(kept.length).toBeGreaterThanOrEqual(500);
		expect(kept.length).toBeLessThan(560);
		expect(kept).toEqual(texts.slice(-kept.length));
		expect((await streams.activity(id, 2)).map(({ text }) => text)).toEqual(['line 1198', 'line 1199']);
	});

	it('takes any text: NUL, lone surrogates, quotes, a megabyte', async () => {
		const { id } = await add();
		await streams.appendActivity(
			['a\u0000b', '\ud800', `'"\\{}$1`, 'x'.repeat(1_000_000), ''].map((text) => line(id, text))
		);
		const texts = (await streams.activity(id, 10)).map(({ text }) => text);
		expect(texts).toHaveLength(5);
		expect(texts[0]).toBe('ab');
		expect(texts[2]).toBe(`'"\\{}$1`);
		expect(texts[3]).toHaveLength(2000);
	});
});
