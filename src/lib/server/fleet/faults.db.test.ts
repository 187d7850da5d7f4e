// What leases hold through on a real PostgreSQL: dead and cut-off instances, the same id twice, wrong clocks, a database restored or away.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runEvent } from '#lib/contracts/event.ts';
import type { Labels } from '#lib/contracts/instance.ts';
import { createMemoryBus, type Bus } from '../bus/index.ts';
import { projectRoot } from '../config/index.ts';
import { startCluster } from '../db/embedded/cluster.ts';
import { connect, lockLease, migrate, openLine, schema } from '../db/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { createLeases } from './leases.ts';
import { addStreams, createStage, heldBy, placed, selfOf, size, sizes, until } from './testing.ts';

const stage = createStage(() => database.db, { ttlMs: 1000, passMs: 80 });
const { instance, started, ttlMs: TTL_MS } = stage;
let database: TestDatabase;

beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(() => database.reset());
afterEach(stage.clear);

const add = (count: number, placement: Labels = {}) => addStreams(database.db, count, placement);
const change = (id: string, values: Partial<typeof schema.streams.$inferInsert>) =>
	database.db.update(schema.streams).set(values).where(eq(schema.streams.id, id));
const mayWrite = (streamId: string, token: number) =>
	database.db.transaction((tx) => lockLease(tx, streamId, token));
/** Longer than whatever happens by itself. */
const aWhile = () => sleep(1.3 * TTL_MS);

describe('an instance that dies', () => {
	it('loses its streams to others, and cannot write when it comes back', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(6);
		await until('all run', () => placed(a, b) === 6);
		const lost = new Map(a.leases.held());
		expect(lost.size).toBe(3);
		a.network = 'frozen';
		const tookMs = await until('b has them', () => size(b) === 6);
		expect(tookMs).toBeGreaterThan(TTL_MS / 3);
		expect(tookMs).toBeLessThan(3 * TTL_MS);
		for (const [id, token] of lost) {
			expect(await mayWrite(id, token)).toBe(false);
			expect(await mayWrite(id, b.leases.tokenOf(id)!)).toBe(true);
		}
		expect(size(a)).toBe(3);
		a.network = 'up';
		await until('a knows', () => size(a) === 0 && a.running.size === 0);
		await aWhile();
		expect(sizes(a, b)).toEqual([0, 6]);
	});

	it('leaves no run open: they end with the next lease, and with streams nobody wants any more', async () => {
		const a = instance('a');
		await started(a);
		const [kept, unwanted] = await add(2);
		await until('both run', () => size(a) === 2);
		for (const id of [kept!, unwanted!]) {
			const run = randomUUID();
			const row = { id: run, stream_id: id, instance: 'a', state: 'active' as const, started_at: new Date() };
			await database.db.insert(schema.streamRuns).values(row);
			await change(id, { state: 'active', run_id: run, instance: 'a', worker_started_at: new Date() });
		}
		a.network = 'frozen';
		await change(unwanted!, { is_active: false });
		const b = instance('b', { events: true });
		await started(b);
		await until('b has the wanted one', () => size(b) === 1);
		await expect.poll(() => database.db.$count(schema.leases)).toBe(1);
		const rows = await database.db.select().from(schema.streams);
		for (const row of rows) expect(row).toMatchObject({ state: 'inactive', run_id: null, instance: null });
		const runs = await database.db.select().from(schema.streamRuns);
		for (const run of runs) expect(run).toMatchObject({ state: 'inactive', ended_at: expect.any(Date) });
		const events = await database.db.select().from(schema.outbox);
		expect(events.map(({ subject_id }) => subject_id).sort()).toEqual(runs.map(({ id }) => id).sort());
		for (const { payload } of events)
			expect(runEvent.parse(payload)).toMatchObject({ instance: 'a', from: 'active', to: 'inactive' });
		expect(await database.db.$count(schema.streamRunTransitions)).toBe(2);
	});

	it('without anybody to take its streams leaves them at rest, not running for ever', async () => {
		const a = instance('a');
		await started(a);
		const [wanted, stray] = await add(2);
		await until('both run', () => size(a) === 2);
		await change(wanted!, { state: 'active', run_id: randomUUID(), instance: 'a' });
		await change(stray!, { state: 'error', is_active: false, last_error: 'x' });
		a.network = 'frozen';
		await database.db.delete(schema.leases).where(eq(schema.leases.stream_id, stray!));
		await started(instance('b', { self: { roles: ['relay'] } }));
		await expect
			.poll(() => database.db.$count(schema.streams, eq(schema.streams.state, 'inactive')), { timeout: 5000 })
			.toBe(2);
		const rows = await database.db.select().from(schema.streams);
		for (const row of rows) expect(row).toMatchObject({ run_id: null, instance: null, last_error: null });
	});

	it('whose outage others share keeps everything: an expired lease that nobody took is renewed', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(6);
		await until('all run', () => placed(a, b) === 6);
		const before = [new Map(a.leases.held()), new Map(b.leases.held())];
		a.network = b.network = 'cut';
		await sleep(2 * TTL_MS);
		expect(sizes(a, b)).toEqual([3, 3]);
		// b is back first: it waits for a.
		b.network = 'up';
		await sleep(TTL_MS / 2);
		a.network = 'up';
		await aWhile();
		expect([new Map(a.leases.held()), new Map(b.leases.held())]).toEqual(before);
		expect(a.running.size + b.running.size).toBe(6);
	});

	it('cut off from the database and from the others it stops its runs; alone with a silent database it does not', async () => {
		let lostAt: Date | null = null;
		const log = pino({ level: 'silent' });
		const bus = (id: string): Bus => {
			const memory = createMemoryBus(log, id);
			return {
				...memory,
				state: () => ({ ...memory.state(), kind: 'nats', connected: lostAt === null, lostAt })
			};
		};
		const [a, b] = [instance('a', { bus: bus('a') }), instance('b')];
		await started(a, b);
		await add(4);
		await until('all run', () => placed(a, b) === 4);
		await a.leases.pass();
		a.network = 'cut';
		await until('b has all', () => size(b) === 4);
		expect(a.running.size).toBe(2);
		lostAt = new Date();
		await until('a stopped', () => size(a) === 0 && a.running.size === 0);
		a.network = 'up';
		lostAt = null;
		await aWhile();
		expect(sizes(a, b)).toEqual([0, 4]);

		await b.leases.release();
		await until('a has all', () => size(a) === 4);
		await sleep(TTL_MS * 1.5);
		a.network = 'cut';
		lostAt = new Date();
		await aWhile();
		expect(a.running.size).toBe(4);
	});
});

describe('the same id twice', () => {
	it('stops the second server, which names both', async () => {
		const [first, second] = [instance('twin'), instance('twin', { self: { address: '10.9.9.9:3000' } })];
		await started(first);
		await add(2);
		await until('they run', () => size(first) === 2);
		const refusal = await second.leases.start().catch((error: unknown) => error);
		expect(refusal).toMatchObject({ name: 'StartupError' });
		expect(String(refusal)).toContain('twin.example:3000');
		expect(String(refusal)).toContain('10.9.9.9:3000');
		expect(String(refusal)).toContain('VF_INSTANCE_ID');
		await aWhile();
		expect(sizes(first, second)).toEqual([2, 0]);
	});

	it('takes over a dead one when its time is over, and what it held; the dead one back holds nothing', async () => {
		const [first, second] = [instance('twin'), instance('twin')];
		await started(first);
		await add(2);
		await until('they run', () => size(first) === 2);
		first.network = 'frozen';
		await second.leases.start();
		await until('the second runs them', () => size(second) === 2);
		first.network = 'up';
		await until('the first stopped', () => size(first) === 0 && first.running.size === 0);
		await aWhile();
		expect(sizes(first, second)).toEqual([0, 2]);
		await second.leases.release();
		await until('the first is back', () => size(first) === 2);
	});

	it('alone on its database it waits for nobody', async () => {
		const [first, second] = [instance('twin'), instance('twin', { self: { alone: true } })];
		await started(first);
		await add(2);
		await until('they run', () => size(first) === 2);
		first.network = 'frozen';
		const begun = performance.now();
		await second.leases.start();
		expect(size(second)).toBe(2);
		expect(performance.now() - begun).toBeLessThan(TTL_MS / 2);
	});
});

describe('time', () => {
	it('clocks an hour apart decide nothing, and are told', async () => {
		const ahead = instance('ahead', { clock: () => Date.now() + 3600_000 });
		const behind = instance('behind', { clock: () => Date.now() - 3600_000 });
		await started(ahead, behind);
		await add(8);
		await until('all run', () => placed(ahead, behind) === 8);
		await aWhile();
		expect(sizes(ahead, behind)).toEqual([4, 4]);
		expect(ahead.leases.clockSkewS()).toBeCloseTo(3600, 0);
		expect(behind.leases.clockSkewS()).toBeCloseTo(-3600, 0);
		const rows = await database.db.select().from(schema.instances);
		const skews = new Map(rows.map(({ id, clock_skew_s }) => [id, Math.round(clock_skew_s)]));
		expect(skews).toEqual(
			new Map([
				['ahead', 3600],
				['behind', -3600]
			])
		);
		ahead.network = 'frozen';
		await until('the other has them', () => size(behind) === 8);
	});

	it('a database restored from yesterday: holders notice, old tokens write nothing, all runs again', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		const ids = await add(6);
		await until('all run', () => placed(a, b) === 6);
		const before = new Map([...a.leases.held(), ...b.leases.held()]);
		const [one, two] = [heldBy(a)[0]!, heldBy(b)[0]!];
		await database.db.transaction(async (tx) => {
			await tx.execute(sql`select setval('lease_tokens', 1)`);
			await tx.execute(sql`delete from leases where stream_id not in (${one}, ${two})`);
			// As they were then: one held by somebody long gone, one by whoever holds another today.
			await tx.execute(sql`update leases set token = token - 1000, instance = 'gone', boot = gen_random_uuid(),
				expires_at = now() - interval '1 day' where stream_id = ${one}`);
			await tx.execute(sql`update leases set token = token - 1000, instance = 'a', boot = ${a.self.boot}::uuid,
				expires_at = now() - interval '1 day' where stream_id = ${two}`);
			await tx.execute(
				sql`update instances set heartbeat_at = now() - interval '1 day', boot = gen_random_uuid()`
			);
		});
		const now = () => new Map([...a.leases.held(), ...b.leases.held()]);
		const renewed = () => placed(a, b) === 6 && ids.every((id) => now().get(id) !== before.get(id));
		await until('all run under new leases', renewed, 2 * TTL_MS);
		for (const [id, token] of before) {
			expect(await mayWrite(id, token)).toBe(false);
			expect(now().get(id)).toBeGreaterThan(token);
		}
	});

	it('instances that nobody has heard of for a day are forgotten', async () => {
		const row = { roles: [], labels: {}, version: '0', max_streams: 1, boot: randomUUID() };
		const ago = (hours: number) => new Date(Date.now() - hours * 3600_000);
		await database.db.insert(schema.instances).values([
			{ id: 'old', ...row, heartbeat_at: ago(25) },
			{ id: 'young', ...row, heartbeat_at: ago(23) }
		]);
		await started(instance('a'));
		const rows = await database.db.select().from(schema.instances);
		expect(rows.map(({ id }) => id).sort()).toEqual(['a', 'young']);
	});
});

it('a PostgreSQL that is stopped and started again costs nobody a stream', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'vf-leases-'));
	const log = pino({ level: 'silent' });
	const start = () => startCluster({ folder: join(folder, 'postgres'), log });
	let cluster = await start();
	await migrate(cluster.connection, projectRoot().dir);
	const { db, close } = connect(cluster.connection);
	const lines = ['a', 'b'].map(() => openLine(cluster.connection));
	const all = lines.map((line, i) =>
		createLeases({
			...{ db, line, log, bus: createMemoryBus(log), ttlMs: TTL_MS, passMs: 80 },
			self: selfOf({ id: `i${i}` })
		})
	);
	try {
		for (const leases of all) await leases.start();
		await addStreams(db, 6);
		const held = () => all.map((leases) => new Map(leases.held()));
		const count = () => held().reduce((sum, { size: some }) => sum + some, 0);
		await until('all run', () => count() === 6, 4 * TTL_MS);
		const before = held();
		const lost: number[] = [];
		for (const leases of all) leases.onChange(() => lost.push(leases.held().size));
		await cluster.stop();
		await sleep(2 * TTL_MS);
		cluster = await start();
		await sleep(2.5 * TTL_MS);
		expect(held()).toEqual(before);
		expect(lost).toEqual([]);
		const [row] = await db.execute<{ n: number }>(
			sql`select count(*)::int as n from leases where expires_at > now()`
		);
		expect(row).toEqual({ n: 6 });
	} finally {
		for (const leases of all) await leases.release();
		await Promise.all(lines.map((line) => line.close()));
		await close(1);
		await cluster.stop();
		rmSync(folder, { recursive: true, force: true });
	}
});
