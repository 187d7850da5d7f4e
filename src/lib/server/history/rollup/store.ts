// The SQL of roll-ups: minutes of seconds, hours of minutes, minutes of how streams did. Doing it twice changes nothing.
import { sql, type SQL } from 'drizzle-orm';
import type { Db } from '../../db/index.ts';
import { flowSamples } from '../../db/schema/alerts.ts';
import { flowHours, flowMinutes, streamMinutes, streamSamples } from '../../db/schema/history.ts';
import { streams } from '../../db/schema/streams.ts';
import { DIRECTION, EPOCH, FIGURES, HEADING, SUMS } from '../fold.ts';

export type RollupDatabase = Db;
export type Executor = Pick<Db, 'execute'>;

/** From, until just before. Of whole minutes or hours. */
export interface Window {
	from: Date;
	to: Date;
}

/** Of PostgreSQL's advisory locks: any number that nothing else here takes. */
const ROLLUP_LOCK = 760_318_548;

/** Runs the work while nobody else rolls up; false when somebody does. */
export async function alone(db: RollupDatabase, work: (tx: Executor) => Promise<void>): Promise<boolean> {
	return db.transaction(async (tx) => {
		const [lock] = await tx.execute<{ mine: boolean }>(
			sql`select pg_try_advisory_xact_lock(${ROLLUP_LOCK}::bigint) as mine`
		);
		if (lock!.mine) await work(tx);
		return lock!.mine;
	});
}

export interface Progress {
	/** The database's clock. */
	now: Date;
	/** Begins of the newest minute and hour there are of anything; null where there is none of late. */
	newestMinute: Date | null;
	newestHour: Date | null;
}

/** By stream, as the index has it: a look for each. The whole picture is recorded of every stream. */
export async function readProgress(db: Executor): Promise<Progress> {
	const newest = (table: SQL, reach: string) => sql`
		(select extract(epoch from max(t.at))::float8 * 1000 from ${streams} s cross join lateral (
			select f.at from ${table} f where f.stream_id = s.id and f.zone_id is null and f.at <= now()
				and f.at > now() - ${reach}::interval
			order by f.at desc limit 1) t)`;
	const [row] = await db.execute<{ now: number; minute: number | null; hour: number | null }>(sql`
		select extract(epoch from now())::float8 * 1000 as now, ${newest(sql`${flowMinutes}`, '1 day')} as minute,
			${newest(sql`${flowHours}`, '31 days')} as hour`);
	const date = (ms: number | null) => (ms === null ? null : new Date(ms));
	return { now: new Date(row!.now), newestMinute: date(row!.minute), newestHour: date(row!.hour) };
}

/** The first moment within the window of which there is something to roll up: nights without anything are stepped over. */
export const nextSecond = (db: Executor, window: Window): Promise<Date | null> =>
	nextOf(db, sql`least(${firstOf(sql`${flowSamples}`, window)}, ${firstOf(sql`${streamSamples}`, window)})`);
export const nextMinute = (db: Executor, window: Window): Promise<Date | null> =>
	nextOf(db, firstOf(sql`${flowMinutes}`, window, sql`f.zone_id is null`));

async function nextOf(db: Executor, first: SQL): Promise<Date | null> {
	const [row] = await db.execute<{ at: number | null }>(
		sql`select extract(epoch from ${first})::float8 * 1000 as at`
	);
	return row!.at === null ? null : new Date(row!.at);
}

function firstOf(table: SQL, window: Window, which: SQL = sql`true`): SQL {
	return sql`(select min(t.at) from ${streams} s cross join lateral (
		select f.at from ${table} f where f.stream_id = s.id and ${which} and ${within('f', window)} order by f.at limit 1) t)`;
}

interface Step {
	source: SQL;
	target: SQL;
	/** How long one is. */
	length: '1 minute' | '1 hour';
	/** Of a row `f` of the source. */
	seconds: SQL;
}

const MINUTES: Step = {
	source: sql`${flowSamples}`,
	target: sql`${flowMinutes}`,
	length: '1 minute',
	seconds: sql.raw('1')
};
const HOURS: Step = {
	source: sql`${flowMinutes}`,
	target: sql`${flowHours}`,
	length: '1 hour',
	seconds: sql.raw('f.seconds')
};

export interface Rolled {
	rows: number;
	/** The begin of the oldest that changed. */
	oldest: Date | null;
}

/** Writes the minutes of this window of which there are more seconds than when they were last written. */
export const rollUpMinutes = (db: Executor, window: Window): Promise<Rolled> => rollUp(db, MINUTES, window);
/** The same of hours, from minutes. */
export const rollUpHours = (db: Executor, window: Window): Promise<Rolled> => rollUp(db, HOURS, window);

async function rollUp(
	db: Executor,
	{ source, target, length, seconds }: Step,
	window: Window
): Promise<Rolled> {
	const [row] = await db.execute<{ rows: number; oldest: number | null }>(sql`
		with heard as materialized (
			select s.id as stream_id, h.* from ${streams} s cross join lateral (
				select f.zone_id, date_bin(${length}::interval, f.at, ${EPOCH}) as bucket, sum(${seconds})::int as seconds
				from ${source} f where f.stream_id = s.id and ${within('f', window)} group by 1, 2
			) h
		), due as materialized (
			select h.* from heard h left join ${target} t on t.stream_id = h.stream_id and t.at = h.bucket
				and t.zone_id is not distinct from h.zone_id and ${within('t', window)}
			where h.seconds > coalesce(t.seconds, 0)
		), picked as materialized (
			select d.bucket, ${seconds} as seconds, f.stream_id, f.zone_id, f.avg, f.max, f.count, f.total, f.direction,
				f.coherence, f.bins, f.magnitudes, f.objects, f.crossings
			from due d join ${source} f on f.stream_id = d.stream_id and f.zone_id is not distinct from d.zone_id
				and f.at >= d.bucket and f.at < d.bucket + ${length}::interval and ${within('f', window)}
		), seen as (${byClass(
			'objects',
			sql.raw(
				`jsonb_build_object('count', max((o.value->>'count')::int), 'longestS', max((o.value->>'longestS')::float8))`
			)
		)}), crossed as (${byClass(
			'crossings',
			sql.raw(`jsonb_build_object('in', sum((o.value->>'in')::int), 'out', sum((o.value->>'out')::int))`)
		)}), folded as (
			select p.stream_id, p.zone_id, p.bucket, sum(p.seconds)::int as seconds, max(p.total) as total,
				${FIGURES}, ${HEADING}, ${SUMS}
			from picked p group by 1, 2, 3
		), written as (
			insert into ${target} (stream_id, zone_id, at, ${columns(names)})
			select f.stream_id, f.zone_id, f.bucket, f.seconds, f.avg, f.max, f.count, f.total, ${DIRECTION}, f.coherence,
				f.bins, f.magnitudes, seen.classes, crossed.classes
			from folded f
			left join seen on seen.stream_id = f.stream_id and seen.bucket = f.bucket and seen.zone_id is not distinct from f.zone_id
			left join crossed on crossed.stream_id = f.stream_id and crossed.bucket = f.bucket
				and crossed.zone_id is not distinct from f.zone_id
			on conflict (stream_id, zone_id, at) do update set ${columns(names, (name) => `${name} = excluded.${name}`)}
			returning at
		)
		select count(*)::int as rows, extract(epoch from min(at))::float8 * 1000 as oldest from written`);
	return { rows: row!.rows, oldest: row!.oldest === null ? null : new Date(row!.oldest) };
}

/** In the order in which they are inserted. */
const names = [
	...['seconds', 'avg', 'max', 'count', 'total', 'direction', 'coherence'],
	...['bins', 'magnitudes', 'objects', 'crossings']
];

const columns = (of: readonly string[], write = (name: string) => name): SQL =>
	sql.raw(of.map(write).join(', '));

/** Of the picked rows: what each class comes to, as one object. */
function byClass(column: 'objects' | 'crossings', fold: SQL): SQL {
	return sql`
		select stream_id, zone_id, bucket, jsonb_object_agg(label, figures) as classes from (
			select p.stream_id, p.zone_id, p.bucket, o.key as label, ${fold} as figures
			from picked p cross join lateral jsonb_each(p.${sql.raw(column)}) o group by 1, 2, 3, 4
		) c group by 1, 2, 3`;
}

/** Writes the minutes of this window in which streams did more than was written of them. */
export async function rollUpPerformance(db: Executor, window: Window): Promise<number> {
	const mean = (column: string) =>
		sql.raw(
			`sum(f.${column} * f.connected_s) filter (where f.${column} is not null) / nullif(sum(f.connected_s) filter (where f.${column} is not null), 0)`
		);
	const { count } = await db.execute(sql`
		insert into ${streamMinutes} as t
			(stream_id, at, seconds, connected_s, fps, latency_ms, latency_max_ms, frames, dropped, reconnects)
		select s.id, m.* from ${streams} s cross join lateral (
			select date_bin('1 minute', f.at, ${EPOCH}), sum(f.seconds), sum(f.connected_s), ${mean('fps')}, ${mean('latency_ms')},
				max(f.latency_max_ms), sum(f.frames)::int, sum(f.dropped)::int, sum(f.reconnects)::int
			from ${streamSamples} f where f.stream_id = s.id and ${within('f', window)} group by 1
		) m
		on conflict (stream_id, at) do update set (seconds, connected_s, fps, latency_ms, latency_max_ms, frames, dropped, reconnects)
			= (excluded.seconds, excluded.connected_s, excluded.fps, excluded.latency_ms, excluded.latency_max_ms,
				excluded.frames, excluded.dropped, excluded.reconnects)
		where excluded.seconds > t.seconds`);
	return count;
}

const within = (alias: string, { from, to }: Window): SQL =>
	sql`${sql.raw(alias)}.at >= ${from.toISOString()}::timestamptz and ${sql.raw(alias)}.at < ${to.toISOString()}::timestamptz`;
