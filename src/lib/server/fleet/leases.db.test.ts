// Leases on a real PostgreSQL: several instances on one database, each a Leases object with an engine that runs nothing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Labels } from '#lib/contracts/instance.ts';
import { startTestDatabase, type TestDatabase } from '../db/testing.ts';
import { addStreams, simulateInstance, type SimulatedInstance, type SimulationOptions } from './testing.ts';

const TTL_MS = 800;
const PASS_MS = 100;

let database: TestDatabase;
let living: SimulatedInstance[] = [];

beforeAll(async () => void (database = await startTestDatabase()));
afterAll(() => database.stop());
beforeEach(() => database.reset());
afterEach(async () => {
	await Promise.all(living.map(({ leases }) => leases.release().catch(() => {})));
	living = [];
});

function instance(id: string, options: SimulationOptions & { maxStreams?: number; labels?: Labels } = {}) {
	const { maxStreams = 16, labels = {}, self, ...rest } = options;
	const made = simulateInstance(database.db, {
		self: { id, maxStreams, labels, ...self },
		ttlMs: TTL_MS,
		passMs: PASS_MS,
		...rest
	});
	living.push(made);
	return made;
}

const add = (count: number, placement: Labels = {}) => addStreams(database.db, count, placement);

const sizes = (...all: SimulatedInstance[]) => all.map(({ leases }) => leases.held().size);
const placed = (...all: SimulatedInstance[]) => sizes(...all).reduce((sum, size) => sum + size, 0);

it('an instance takes what is wanted and nobody holds', async () => {
	const ids = await add(3);
	const one = instance('one');
	await one.leases.start();
	expect([...one.leases.wanted().keys()].sort()).toEqual(ids.sort());
	expect(placed(one)).toBe(3);
	expect(describe).toBeDefined();
});
