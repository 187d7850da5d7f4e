// What a while of the fleet's life costs: CPU from /proc, rows and statements from PostgreSQL's own counts, messages from NATS's.
import type { NatsFigures } from '#lib/server/bus/testing/nats-server.ts';
import { cpuSeconds, processTree, sum } from '../bench/pipeline/process.ts';
import type { World } from './world.ts';

interface Snapshot {
	/** `performance.now()` ms. */
	at: number;
	cpu: { postgres: number; nats: number; workers: number; web: number };
	nats: NatsFigures;
	rows: { inserted: number; updated: number; deleted: number };
	commits: number;
	walBytes: number;
	databaseBytes: number;
	samples: { rows: number; bytes: number };
}

/** Process ids of the hosts. */
export interface Pids {
	workers: readonly number[];
	web: readonly number[];
}

export interface Statement {
	what: string;
	callsPerS: number;
	/** Rows read or written, a call. */
	rows: number;
	meanMs: number;
	/** Of one core. */
	share: number;
}

export interface Costs {
	seconds: number;
	/** Cores. */
	cpu: Snapshot['cpu'];
	rowsPerS: Snapshot['rows'];
	commitsPerS: number;
	walBytesPerS: number;
	nats: { inPerS: number; outPerS: number; inBytesPerS: number; outBytesPerS: number };
	/** Growth, of all and of the samples with their indexes. */
	databaseBytesPerS: number;
	samples: { rowsPerS: number; bytesPerRow: number };
	statements: Statement[];
}

/** Counts from now on; the answered function says what it cost. */
export async function beginMeasuring(world: World, pids: Pids): Promise<() => Promise<Costs>> {
	await world.sql`select pg_stat_statements_reset()`;
	const before = await snapshot(world, pids);
	return async () => costsBetween(before, await snapshot(world, pids), await statements(world));
}

async function snapshot({ sql, nats, postgres }: World, pids: Pids): Promise<Snapshot> {
	const at = performance.now();
	const cpu = {
		postgres: sum(processTree(postgres.pid).map(cpuSeconds)),
		nats: cpuSeconds(nats.pid()),
		workers: sum(pids.workers.map(cpuSeconds)),
		web: sum(pids.web.map(cpuSeconds))
	};
	const [row] = await sql<
		Record<
			'inserted' | 'updated' | 'deleted' | 'commits' | 'wal' | 'size' | 'samples' | 'sample_rows',
			string
		>[]
	>`
		select sum(n_tup_ins) as inserted, sum(n_tup_upd) as updated, sum(n_tup_del) as deleted,
			(select xact_commit from pg_stat_database where datname = current_database()) as commits,
			pg_current_wal_insert_lsn() - '0/0'::pg_lsn as wal,
			pg_database_size(current_database()) as size,
			(select sum(pg_total_relation_size(relid)) from pg_partition_tree('flow_samples')) as samples,
			(select sum(n_tup_ins) from pg_stat_user_tables where relid in (
				select relid from pg_partition_tree('flow_samples'))) as sample_rows
		from pg_stat_user_tables`;
	const count = (name: keyof NonNullable<typeof row>) => Number(row?.[name] ?? 0);
	return {
		at,
		cpu,
		nats: await nats.figures(),
		rows: { inserted: count('inserted'), updated: count('updated'), deleted: count('deleted') },
		commits: count('commits'),
		walBytes: count('wal'),
		databaseBytes: count('size'),
		samples: { rows: count('sample_rows'), bytes: count('samples') }
	};
}

function costsBetween(before: Snapshot, after: Snapshot, counted: Counted[]): Costs {
	const seconds = (after.at - before.at) / 1000;
	const rate = (from: number, to: number) => (to - from) / seconds;
	const rates = <K extends string>(from: Record<K, number>, to: Record<K, number>) =>
		Object.fromEntries((Object.keys(from) as K[]).map((key) => [key, rate(from[key], to[key])])) as Record<
			K,
			number
		>;
	const newSamples = after.samples.rows - before.samples.rows;
	return {
		seconds,
		cpu: rates(before.cpu, after.cpu),
		rowsPerS: rates(before.rows, after.rows),
		commitsPerS: rate(before.commits, after.commits),
		walBytesPerS: rate(before.walBytes, after.walBytes),
		nats: {
			inPerS: rate(before.nats.in_msgs, after.nats.in_msgs),
			outPerS: rate(before.nats.out_msgs, after.nats.out_msgs),
			inBytesPerS: rate(before.nats.in_bytes, after.nats.in_bytes),
			outBytesPerS: rate(before.nats.out_bytes, after.nats.out_bytes)
		},
		databaseBytesPerS: rate(before.databaseBytes, after.databaseBytes),
		samples: {
			rowsPerS: newSamples / seconds,
			bytesPerRow: newSamples === 0 ? 0 : (after.samples.bytes - before.samples.bytes) / newSamples
		},
		statements: counted.map(({ what, calls, rows, totalMs }) => ({
			what,
			callsPerS: calls / seconds,
			rows: rows / Math.max(1, calls),
			meanMs: totalMs / Math.max(1, calls),
			share: totalMs / 1000 / seconds
		}))
	};
}

interface Counted {
	what: string;
	calls: number;
	rows: number;
	totalMs: number;
}

/** By the words a statement is known by; the first that fits. */
const KINDS: [RegExp, string][] = [
	[/with beaten as/i, 'leases: renew, and look for free ones'],
	[/with picked as/i, 'leases: claim'],
	[/insert into "flow_samples"/i, 'samples: insert a batch'],
	[/delete from "flow_samples"/i, 'samples: prune'],
	[/update "streams" set last_heartbeat/i, 'runs: newest frames'],
	[/"stream_activity"/i, 'runs: activity lines'],
	[/"?(outbox|inbox|deliveries|parked_messages)"?/i, 'outbox, inbox, deliveries'],
	[/"alerts"/i, 'alerts'],
	[/"stream_runs"|"stream_run_transitions"|update "streams"/i, 'runs: states'],
	[/"instances"/i, 'fleet view: instances'],
	[/"leases"/i, 'fleet view: streams nobody tells of'],
	[/^(begin|commit|rollback)/i, 'begin, commit']
];

async function statements({ sql }: World): Promise<Counted[]> {
	const rows = await sql<{ query: string; calls: string; rows: string; total: number }[]>`
		select query, calls, rows, total_exec_time as total from pg_stat_statements
		where dbid = (select oid from pg_database where datname = current_database()) and query not like '%pg_stat_%'`;
	const byKind = new Map<string, Counted>();
	for (const row of rows) {
		const what = KINDS.find(([words]) => words.test(row.query))?.[1] ?? 'everything else';
		const known = byKind.get(what) ?? { what, calls: 0, rows: 0, totalMs: 0 };
		byKind.set(what, {
			what,
			calls: known.calls + Number(row.calls),
			rows: known.rows + Number(row.rows),
			totalMs: known.totalMs + row.total
		});
	}
	return [...byKind.values()].sort((a, b) => b.totalMs - a.totalMs);
}

/** What a row takes with its indexes, bytes, of every table that has some. */
export async function rowSizes({ sql }: World): Promise<{ table: string; rows: number; bytes: number }[]> {
	await sql`analyze`;
	const rows = await sql<{ table: string; rows: string; bytes: number }[]>`
		select relname as table, n_live_tup as rows, round(pg_total_relation_size(relid) / n_live_tup)::int as bytes
		from pg_stat_user_tables where n_live_tup >= 50 and relname not like 'sim%' order by relname`;
	return rows.map((row) => ({ ...row, rows: Number(row.rows) }));
}
