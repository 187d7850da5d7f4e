// What the server says of its health, and what makes it say otherwise.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { StreamStatus } from '#lib/contracts/status.ts';
import { createMemoryBus } from '../../bus/index.ts';
import { createHealth, type Check } from './report.ts';
import { createVitals, type VitalsDeps } from './vitals.ts';

const log = pino({ level: 'silent' });
const NOW = Date.parse('2030-01-01T12:00:00Z');
const GB = 1e9;

const QUIET = {
	outage: () => null,
	statuses: () => [],
	ffmpeg: { path: process.execPath, needed: true },
	inference: () => ({ threads: 1, busy: 0, waiting: 0, streams: {} }),
	fleet: { clockSkewS: () => null, others: () => 0, delivers: () => true },
	journal: null,
	parked: async () => 0,
	oldestUndelivered: async () => null
};

function vitalsWith(deps: Partial<VitalsDeps> = {}) {
	return createVitals({
		bus: createMemoryBus(log),
		log,
		instance: 'here',
		dataDir: '/var/lib/secret-place',
		...QUIET,
		disk: async () => ({ free: 100 * GB, total: 200 * GB }),
		now: () => NOW,
		...deps
	});
}

const status = (rest: Partial<StreamStatus>) =>
	({
		streamId: crypto.randomUUID() as string,
		status: 'connected',
		since: new Date(NOW - 60_000).toISOString(),
		lastFrameAt: null,
		code: null,
		...rest
	}) as StreamStatus;

const states = (vitals: ReturnType<typeof vitalsWith>) =>
	Object.fromEntries(Object.entries(vitals.checks).map(([name, check]) => [name, check().state]));

const NAMES = [
	'database',
	'ffmpeg',
	'bus',
	'journal',
	'clock',
	'streamThreads',
	'inference',
	'disk',
	'outbox',
	'messages',
	'streams'
];
const WELL = Object.fromEntries(NAMES.map((name) => [name, 'ok']));

describe('the checks', () => {
	test('are all well when all is well, before the first look too', async () => {
		const vitals = vitalsWith({ statuses: () => [status({})] });
		expect(states(vitals)).toEqual(WELL);
		await vitals.look();
		expect(states(vitals)).toEqual(WELL);
	});

	test.each([
		['under 5 % free', { free: 4 * GB, total: 100 * GB }],
		['under 1 GB free', { free: 0.9 * GB, total: 2 * GB }],
		['full', { free: 0, total: 100 * GB }]
	])('speak of a disk %s', async (_, space) => {
		const vitals = vitalsWith({ disk: async () => space });
		await vitals.look();
		expect(states(vitals)).toEqual({ ...WELL, disk: 'degraded' });
	});

	test('read the real disk, and tell neither path nor message where it cannot be read', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vf-health-'));
		const real = createVitals({ ...depsWithoutDisk(), dataDir: folder });
		await real.look();
		expect(JSON.stringify(real.checks.disk())).not.toContain('cannot be told');
		rmSync(folder, { recursive: true });
		await real.look();
		expect(real.checks.disk()).toEqual({
			state: 'degraded',
			reason: 'the free space of the data folder cannot be told: ENOENT'
		});
	});

	test('speak of a database that is away: for a moment, for long, and no more', () => {
		let now = NOW;
		let outage: { since: Date } | null = { since: new Date(NOW) };
		const vitals = vitalsWith({ now: () => now, outage: () => outage });
		expect(states(vitals)).toEqual({ ...WELL, database: 'degraded' });
		now += 60_000;
		expect(vitals.checks.database()).toEqual({
			state: 'failed',
			reason: 'the database does not answer since 2030-01-01T12:00:00.000Z'
		});
		outage = null;
		expect(vitals.checks.database().state).toBe('ok');
	});

	test('speak of an ffmpeg that is not there, where one is needed', () => {
		const nowhere = vitalsWith({ ffmpeg: { path: null, needed: true } });
		expect(states(nowhere)).toEqual({ ...WELL, ffmpeg: 'degraded' });
		expect(nowhere.checks.ffmpeg()).toMatchObject({
			reason: expect.stringContaining('npm run doctor') as string
		});
		expect(states(vitalsWith({ ffmpeg: { path: null, needed: false } }))).toEqual(WELL);
	});

	test('speak of an ffmpeg that is taken away, until it is back', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vf-health-'));
		const path = join(folder, 'ffmpeg');
		const put = () => writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
		put();
		const vitals = vitalsWith({ ffmpeg: { path, needed: true } });
		await vitals.look();
		expect(states(vitals)).toEqual(WELL);
		chmodSync(path, 0o644);
		await vitals.look();
		expect(states(vitals)).toEqual({ ...WELL, ffmpeg: 'degraded' });
		rmSync(path);
		await vitals.look();
		expect(JSON.stringify(vitals.checks.ffmpeg())).not.toContain(folder);
		put();
		await vitals.look();
		expect(states(vitals)).toEqual(WELL);
		rmSync(folder, { recursive: true });
	});

	test('speak of an alert that waits too long, while the database is away as well', async () => {
		let now = NOW;
		let away = false;
		const vitals = vitalsWith({
			now: () => now,
			oldestUndelivered: () =>
				away ? Promise.reject(new Error('away')) : Promise.resolve(new Date(NOW - 4 * 60_000))
		});
		await vitals.look();
		expect(states(vitals)).toEqual(WELL);
		away = true;
		now += 2 * 60_000;
		await vitals.look();
		expect(vitals.checks.outbox()).toMatchObject({
			state: 'degraded',
			reason: expect.stringContaining('waited 6 min') as string
		});
	});

	test('speak of alerts that nobody is there to deliver, before the first has to wait', () => {
		const vitals = vitalsWith({ fleet: { ...QUIET.fleet, delivers: () => false } });
		expect(states(vitals)).toEqual({ ...WELL, outbox: 'degraded' });
		expect(vitals.checks.outbox()).toMatchObject({
			reason: expect.stringContaining('VF_ROLES') as string
		});
	});

	test('speak of streams without pictures once half a minute has passed, and name none', () => {
		const broken = status({ status: 'stream_error', streamId: 'front-door' });
		const hiccup = status({ status: 'stale', since: new Date(NOW - 5000).toISOString() });
		const off = status({ status: 'deactivated' });
		expect(states(vitalsWith({ statuses: () => [status({}), hiccup, off] }))).toEqual(WELL);
		const check = vitalsWith({ statuses: () => [status({}), broken, off] }).checks.streams();
		expect(check).toEqual({ state: 'degraded', reason: '1 of 2 streams gives no pictures' });
	});

	test('speak of a stream that goes from one trouble to another, until it gives pictures', async () => {
		let now = NOW;
		let word: Partial<StreamStatus> = {};
		const vitals = vitalsWith({ now: () => now, statuses: () => [status({ streamId: 'a', ...word })] });
		const after = async (ms: number, next: Partial<StreamStatus>) => {
			now += ms;
			word = { since: new Date(now).toISOString(), ...next };
			await vitals.look();
			return vitals.checks.streams().state;
		};
		expect(await after(0, { status: 'stream_error' })).toBe('ok');
		expect(await after(20_000, { status: 'starting' })).toBe('ok');
		expect(await after(20_000, { status: 'worker_down' })).toBe('degraded');
		expect(await after(1000, { status: 'connected' })).toBe('ok');
		expect(await after(20_000, { status: 'stale', lastFrameAt: new Date(now).toISOString() })).toBe('ok');
		// Between two looks it gave one.
		expect(await after(20_000, { status: 'stale', lastFrameAt: new Date(now + 15_000).toISOString() })).toBe(
			'ok'
		);
		expect(await after(20_000, { status: 'stream_error' })).toBe('ok');
		expect(await after(20_000, { status: 'stream_error' })).toBe('degraded');
	});

	test('speak of a lost thread at once', () => {
		const down = status({ status: 'worker_down', code: 'worker_down', since: new Date(NOW).toISOString() });
		expect(states(vitalsWith({ statuses: () => [down] }))).toEqual({ ...WELL, streamThreads: 'degraded' });
	});

	test('speak of model threads that finish nothing while pictures wait', async () => {
		let now = NOW;
		let looked = 1;
		const vitals = vitalsWith({
			now: () => now,
			inference: () => ({ threads: 1, busy: 1, waiting: 3, streams: { a: { looked } } })
		});
		const lookAt = async (ms: number) => {
			now = NOW + ms;
			await vitals.look();
			return vitals.checks.inference().state;
		};
		expect(await lookAt(0)).toBe('ok');
		expect(await lookAt(20_000)).toBe('ok');
		expect(await lookAt(31_000)).toBe('degraded');
		looked++;
		expect(await lookAt(40_000)).toBe('ok');
	});

	test('speak of NATS that is away, since when and why', () => {
		const bus = createMemoryBus(log);
		const lost = {
			connected: false,
			lostAt: new Date(NOW),
			reason: 'connection refused',
			kind: 'nats' as const
		};
		const vitals = vitalsWith({ bus: { ...bus, state: () => ({ ...bus.state(), ...lost }) } });
		expect(states(vitals)).toEqual({ ...WELL, bus: 'degraded' });
		expect(vitals.checks.bus()).toMatchObject({
			reason: expect.stringMatching(/since 2030-01-01T12:00:00.000Z \(connection refused\)/) as string
		});
	});

	test('speak of another instance on the same database that cannot be heard', () => {
		const vitals = vitalsWith({ fleet: { ...QUIET.fleet, others: () => 1 } });
		expect(states(vitals)).toEqual({ ...WELL, bus: 'degraded' });
		expect(vitals.checks.bus()).toMatchObject({
			reason: expect.stringContaining('NATS_URL is not set') as string
		});
	});

	test('speak of a journal that is not there, in its own words', () => {
		const state = { available: false, reason: 'NATS has no JetStream' };
		const vitals = vitalsWith({ journal: { state: () => state } });
		expect(states(vitals)).toEqual({ ...WELL, journal: 'degraded' });
		expect(vitals.checks.journal()).toMatchObject({
			reason: expect.stringContaining('NATS has no JetStream') as string
		});
	});

	test.each([
		[null, 'ok'],
		[1.9, 'ok'],
		[-2.1, 'degraded'],
		[3600, 'degraded']
	])('of a clock %s s ahead say %s', (skew, state) => {
		const vitals = vitalsWith({ fleet: { ...QUIET.fleet, clockSkewS: () => skew } });
		expect(states(vitals)).toEqual({ ...WELL, clock: state });
	});

	test('speak of messages that were set aside', async () => {
		const vitals = vitalsWith({ parked: async () => 3 });
		await vitals.look();
		expect(states(vitals)).toEqual({ ...WELL, messages: 'degraded' });
	});
});

function depsWithoutDisk(): VitalsDeps {
	return {
		bus: createMemoryBus(log),
		log,
		instance: 'here',
		dataDir: '/',
		...QUIET
	};
}

describe('the report', () => {
	const ok: Check = { state: 'ok' };
	const healthWith = (checks: Record<string, () => Check>, onStopping = () => {}) =>
		createHealth({ version: '1.2.3', instance: 'here', checks, needed: ['database'], onStopping });

	test('has the form of the contract', () => {
		const report = healthWith({ database: () => ok }).report();
		expect(report).toMatchObject({
			status: 'healthy',
			service: 'vector-flow',
			version: '1.2.3',
			details: { instance: 'here', database: { state: 'ok' } }
		});
		expect(Number.isFinite(Date.parse(report.timestamp))).toBe(true);
	});

	test.each([
		['degraded', 'degraded', 200],
		['failed', 'unhealthy', 503]
	] as const)('of a check that is %s is %s, answered with %i', async (state, word, code) => {
		const health = healthWith({ database: () => ok, disk: () => ({ state, reason: 'why' }) });
		const response = health.respond(health.report());
		expect(response.status).toBe(code);
		expect(await response.json()).toMatchObject({ status: word });
		expect(health.respondReady().status).toBe(200);
	});

	test('is not ready without the database, nor while it stops', () => {
		let database: Check = ok;
		let told = 0;
		const health = healthWith({ database: () => database }, () => told++);
		expect(health.respondReady().status).toBe(200);
		database = { state: 'degraded', reason: 'away' };
		expect(health.respondReady().status).toBe(503);
		database = ok;
		health.stopping();
		expect(health.respondReady().status).toBe(503);
		expect(told).toBe(1);
	});
});
