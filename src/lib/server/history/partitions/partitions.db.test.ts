// Partitions on a real PostgreSQL: made ahead by whoever comes first, filled from the default one, dropped, and rid of strangers.
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { streamInput } from '#lib/contracts/stream.ts';
import { startTestDatabase, type TestDatabase } from '../../db/testing.ts';
import { createStreams } from '../../streams/index.ts';
import { createKeeper } from './keeper.ts';
import { keptTables, rangesAround } from './rules.ts';
import {
	databaseNow,
	dropPartition,
	listPartitions,
	makePartitions,
	MOST_MOVED,
	sortPartition
} from './store.ts';

const HOUR_MS = 3_600_000;
let database: TestDatabase;
let now: Date;
let stream: string;
const log = pino({ level: 'silent' });

beforeAll(async () => {
	database = await startTestDatabase();
	now = await databaseNow(database.db);
});
afterAll(() => database.stop());
beforeEach(async () => {
	await database.reset();
	const tables = keptTables(1).map(({ table }) => table);
	for (const { name } of await listPartitions(database.db, tables)) await dropPartition(database.db, name);
	const config = { secretKey: 'k'.repeat(32), mediaDirs: [], sourceDeny: [], instanceId: 'one' };
	const streams = createStreams({ db: database.db, log, config });
	stream = (await streams.create(streamInput.parse({ name: 'One', rtsp_url: 'rtsp://10.0.0.5/x' }), 'test'))
		.id;
});

const keeper = (days = 30) => createKeeper({ db: database.db, log, retentionDays: async () => days });

async function sample(at: Date, streamId = stream, rows = 1): Promise<void> {
	await database.db.execute(sql`
		insert into flow_samples (stream_id, at, avg, max, count, total, coherence)
		select ${streamId}, ${at.toISOString()}::timestamptz, 1, 1, 1, 1, 1 from generate_series(1, ${rows})`);
}

/** Rows by the partition they lie in. */
async function places(): Promise<Record<string, number>> {
	const rows = await database.db.execute<{ name: string; rows: number }>(sql`
		select tableoid::regclass::text as name, count(*)::int as rows from flow_samples group by 1`);
	return Object.fromEntries(rows.map(({ name, rows: n }) => [name, n]));
}

const ago = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
const names = async (table: string) => (await listPartitions(database.db, [table])).map(({ name }) => name);

describe('room', () => {
	it('is made ahead for every table, once, however many make it', async () => {
		await Promise.all([keeper().round(), keeper().round(), keeper().round()]);
		for (const { table, span } of keptTables(30)) {
			const made = await listPartitions(database.db, [table]);
			expect(made.map(({ from, to }) => ({ from, to }))).toEqual(rangesAround(span, now));
		}
		await sample(now);
		expect(Object.keys(await places())).toEqual([expect.stringMatching(/^flow_samples_\d{8}t\d\d$/)]);
	});

	it('takes the rows of its time that no partition took, and no others', async () => {
		await sample(now);
		await sample(ago(-7));
		await sample(ago(-1000));
		expect(await places()).toEqual({ flow_samples_default: 3 });
		await keeper().round();
		expect((await places())['flow_samples_default']).toBe(1);
		expect(Object.values(await places())).toEqual([1, 1, 1]);
	});

	it('is not made where too many rows lie already: they would hold everybody up', async () => {
		await sample(now, stream, MOST_MOVED + 1);
		const ranges = rangesAround('6h', now);
		const { made, left } = await makePartitions(database.db, 'flow_samples', ranges);
		expect(left).toEqual([ranges[1]]);
		expect(made).toHaveLength(3);
		expect(await places()).toEqual({ flow_samples_default: MOST_MOVED + 1 });
	});

	it('follows a longer time to keep with longer partitions beside the days there are', async () => {
		await keeper(30).round();
		await keeper(400).round();
		const ranges = await listPartitions(database.db, ['flow_minutes']);
		for (const [i, { to }] of ranges.entries()) {
			const next = ranges[i + 1];
			if (next) expect(next.from.getTime()).toBeGreaterThanOrEqual(to.getTime());
		}
		expect(ranges.at(-1)!.to).toEqual(rangesAround('month', now).at(-1)!.to);
	});

	it('is known for what it is in any time zone', async () => {
		await database.db.transaction(async (tx) => {
			await tx.execute(sql`set local timezone = 'Asia/Kolkata'`);
			const { made } = await makePartitions(tx as never, 'flow_hours', rangesAround('month', now));
			expect(made).toHaveLength(4);
			const found = await listPartitions(tx, ['flow_hours']);
			expect(found.map(({ from, to }) => ({ from, to }))).toEqual(rangesAround('month', now));
		});
	});
});

describe('what is old', () => {
	it('goes with its partition, and from the default one by its time', async () => {
		await makePartitions(database.db, 'flow_samples', rangesAround('6h', ago(30)).slice(0, 2));
		await sample(ago(30));
		await sample(ago(200));
		await sample(ago(1));
		const [old] = await names('flow_samples');
		await keeper().round();
		expect(await names('flow_samples')).not.toContain(old);
		expect(Object.values(await places())).toEqual([1]);
		expect(Object.keys(await places())).not.toContain('flow_samples_default');
	});

	it('of more than fits a step goes in several', async () => {
		await sample(ago(100), stream, 12_000);
		await keeper().round();
		expect(await places()).toEqual({});
	});
});

describe('a day of minutes that is over', () => {
	const minute = (at: Date, zone: string | null, seconds = 60) => sql`
		insert into flow_minutes (stream_id, zone_id, at, seconds, avg, max, count, total, coherence)
		values (${stream}, ${zone}, ${at.toISOString()}::timestamptz, ${seconds}, 1, 1, 1, 1, 1)
		on conflict (stream_id, zone_id, at) do update set seconds = excluded.seconds`;
	const lying = async () =>
		[
			...(await database.db.execute<{ zone_id: string | null; seconds: number }>(
				sql`select zone_id, seconds from flow_minutes order by tableoid, ctid`
			))
		].map(({ zone_id, seconds }) => [zone_id, seconds]);

	it('is laid place by place, takes what comes late, and goes when it is old', async () => {
		const zone = randomUUID();
		await makePartitions(database.db, 'flow_minutes', rangesAround('day', ago(48)).slice(1, 2));
		const [before] = await listPartitions(database.db, ['flow_minutes']);
		const at = (i: number) => new Date(before!.from.getTime() + i * 60_000);
		for (const i of [0, 1, 2]) {
			await database.db.execute(minute(at(i), null));
			await database.db.execute(minute(at(i), zone));
		}
		await Promise.all([
			keeper().round(),
			keeper()
				.round()
				.catch(() => {})
		]);
		const [after] = await listPartitions(database.db, ['flow_minutes']);
		expect(after).toEqual({ ...before, name: `${before!.name}_sorted` });
		expect((await lying()).map(([place]) => place)).toEqual([zone, zone, zone, null, null, null]);
		await database.db.execute(minute(at(1), null, 59));
		expect(await lying()).toContainEqual([null, 59]);
		expect(await lying()).toHaveLength(6);
		await keeper().round();
		expect((await listPartitions(database.db, ['flow_minutes']))[0]).toEqual(after);
		await keeper(1).round();
		expect(await names('flow_minutes')).not.toContain(after!.name);
		expect(await lying()).toEqual([]);
	});

	it('stays as it is where it does not get its turn', async () => {
		await makePartitions(database.db, 'flow_minutes', rangesAround('day', ago(48)).slice(1, 2));
		const [partition] = await listPartitions(database.db, ['flow_minutes']);
		await database.db.execute(minute(partition!.from, null));
		let read = () => {};
		const reader = database.db.transaction(async (tx) => {
			await tx.execute(sql`select count(*) from flow_minutes`);
			await new Promise<void>((resolve) => (read = resolve));
		});
		await expect.poll(() => read.name).not.toBe('read');
		await expect(sortPartition(database.db, partition!)).rejects.toThrow();
		read();
		await reader;
		expect(await names('flow_minutes')).toEqual([partition!.name]);
		expect(await sortPartition(database.db, partition!)).toBe(true);
		expect(await sortPartition(database.db, partition!)).toBe(false);
		expect(await lying()).toEqual([[null, 60]]);
	});
});

describe('a removed stream', () => {
	it('leaves nothing, whoever removed it, and others keep theirs', async () => {
		const [gone, unheard] = [randomUUID(), randomUUID()];
		await keeper().round();
		await sample(now, stream);
		await sample(now, gone, 6000);
		await sample(ago(100_000), gone);
		await keeper().forget(gone);
		expect(Object.values(await places())).toEqual([1]);
		await sample(now, unheard, 3);
		await sample(ago(-1000), unheard);
		await keeper().round();
		expect(Object.values(await places())).toEqual([1]);
	});
});
