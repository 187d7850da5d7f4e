// Leases on a real PostgreSQL: several instances on one database share what there is to run, and hand it over.
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Labels } from '#lib/contracts/instance.ts';
import { createMemoryBus, subjects } from '../bus/index.ts';
import { lockLease, schema } from '../db/index.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { addStreams, createStage, heldBy, placed, size, sizes, until } from './testing.ts';

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

describe('shares', () => {
	it('by size, and nothing twice', async () => {
		const all = [instance('a', { maxStreams: 6 }), instance('b', { maxStreams: 12 })];
		all.push(instance('c', { maxStreams: 18 }));
		await started(...all);
		const ids = await add(30);
		await until('all run', () => placed(...all) === 30);
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
		await until('the sixth runs', () => a.leases.held().has(ids[5]!) && !a.leases.held().has(ids[0]!));
		expect(size(a)).toBe(5);
	});

	it('a newcomer takes what becomes free, and stops nothing that runs', async () => {
		const [a, b] = [instance('a'), instance('b')];
		await started(a, b);
		await add(20);
		await until('all run', () => placed(a, b) === 20);
		const before = new Map([...a.leases.held(), ...b.leases.held()]);
		const c = instance('c');
		await started(c);
		await aWhile();
		expect(sizes(a, b, c)).toEqual([10, 10, 0]);
		expect(new Map([...a.leases.held(), ...b.leases.held()])).toEqual(before);
		const young = await add(6);
		await until('the young run', () => placed(a, b, c) === 26);
		expect(heldBy(c)).toEqual(young.sort());
	});

	it('what fails where it is crowded goes to somebody with room, and what runs well stays', async () => {
		const a = instance('a');
		await started(a);
		const ids = await add(8);
		await until('all run', () => size(a) === 8);
		const b = instance('b');
		await started(b);
		for (const id of ids.slice(0, 6)) a.failing.add(id);
		await until('some moved', () => size(b) >= 3);
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
		await until('all run', () => placed(...all) === 500, 20_000);
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
		await until('six run', () => placed(north, south) === 6);
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
		await until('all run', () => placed(plain, gpu) === 20);
		for (const id of marked) expect(gpu.leases.held().has(id)).toBe(true);
	});

	it('a changed one moves it, once its run has stopped', async () => {
		const a = instance('a', { stopMs: 300 });
		const b = instance('b', { labels: { site: 'north' } });
		await started(a);
		const [id] = await add(1);
		await until('it runs', () => size(a) === 1);
		await started(b);
		const token = a.leases.tokenOf(id!)!;
		await change(id!, { placement: { site: 'north' } });
		await until('it is to stop', () => a.leases.wanted().size === 0);
		expect(a.leases.tokenOf(id!)).toBe(token);
		expect(await mayWrite(id!, token)).toBe(true);
		await until('it moved', () => size(b) === 1);
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
		await until('it runs', () => size(a) === 1);
		const first = a.leases.tokenOf(id!)!;
		await change(id!, { is_active: false });
		await until('it is given back', () => size(a) === 0);
		expect(await database.db.$count(schema.leases)).toBe(0);
		await change(id!, { is_active: true });
		await until('it runs again', () => size(a) === 1);
		expect(a.leases.tokenOf(id!)).toBeGreaterThan(first);
	});

	it('a deleted stream is lost at once', async () => {
		const bus = createMemoryBus(pino({ level: 'silent' }));
		const a = instance('a', { bus });
		await started(a);
		const [id, other] = await add(2);
		await until('they run', () => size(a) === 2);
		await database.db.delete(schema.streams).where(eq(schema.streams.id, other!));
		bus.publish(subjects.streamChange, { streamId: other!, change: 'deleted' });
		expect(heldBy(a)).toEqual([id]);
		// Even where nobody tells.
		await database.db.delete(schema.streams).where(eq(schema.streams.id, id!));
		await until('it is lost', () => size(a) === 0 && a.running.size === 0);
	});

	it('a clean stop hands each stream over as soon as its run has stopped, and tells the others', async () => {
		const bus = createMemoryBus(pino({ level: 'silent' }));
		const a = instance('a', { bus, stopMs: 200 });
		const b = instance('b', { bus, passMs: 60_000, ttlMs: 60_000 });
		await started(a);
		await add(4);
		await until('they run', () => size(a) === 4);
		await started(b);
		a.leases.close();
		expect(a.leases.wanted().size).toBe(0);
		expect(size(a)).toBe(4);
		expect(await until('b runs them', () => size(b) === 4)).toBeLessThan(1500);
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
		await until('they run', () => size(a) === 2);
		await started(b);
		a.leases.close();
		await sleep(200);
		expect(size(b)).toBe(0);
		await a.leases.release();
		await until('b runs them', () => size(b) === 2);
	});
});
