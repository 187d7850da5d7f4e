// The SQL of charts: points of several rows each, from the grain that suits. What was not recorded is no point.
import { sql, type SQL } from 'drizzle-orm';
import type {
	DetectionsPoint,
	DirectionPoint,
	FleetPoint,
	InstancePoint,
	PerformancePoint
} from '#lib/contracts/charts.ts';
import { DIRECTION_BINS, type FlowPoint } from '#lib/contracts/facts.ts';
import type { Db } from '../../db/index.ts';
import { detections, flowSamples } from '../../db/schema/alerts.ts';
import {
	fleetSamples,
	flowHours,
	flowMinutes,
	instanceSamples,
	streamMinutes,
	streamSamples
} from '../../db/schema/history.ts';
import { DIRECTION, FIGURES, HEADING, SUMS } from '../fold.ts';
import { GRAIN_S, type Grain, type TimeRange } from './rules.ts';

export type ReadingDatabase = Db;

/** A place of a stream over time. */
export interface Place {
	streamId: string;
	/** Null is the whole picture. */
	zoneId: string | null;
}

/** How it is read: from which rows, in points of how many seconds. */
export interface Reading extends TimeRange {
	grain: Grain;
	stepS: number;
	now: Date;
}

const TABLES: Record<Grain, SQL> = {
	second: sql`${flowSamples}`,
	minute: sql`${flowMinutes}`,
	hour: sql`${flowHours}`
};
const SECONDS: Record<Grain, SQL> = {
	second: sql.raw('1'),
	minute: sql.raw('f.seconds'),
	hour: sql.raw('f.seconds')
};
/** What is not rolled up yet lies in the finer table; further back than this it is nowhere. */
const FINER: Record<Exclude<Grain, 'second'>, { grain: Grain; reachMs: number }> = {
	minute: { grain: 'second', reachMs: 15 * 60_000 },
	hour: { grain: 'minute', reachMs: 3 * 3_600_000 }
};

const ofPlace = ({ streamId, zoneId }: Place): SQL => sql`
	f.stream_id = ${streamId} and ${zoneId === null ? sql`f.zone_id is null` : sql`f.zone_id = ${zoneId}`}`;
const within = ({ from, to }: TimeRange, column = 'f.at'): SQL => sql`
	${sql.raw(column)} >= ${from.toISOString()}::timestamptz and ${sql.raw(column)} < ${to.toISOString()}::timestamptz`;
/** Begin of the point that a moment belongs to, seconds since the epoch. */
const bucket = (column: string, stepS: number): SQL => sql`
	floor(extract(epoch from ${sql.raw(column)})::float8 / ${stepS}::float8) * ${stepS}::float8`;
const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Of a row `f`. Only what is asked for: lists are most of a row, and ten thousand of them are more than fits the memory of a question. */
const OF_FLOW = sql.raw('f.avg, f.max, f.count::float8 as count, f.direction, f.coherence, f.objects');
const OF_DIRECTIONS = sql.raw('f.bins::bigint[] as bins, f.magnitudes::float8[] as magnitudes');

/** Rows of a place, each with its bucket and its seconds; those of the grain, and after the newest of them finer ones. */
function picked(place: Place, { grain, stepS, now, ...range }: Reading, columns: SQL): SQL {
	const rows = (of: Grain, where: SQL) => sql`
		select ${bucket('f.at', stepS)} as bucket, ${SECONDS[of]} as seconds, ${columns}
		from ${TABLES[of]} f where ${ofPlace(place)} and ${where}`;
	if (grain === 'second') return rows(grain, within(range));
	const { grain: finer, reachMs } = FINER[grain];
	const since = new Date(now.getTime() - reachMs);
	if (range.to <= since) return rows(grain, within(range));
	const rest = { from: range.from > since ? range.from : since, to: range.to };
	return sql`${rows(grain, within(range))} union all ${rows(
		finer,
		sql`${within(rest)} and f.at >= coalesce((
			select max(f.at) + ${`${GRAIN_S[grain]} seconds`}::interval from ${TABLES[grain]} f
			where ${ofPlace(place)} and f.at >= ${since.toISOString()}::timestamptz and f.at <= ${now.toISOString()}::timestamptz
		), ${since.toISOString()}::timestamptz)`
	)}`;
}

/**
 * Oldest first: mean avg, count and coherence, greatest max, the most objects at once, and the circular mean of the
 * directions, each weighed by how much went that way.
 */
export async function readFlow(db: ReadingDatabase, place: Place, reading: Reading): Promise<FlowPoint[]> {
	const rows = await db.execute<{
		bucket: number;
		avg: number;
		max: number;
		count: number;
		direction: number | null;
		coherence: number;
		objects: Record<string, number> | null;
	}>(sql`
		with picked as materialized (${picked(place, reading, OF_FLOW)}), seen as (
			select bucket, jsonb_object_agg(label, most) as objects from (
				select bucket, o.key as label, max((o.value->>'count')::int) as most
				from picked cross join lateral jsonb_each(picked.objects) o group by bucket, o.key
			) classes group by bucket
		), folded as (
			select p.bucket, ${FIGURES}, ${HEADING} from picked p group by p.bucket
		)
		select bucket, avg, max::float8 as max, count, coherence, ${DIRECTION} as direction, objects
		from folded left join seen using (bucket) order by bucket`);
	return rows.map(({ bucket: at, count, objects, ...figures }) => ({
		at: isoOf(at),
		zone_id: place.zoneId,
		...figures,
		count: Math.round(count),
		objects: objects ?? {}
	}));
}

const NONE: readonly number[] = new Array<number>(DIRECTION_BINS).fill(0);

/** Oldest first; zeros where there were samples and nothing moved. */
export async function readDirections(
	db: ReadingDatabase,
	place: Place,
	reading: Reading
): Promise<DirectionPoint[]> {
	// As text: a list is parsed several times as fast from JSON as from the way arrays travel.
	const rows = await db.execute<{ bucket: number; bins: string | null; magnitudes: string | null }>(sql`
		with folded as (
			select p.bucket, ${SUMS} from (${picked(place, reading, OF_DIRECTIONS)}) p group by p.bucket
		)
		select bucket, array_to_json(bins)::text as bins, array_to_json(magnitudes)::text as magnitudes
		from folded order by bucket`);
	const list = (text: string | null) => (text === null ? [...NONE] : (JSON.parse(text) as number[]));
	return rows.map(({ bucket: at, bins, magnitudes }) => ({
		at: isoOf(at),
		bins: list(bins),
		magnitudes: list(magnitudes)
	}));
}

/** Oldest first. */
export async function readPerformance(
	db: ReadingDatabase,
	streamId: string,
	{ grain, stepS, ...range }: TimeRange & { grain: 'sample' | 'minute'; stepS: number }
): Promise<PerformancePoint[]> {
	const mean = (column: string) =>
		sql.raw(
			`(sum(f.${column}::float8 * f.connected_s) / nullif(sum(f.connected_s) filter (where f.${column} is not null), 0)::float8) as ${column}`
		);
	const rows = await db.execute<Omit<PerformancePoint, 'at'> & { bucket: number }>(sql`
		select ${bucket('f.at', stepS)} as bucket, (sum(f.connected_s) / nullif(sum(f.seconds), 0))::float8 as connected,
			${mean('fps')}, ${mean('latency_ms')}, max(f.latency_max_ms)::float8 as latency_max_ms,
			sum(f.dropped)::float8 as dropped, sum(f.reconnects)::float8 as reconnects
		from ${grain === 'sample' ? streamSamples : streamMinutes} f
		where f.stream_id = ${streamId} and ${within(range)} group by 1 order by 1`);
	return rows.map(({ bucket: at, ...figures }) => ({ at: isoOf(at), ...figures }));
}

/** So many are counted, the newest: a busy year is more than an answer should wait for. */
const MOST_COUNTED = 500_000;

/** Oldest first, of the times with any. */
export async function countDetections(
	db: ReadingDatabase,
	streamId: string,
	range: TimeRange,
	stepS: number
): Promise<DetectionsPoint[]> {
	const rows = await db.execute<{ bucket: number; classes: Record<string, number> }>(sql`
		with newest as (
			select f.timestamp, f.label from ${detections} f
			where f.stream_id = ${streamId} and ${within(range, 'f.timestamp')}
			order by f.timestamp desc limit ${MOST_COUNTED}
		), counted as (
			select ${bucket('n.timestamp', stepS)} as bucket, n.label, count(*)::int as seen from newest n group by 1, 2
		)
		select bucket, jsonb_object_agg(label, seen order by label) as classes from counted group by 1 order by 1`);
	return rows.map(({ bucket: at, classes }) => ({ at: isoOf(at), classes }));
}

/** Oldest first, of every instance. */
export async function readInstances(
	db: ReadingDatabase,
	range: TimeRange,
	stepS: number
): Promise<InstancePoint[]> {
	const rows = await db.execute<Omit<InstancePoint, 'at'> & { bucket: number }>(sql`
		select ${bucket('f.at', stepS)} as bucket, f.instance, max(f.rss_bytes)::float8 as rss_bytes,
			max(f.rss_percent)::float8 as rss_percent, avg(f.cpu_percent)::float8 as cpu_percent,
			max(f.streams)::float8 as streams, avg(f.gpu_percent)::float8 as gpu_percent,
			max(f.gpu_memory_bytes)::float8 as gpu_memory_bytes
		from ${instanceSamples} f where ${within(range)} group by 1, 2 order by 1, 2`);
	return rows.map(({ bucket: at, ...figures }) => ({ at: isoOf(at), ...figures }));
}

/** Oldest first; means over a point. */
export async function readFleet(db: ReadingDatabase, range: TimeRange, stepS: number): Promise<FleetPoint[]> {
	const rows = await db.execute<Omit<FleetPoint, 'at'> & { bucket: number }>(sql`
		select ${bucket('f.at', stepS)} as bucket, round(avg(f.running), 2)::float8 as running,
			round(avg(f.deactivated), 2)::float8 as deactivated, round(avg(f.error), 2)::float8 as error
		from ${fleetSamples} f where ${within(range)} group by 1 order by 1`);
	return rows.map(({ bucket: at, ...figures }) => ({ at: isoOf(at), ...figures }));
}
