// Transactions that hang or lose their connection: they fail as outages, let go what they held, and leave the process and its pool alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { isDatabaseOutage } from '../base/outage.ts';
import { connect, type Client, type Transaction } from './client.ts';
import { startTestDatabase, type TestDatabase } from './testing.ts';

let database: TestDatabase;
let client: Client;
const fault = vi.fn();

beforeAll(async () => {
	database = await startTestDatabase();
	await database.db.execute(sql`create table things (id int primary key, said text)`);
	await database.db.execute(sql`insert into things values (1, 'nothing')`);
});
afterAll(() => database.stop());
beforeEach(() => {
	client = connect(database.target, { max: 1 });
	process.on('uncaughtException', fault);
});
afterEach(async () => {
	await sleep(100);
	process.off('uncaughtException', fault);
	expect(fault).not.toHaveBeenCalled();
	await client.close(1);
});

const say = (words: string) => sql`update things set said = ${words} where id = 1`;
const outcome = (work: Promise<unknown>) =>
	work.then(
		() => null,
		(error: unknown) => error
	);

/** Begins a transaction, changes the row, and does the rest. */
function halfway(rest: (tx: Transaction) => Promise<unknown>) {
	const { promise: begun, resolve } = Promise.withResolvers<number>();
	const done = client.db.transaction(async (tx) => {
		await tx.execute(say('half'));
		const [row] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
		resolve(row!.pid);
		await rest(tx);
	});
	return { begun, done: outcome(done) };
}

/** As a crash of the database does: without a word. */
const kill = (pid: number) => process.kill(pid, 'SIGKILL');

async function goesOn(): Promise<void> {
	await expect
		.poll(() => outcome(client.db.execute(say('well'))), { timeout: 15_000, interval: 200 })
		.toBeNull();
}

test('one that stands still is given up within the life of a lease', async () => {
	const { begun, done } = halfway(async (tx) => {
		await sleep(5000);
		await tx.execute(say('whole'));
	});
	await begun;
	const began = performance.now();
	await database.db.execute(say('by another'));
	expect(performance.now() - began).toBeLessThan(4900);
	expect(isDatabaseOutage(await done)).toBe(true);
	const [row] = await client.db.execute<{ said: string }>(sql`select said from things`);
	expect(row?.said).toBe('by another');
	await sleep(1500);
});

test.each([
	['waits for an answer', (tx: Transaction) => tx.execute(sql`select pg_sleep(2)`)],
	['asks again a while after', (tx: Transaction) => sleep(400).then(() => tx.execute(say('late')))],
	['does nothing more', () => sleep(400)],
	['fails of itself', () => sleep(400).then(() => Promise.reject(new Error('of itself')))],
	[
		'goes on after a failure',
		(tx: Transaction) =>
			tx.execute(sql`select pg_sleep(2)`).then(
				() => null,
				() => tx.execute(say('regardless'))
			)
	]
])('one whose connection is lost while it %s', async (_, rest) => {
	const { begun, done } = halfway(rest);
	kill(await begun);
	expect(isDatabaseOutage(await done)).toBe(true);
	await sleep(600);
	await goesOn();
});

test('one that fails by itself is rolled back as ever', async () => {
	const { done } = halfway(() => Promise.reject(new Error('of itself')));
	expect(await done).toMatchObject({ message: 'of itself' });
	const [row] = await client.db.execute<{ said: string }>(sql`select said from things`);
	expect(row?.said).not.toBe('half');
});
