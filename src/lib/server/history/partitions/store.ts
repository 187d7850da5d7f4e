// The SQL of partitions: made, listed, dropped; and rows that lie where they should not, or belong to nobody any more.
import { sql, type SQL } from 'drizzle-orm';
import type { Db, Transaction } from '../../db/index.ts';
import { streams } from '../../db/schema/streams.ts';
import { missingRanges, partitionName, type Partition, type Range } from './rules.ts';

export type PartitionsDatabase = Db;

/** Of PostgreSQL's advisory locks: any number that nothing else here takes. */
const PARTITIONS_LOCK = 760_318_547;
const SORTING_LOCK = 760_318_549;
/** Of a day of a thousand cameras. */
const SORT_MS = 10 * 60_000;
/** Whoever waits for a table makes everybody after him wait: this long at most, then it is tried again later. */
const WAIT_MS = 2000;
/** Rows moved out of the default partition at once; it is locked meanwhile. */
export const MOST_MOVED = 20_000;

const id = (name: string): SQL => sql`${sql.identifier(name)}`;
const defaultOf = (table: string): string => `${table}_default`;
/** DDL takes no parameters; these are our own dates. */
const literal = (at: Date): SQL => sql.raw(`'${at.toISOString()}'`);
const within = ({ from, to }: Range): SQL =>
	sql`at >= ${from.toISOString()}::timestamptz and at < ${to.toISOString()}::timestamptz`;

/** The clock that decides: an instance's own may be wrong. */
export async function databaseNow(db: Pick<PartitionsDatabase, 'execute'>): Promise<Date> {
	const [row] = await db.execute<{ now: number }>(
		sql`select (extract(epoch from now()) * 1000)::float8 as now`
	);
	return new Date(row!.now);
}

/** Every partition of these tables but the default ones, oldest first. */
export async function listPartitions(
	db: Pick<PartitionsDatabase, 'execute'>,
	tables: readonly string[]
): Promise<Partition[]> {
	const bound = (word: string) =>
		sql.raw(
			`(extract(epoch from (regexp_match(pg_get_expr(c.relpartbound, c.oid), '${word} \\(''([^'']+)''\\)'))[1]::timestamptz) * 1000)::float8`
		);
	const rows = await db.execute<{ table: string; name: string; from: number; to: number }>(sql`
		select p.relname as "table", c.relname as name, ${bound('FROM')} as "from", ${bound('TO')} as "to"
		from pg_inherits i join pg_class p on p.oid = i.inhparent join pg_class c on c.oid = i.inhrelid
		where p.oid = any(array(select to_regclass(t) from jsonb_array_elements_text(${JSON.stringify(tables)}::jsonb) t))
			and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
		order by "from"`);
	return rows.map(({ from, to, ...names }) => ({ ...names, from: new Date(from), to: new Date(to) }));
}

/**
 * Makes what is missing of these ranges, one maker at a time, with the rows of theirs that lie in the default partition.
 * A range that holds too many of them already is left to the default partition, where its rows are as good.
 */
export async function makePartitions(
	db: PartitionsDatabase,
	table: string,
	wanted: readonly Range[]
): Promise<{ made: string[]; left: Range[] }> {
	if (missingRanges(wanted, await listPartitions(db, [table])).length === 0) return { made: [], left: [] };
	return db.transaction(async (tx) => {
		await alone(tx);
		const made: string[] = [];
		const left: Range[] = [];
		for (const range of missingRanges(wanted, await listPartitions(tx, [table]))) {
			if (await make(tx, table, range)) made.push(partitionName(table, range));
			else left.push(range);
		}
		return { made, left };
	});
}

async function make(tx: Transaction, table: string, range: Range): Promise<boolean> {
	const name = partitionName(table, range);
	const others = id(defaultOf(table));
	// Nobody writes there between the moving and the attaching; readers of the other partitions go on.
	await tx.execute(sql`lock table only ${others} in access exclusive mode`);
	const [found] = await tx.execute<{ rows: number }>(sql`
		select count(*)::int as rows from (select from ${others} where ${within(range)} limit ${MOST_MOVED + 1}) r`);
	if (found!.rows > MOST_MOVED) return false;
	await tx.execute(sql`create table ${id(name)} (like ${id(table)} including defaults)`);
	if (found!.rows > 0)
		await tx.execute(sql`
			with moved as (delete from ${others} where ${within(range)} returning *)
			insert into ${id(name)} select * from moved`);
	await attach(tx, table, name, range);
	return true;
}

/** With all its rows, in a moment. */
export async function dropPartition(db: PartitionsDatabase, name: string): Promise<void> {
	await db.transaction(async (tx) => {
		await alone(tx);
		await tx.execute(sql`drop table if exists ${id(name)}`);
	});
}

/** Ends the name of a partition whose rows lie place by place. */
const SORTED = '_sorted';
export const isSorted = ({ name }: Partition): boolean => name.endsWith(SORTED);

/**
 * Lays a partition's rows place by place instead of minute by minute: who reads a week of one camera then reads a tenth of the
 * pages. Readers and writers go on while the rows are copied. False where something was written meanwhile, or somebody else is at it.
 */
export async function sortPartition(db: PartitionsDatabase, partition: Partition): Promise<boolean> {
	const { table, name, from, to } = partition;
	const sorted = `${name}${SORTED}`;
	return db.transaction(async (tx) => {
		const [lock] = await tx.execute<{ mine: boolean }>(
			sql`select pg_try_advisory_xact_lock(${SORTING_LOCK}::bigint) as mine`
		);
		const there = (await listPartitions(tx, [table])).some((one) => one.name === name);
		if (!lock!.mine || !there) return false;
		await tx.execute(
			sql`select set_config('statement_timeout', ${String(SORT_MS)}, true), set_config('work_mem', '64MB', true)`
		);
		await tx.execute(sql`create table ${id(sorted)} (like ${id(name)} including all)`);
		// What the rows are known to be need not be looked through again when they are attached.
		await tx.execute(sql`
			alter table ${id(sorted)} add constraint ${id(`${sorted}_at`)} check (at >= ${literal(from)} and at < ${literal(to)})`);
		await tx.execute(
			sql`insert into ${id(sorted)} select * from ${id(name)} order by stream_id, zone_id, at`
		);
		await alone(tx);
		await tx.execute(sql`lock table only ${id(table)}, ${id(name)} in access exclusive mode`);
		const sums = (of: string) => sql`(select (count(*), sum(seconds))::text from only ${id(of)})`;
		const [both] = await tx.execute<{ same: boolean }>(sql`select ${sums(name)} = ${sums(sorted)} as same`);
		if (!both!.same) {
			await tx.execute(sql`drop table ${id(sorted)}`);
			return false;
		}
		await tx.execute(sql`drop table ${id(name)}`);
		await attach(tx, table, sorted, { from, to });
		await tx.execute(sql`alter table ${id(sorted)} drop constraint ${id(`${sorted}_at`)}`);
		return true;
	});
}

/** Of all that makes, drops or swaps partitions, until the transaction ends; waits for nothing long from here on. */
async function alone(tx: Transaction): Promise<void> {
	await tx.execute(sql`select set_config('lock_timeout', ${String(WAIT_MS)}, true)`);
	await tx.execute(sql`select pg_advisory_xact_lock(${PARTITIONS_LOCK}::bigint)`);
}

async function attach(tx: Transaction, table: string, name: string, { from, to }: Range): Promise<void> {
	await tx.execute(sql`
		alter table ${id(table)} attach partition ${id(name)} for values from (${literal(from)}) to (${literal(to)})`);
}

/** Deletes at most `most` rows from before that time that no partition took; answers how many. */
export async function deleteStragglers(
	db: PartitionsDatabase,
	table: string,
	before: Date,
	most: number
): Promise<number> {
	return deleteSome(db, defaultOf(table), sql`at < ${before.toISOString()}::timestamptz`, most);
}

/** Deletes at most `most` rows of a stream from one partition; answers how many. */
export async function deleteOfStream(
	db: PartitionsDatabase,
	partition: string,
	streamId: string,
	most: number
): Promise<number> {
	return deleteSome(db, partition, sql`stream_id = ${streamId}::uuid`, most);
}

/** Rows are told by their place in a table, which means something in one partition alone. */
async function deleteSome(
	db: PartitionsDatabase,
	partition: string,
	which: SQL,
	most: number
): Promise<number> {
	const gone = await db.execute(sql`
		delete from ${id(partition)}
		where ctid = any(array(select ctid from ${id(partition)} where ${which} limit ${most}))`);
	return gone.count;
}

/** Streams with rows in this partition that are not in the registry any more: a step of the index for each that has some. */
export async function strangersIn(db: PartitionsDatabase, partition: string): Promise<string[]> {
	const rows = await db.execute<{ stream_id: string }>(sql`
		with recursive seen as (
			(select stream_id from ${id(partition)} order by stream_id limit 1)
			union all
			select (select p.stream_id from ${id(partition)} p where p.stream_id > seen.stream_id order by p.stream_id limit 1)
			from seen where seen.stream_id is not null
		)
		select stream_id from seen
		where stream_id is not null and not exists (select from ${streams} s where s.id = seen.stream_id)`);
	return rows.map(({ stream_id }) => stream_id);
}
