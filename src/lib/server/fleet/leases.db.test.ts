// Leases on a real PostgreSQL: several instances on one database, each with an engine that runs nothing.
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
import {
	addStreams,
	selfOf,
	simulateInstance,
	type SimulatedInstance,
	type SimulationOptions
} from './testing.ts';

const TTL_MS = 1000;
const PASS_MS = 80;

let database: TestDatabase;
let living: SimulatedInstance[] = [];

beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(() => database.reset());
afterEach(async () => {
	await Promise.all(living.map(({ leases }) => leases.release().catch(() => {})));
	living = [];
});

type Options = SimulationOptions & { maxStreams?: number; labels?: Labels };

function instance(id: string, { maxStreams = 16, labels = {}, self, ...rest }: Options = {}) {
	const made = simulateInstance(database.db, {
		self: { id, maxStreams, labels, ...self },
		ttlMs: TTL_MS,
		passMs: PASS_MS,
		...rest
	});
	living.push(made);
	return made;
}

async function started(...all: SimulatedInstance[]): Promise<void> {
	await Promise.all(all.map(({ leases }) => leases.start()));
}

const add = (count: number, placement: Labels = {}) => addStreams(database.db, count, placement);
const size = ({ leases }: SimulatedInstance) => leases.held().size;
const sizes = (...all: SimulatedInstance[]) => all.map(size);
const placed = (...all: SimulatedInstance[]) => sizes(...all).reduce((sum, count) => sum + count, 0);
const heldBy = ({ leases }: SimulatedInstance) => [...leases.held().keys()].sort();
const change = (id: string, values: Partial<typeof schema.streams.$inferInsert>) =>
	database.db.update(schema.streams).set(values).where(eq(schema.streams.id, id));
const mayWrite = (streamId: string, token: number) =>
	database.db.transaction((tx) => lockLease(tx, streamId, token));

async function eventually(what: string, holds: () => boolean, limitMs = 5000): Promise<number> {
	const begun = performance.now();
	while (!holds()) {
		if (performance.now() - begun > limitMs) throw new Error(`waited ${limitMs} ms in vain until ${what}`);
		await sleep(10);
	}
	return performance.now() - begun;
}

/** Longer than whatever happens by itself. */
const aWhile = () => sleep(1.3 * TTL_MS);

describe('shares', () => {
	it('by size, and nothing twice', async () => {
		const all = [instance('a', { maxStreams: 6 }), instance('b', { maxStreams: 12 })];
		all.push(instance('c', { maxStreams: 18 }));
		await started(...all);
		const ids = await add(30);
		await eventually('all run', () => placed(...all) === 30);
		expect(sizes(...all)).toEqual([5, 10, 15]);
		expect(all.flatMap(heldBy).sort()).toEqual(ids.sort());
	});

	it('no more than an instance may run, the oldest first, and the rest when there is room', async () => {
		const ids = await add(7);
		const a = instance('a', { maxStreams: 5 });
		await started(a);
		expect(heldBy(a)).toEqual(ids.slice(0, 5).sort());
		await aWhile();
		expect(size(a)).toBe(5);
		await change(ids[0]!, { is_active: false });
		await eventually('the sixth runs', () => a.leases.held().has(ids[5]!) && !a.leases.held().has(ids[0]!));
		expect(size(a)).toBe(5);
	});

	it('a newcomer takes what becomes free, and stops nothing that runs', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(20);
		await eventually('all run', () => placed(a, b) === 20);
		const before = new Map([...a.leases.held(), ...b.leases.held()]);
		const c = instance('c');
		await started(c);
		await aWhile();
		expect(sizes(a, b, c)).toEqual([10, 10, 0]);
		expect(new Map([...a.leases.held(), ...b.leases.held()])).toEqual(before);
		const young = await add(6);
		await eventually('the young run', () => placed(a, b, c) === 26);
		expect(heldBy(c)).toEqual(young.sort());
	});

	it('what fails where it is crowded goes to somebody with room, and what runs well stays', async () => {
		const a = instance('a');
		await started(a);
		const ids = await add(8);
		await eventually('all run', () => size(a) === 8);
		const b = instance('b');
		await started(b);
		for (const id of ids.slice(0, 6)) a.failing.add(id);
		await eventually('some moved', () => size(b) >= 3);
		await aWhile();
		expect(sizes(a, b)).toEqual([4, 4]);
		for (const id of heldBy(b)) expect(ids.slice(0, 6)).toContain(id);
	});

	it('of 500 among 10 that start at once none is doubled, at any moment', async () => {
		const all = Array.from({ length: 10 }, (_, i) => instance(`i${i}`, { maxStreams: 60 }));
		const holder = new Map<string, string>();
		const doubled: string[] = [];
		for (const { self, leases } of all) {
			leases.onChange(() => {
				for (const id of leases.held().keys()) {
					if ((holder.get(id) ?? self.id) !== self.id) doubled.push(id);
					holder.set(id, self.id);
				}
			});
		}
		await add(500);
		await started(...all);
		await eventually('all run', () => placed(...all) === 500, 20_000);
		await aWhile();
		expect(doubled).toEqual([]);
		expect(new Set(all.flatMap(heldBy)).size).toBe(500);
		expect(Math.max(...sizes(...all))).toBeLessThanOrEqual(60);
	}, 40_000);

	it('a quiet instance asks one thing a second', async () => {
		await add(3);
		const a = instance('a');
		await started(a);
		await a.leases.pass();
		const before = a.asked;
		for (let i = 0; i < 5; i++) await a.leases.pass();
		expect(a.asked - before).toBeLessThanOrEqual(7); // five, and what its own clock asked meanwhile
	});

	it('an instance without the role is known and takes nothing', async () => {
		await add(2);
		const web = instance('web', { self: { roles: ['web'] } });
		await started(web);
		await aWhile();
		expect(size(web)).toBe(0);
		expect(await database.db.$count(schema.instances)).toBe(1);
	});
});

describe('placement', () => {
	it('a stream runs where its labels are borne, or nowhere', async () => {
		const [north, south] = [
			instance('n', { labels: { site: 'north' } }),
			instance('s', { labels: { site: 'south' } })
		];
		await started(north, south);
		const cameras = { north: await add(3, { site: 'north' }), south: await add(3, { site: 'south' }) };
		await add(2, { site: 'east' });
		await eventually('six run', () => placed(north, south) === 6);
		await aWhile();
		expect(heldBy(north)).toEqual(cameras.north.sort());
		expect(heldBy(south)).toEqual(cameras.south.sort());
	});

	it('leaves the room of those who alone bear a label to what asks for it', async () => {
		const [plain, gpu] = [
			instance('p', { maxStreams: 10 }),
			instance('g', { maxStreams: 10, labels: { gpu: 'yes' } })
		];
		await add(4);
		const marked = await add(8, { gpu: 'yes' });
		await add(8);
		await started(plain, gpu);
		await eventually('all run', () => placed(plain, gpu) === 20);
		for (const id of marked) expect(gpu.leases.held().has(id)).toBe(true);
	});

	it('a changed one moves it, once its run has stopped', async () => {
		const a = instance('a', { stopMs: 300 });
		const b = instance('b', { labels: { site: 'north' } });
		await started(a);
		const [id] = await add(1);
		await eventually('it runs', () => size(a) === 1);
		await started(b);
		const token = a.leases.tokenOf(id!)!;
		await change(id!, { placement: { site: 'north' } });
		await eventually('it is to stop', () => a.leases.wanted().size === 0);
		expect(a.leases.tokenOf(id!)).toBe(token);
		expect(await mayWrite(id!, token)).toBe(true);
		await eventually('it moved', () => size(b) === 1);
		expect(a.running.size).toBe(0);
		expect(a.leases.tokenOf(id!)).toBeNull();
		expect(await mayWrite(id!, token)).toBe(false);
		expect(await mayWrite(id!, b.leases.tokenOf(id!)!)).toBe(true);
	});
});

describe('giving back', () => {
	it('a deactivated stream is given back, and taken again under a new token', async () => {
		const a = instance('a');
		await started(a);
		const [id] = await add(1);
		await eventually('it runs', () => size(a) === 1);
		const first = a.leases.tokenOf(id!)!;
		await change(id!, { is_active: false });
		await eventually('it is given back', () => size(a) === 0);
		expect(await database.db.$count(schema.leases)).toBe(0);
		await change(id!, { is_active: true });
		await eventually('it runs again', () => size(a) === 1);
		expect(a.leases.tokenOf(id!)).toBeGreaterThan(first);
	});

	it('a deleted stream is lost at once', async () => {
		const a = instance('a');
		await started(a);
		const [id] = await add(1);
		await eventually('it runs', () => size(a) === 1);
		await database.db.delete(schema.streams).where(eq(schema.streams.id, id!));
		await eventually('it is lost', () => size(a) === 0 && a.running.size === 0);
	});

	it('a clean stop hands each stream over as soon as its run has stopped, and tells the others', async () => {
		const bus = createMemoryBus(pino({ level: 'silent' }));
		const a = instance('a', { bus, stopMs: 200 });
		const b = instance('b', { bus, passMs: 60_000, ttlMs: 60_000 });
		await started(a);
		await add(4);
		await eventually('they run', () => size(a) === 4);
		await started(b);
		a.leases.close();
		expect(a.leases.wanted().size).toBe(0);
		expect(size(a)).toBe(4);
		expect(await eventually('b runs them', () => size(b) === 4)).toBeLessThan(1500);
		await a.leases.release();
		expect((await database.db.select().from(schema.instances)).map(({ id }) => id)).toEqual(['b']);
	});

	it('releases what still runs when its time is over', async () => {
		const bus = createMemoryBus(pino({ level: 'silent' }));
		const [a, b] = [
			instance('a', { bus, stopMs: 60_000 }),
			instance('b', { bus, passMs: 60_000, ttlMs: 60_000 })
		];
		await started(a);
		await add(2);
		await eventually('they run', () => size(a) === 2);
		await started(b);
		a.leases.close();
		await sleep(200);
		expect(size(b)).toBe(0);
		await a.leases.release();
		await eventually('b runs them', () => size(b) === 2);
	});
});

describe('an instance that dies', () => {
	it('loses its streams to others, and cannot write when it comes back', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(6);
		await eventually('all run', () => placed(a, b) === 6);
		const lost = new Map(a.leases.held());
		expect(lost.size).toBe(3);
		a.network = 'frozen';
		const tookMs = await eventually('b has them', () => size(b) === 6);
		expect(tookMs).toBeGreaterThan(TTL_MS / 3);
		expect(tookMs).toBeLessThan(3 * TTL_MS);
		for (const [id, token] of lost) {
			expect(await mayWrite(id, token)).toBe(false);
			expect(await mayWrite(id, b.leases.tokenOf(id)!)).toBe(true);
		}
		expect(size(a)).toBe(3);
		a.network = 'up';
		await eventually('a knows', () => size(a) === 0 && a.running.size === 0);
		await aWhile();
		expect(sizes(a, b)).toEqual([0, 6]);
	});

	it('leaves no run open: they end with the next lease, and with streams nobody wants any more', async () => {
		const a = instance('a');
		await started(a);
		const [kept, unwanted] = await add(2);
		await eventually('both run', () => size(a) === 2);
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
		await eventually('b has the wanted one', () => size(b) === 1);
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

	it('whose outage others share keeps everything: an expired lease that nobody took is renewed', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(6);
		await eventually('all run', () => placed(a, b) === 6);
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
		await eventually('all run', () => placed(a, b) === 4);
		await a.leases.pass();
		a.network = 'cut';
		await eventually('b has all', () => size(b) === 4);
		expect(a.running.size).toBe(2);
		lostAt = new Date();
		await eventually('a stopped', () => size(a) === 0 && a.running.size === 0);
		a.network = 'up';
		lostAt = null;
		await aWhile();
		expect(sizes(a, b)).toEqual([0, 4]);

		await b.leases.release();
		await eventually('a has all', () => size(a) === 4);
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
		await eventually('they run', () => size(first) === 2);
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
		await eventually('they run', () => size(first) === 2);
		first.network = 'frozen';
		await second.leases.start();
		await eventually('the second runs them', () => size(second) === 2);
		first.network = 'up';
		await eventually('the first stopped', () => size(first) === 0 && first.running.size === 0);
		await aWhile();
		expect(sizes(first, second)).toEqual([0, 2]);
		await second.leases.release();
		await eventually('the first is back', () => size(first) === 2);
	});

	it('alone on its database it waits for nobody', async () => {
		const [first, second] = [instance('twin'), instance('twin', { self: { alone: true } })];
		await started(first);
		await add(2);
		await eventually('they run', () => size(first) === 2);
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
		await eventually('all run', () => placed(ahead, behind) === 8);
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
		await eventually('the other has them', () => size(behind) === 8);
	});

	it('a database restored from yesterday: holders notice, old tokens write nothing, all runs again', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		const ids = await add(6);
		await eventually('all run', () => placed(a, b) === 6);
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
		await eventually('all run under new leases', renewed, 2 * TTL_MS);
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
			...{ db, line, log, bus: createMemoryBus(log), ttlMs: TTL_MS, passMs: PASS_MS },
			self: selfOf({ id: `i${i}` })
		})
	);
	try {
		for (const leases of all) await leases.start();
		await addStreams(db, 6);
		const held = () => all.map((leases) => new Map(leases.held()));
		const count = () => held().reduce((sum, { size: some }) => sum + some, 0);
		await eventually('all run', () => count() === 6, 4 * TTL_MS);
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
