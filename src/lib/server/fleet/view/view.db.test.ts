// What the database says of instances and of streams that nobody tells of, on a real PostgreSQL with real leases.
import { eq, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { streams } from '../../db/schema/streams.ts';
import { startTestDatabase, type TestDatabase } from '../../db/testing.ts';
import { addStreams, simulateInstance, type SimulatedInstance } from '../testing.ts';
import { readInstances, readUntold, type Missing } from './store.ts';

let database: TestDatabase;
let living: SimulatedInstance[] = [];
beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(() => database.reset());
afterEach(async () => {
	await Promise.all(living.map(({ leases }) => leases.release()));
	living = [];
});

async function started(id: string, maxStreams: number, labels = {}): Promise<SimulatedInstance> {
	const made = simulateInstance(database.db, { self: { id, maxStreams, labels } });
	living.push(made);
	await made.leases.start();
	return made;
}

const NOBODY: Missing = { streams: [], instances: [] };
const untold = async (missing = NOBODY) => readUntold(database.db, missing);

it('instances are told with what they hold, and as away once they have not renewed for the term of a lease', async () => {
	await addStreams(database.db, 3);
	await started('b', 2, { site: 'north' });
	await started('a', 0);
	await database.db.execute(sql`update instances set heartbeat_at = now() - interval '6 s' where id = 'a'`);
	const [a, b] = await readInstances(database.db);
	expect(a).toMatchObject({ id: 'a', state: 'away', streams: 0 });
	expect(b).toMatchObject({
		...{ id: 'b', state: 'up', streams: 2, max_streams: 2, labels: { site: 'north' } },
		...{ roles: ['worker'], address: 'b.example:3000', version: '0.0.0' }
	});
	expect(b!.age_s).toBeLessThan(3);
	expect(Date.parse(b!.heartbeat_at)).toBeGreaterThanOrEqual(Date.parse(b!.started_at));
});

it('wanted streams that nobody holds are told, oldest first, and no others', async () => {
	const [first, second, off, third] = await addStreams(database.db, 4, { site: 'north' });
	await database.db.update(streams).set({ is_active: false }).where(eq(streams.id, off!));
	expect((await untold()).map(({ id }) => id)).toEqual([first, second, third]);
	expect((await untold())[0]).toMatchObject({
		...{ placement: { site: 'north' }, holder: null, run_id: null, state: 'inactive', beat_age_s: null }
	});
	await started('north', 2, { site: 'north' });
	expect((await untold()).map(({ id }) => id)).toEqual([third]);
	await database.db.execute(sql`update leases set expires_at = now() where stream_id = ${first!}`);
	expect((await untold()).map(({ id }) => id)).toEqual([first, third]);
});

it('streams whose word is missing come with their holder and what was written of them', async () => {
	const ids = await addStreams(database.db, 3);
	await started('quiet "one"', 8);
	expect(await untold()).toEqual([]);
	await database.db.execute(
		sql`update streams set state = 'error', last_error = 'Refused', error_code = 'refused',
			last_heartbeat = now() - interval '7 s' where id = ${ids[1]!}`
	);
	const [told, ...rest] = await untold({ ...NOBODY, streams: [ids[1]!, 'no uuid at all'] });
	expect(rest).toEqual([]);
	expect(told).toMatchObject({
		...{ id: ids[1], holder: 'quiet "one"', state: 'error', last_error: 'Refused', error_code: 'refused' }
	});
	expect(told!.beat_age_s).toBeCloseTo(7, 0);
	const all = await untold({ ...NOBODY, instances: ['quiet "one"'] });
	expect(all.map(({ id }) => id)).toEqual(ids);
});
