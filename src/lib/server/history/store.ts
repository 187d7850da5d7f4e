// The SQL of stored seconds: written in batches, read whole for a dry run and page by page for results. Charts: reading/store.ts.
import { and, asc, eq, gt, isNull, lt, sql, type SQL } from 'drizzle-orm';
import {
	DIRECTION_BINS,
	type Crossings,
	type FlowPoint,
	type ZoneFacts,
	type ZoneObjects
} from '#lib/contracts/facts.ts';
import type { Db } from '../db/index.ts';
import { flowSamples } from '../db/schema/alerts.ts';
import { leases } from '../db/schema/fleet.ts';

export type HistoryDatabase = Db;

/** One second of one zone, as the table has it, with the fencing token it was said under. */
export interface SampleRow {
	token: number;
	stream_id: string;
	zone_id: string | null;
	at: string;
	avg: number;
	max: number;
	count: number;
	/** 0 marks a line, which has no flow. */
	total: number;
	direction: number | null;
	coherence: number;
	bins: number[] | null;
	magnitudes: number[] | null;
	objects: Record<string, ZoneObjects> | null;
	crossings: Record<string, Crossings> | null;
}

/**
 * Writes all of them in one statement, and says how many; those whose lease was lost meanwhile are left out, and with them those of
 * streams that are gone.
 */
export async function insertSamples(db: HistoryDatabase, rows: readonly SampleRow[]): Promise<number> {
	if (rows.length === 0) return 0;
	const { count } = await db.execute(sql`
		insert into ${flowSamples}
			(stream_id, zone_id, at, avg, max, count, total, direction, coherence, bins, magnitudes, objects, crossings)
		select r.stream_id, r.zone_id, r.at, r.avg, r.max, r.count, r.total, r.direction, r.coherence,
			r.bins, r.magnitudes, r.objects, r.crossings
		from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(
			stream_id uuid, token bigint, zone_id uuid, at timestamptz, avg real, max real, count integer, total integer,
			direction real, coherence real, bins smallint[], magnitudes real[], objects jsonb, crossings jsonb)
		join ${leases} l on l.stream_id = r.stream_id and l.token = r.token`);
	return count;
}

const ofZone = (streamId: string, zoneId: string | null, from: Date): SQL => sql`
	f.stream_id = ${streamId} and f.at >= ${from.toISOString()}::timestamptz
	and ${zoneId === null ? sql`f.zone_id is null` : sql`f.zone_id = ${zoneId}`}`;

/** Whole seconds of the whole picture from before a moment, oldest first, beginning after the one that was read last. */
export async function readPage(
	db: HistoryDatabase,
	streamId: string,
	after: Date | null,
	before: Date,
	limit: number
): Promise<FlowPoint[]> {
	const rows = await db
		.select()
		.from(flowSamples)
		.where(
			and(
				eq(flowSamples.stream_id, streamId),
				isNull(flowSamples.zone_id),
				lt(flowSamples.at, before),
				after ? gt(flowSamples.at, after) : undefined
			)
		)
		.orderBy(asc(flowSamples.at))
		.limit(limit);
	return rows.map(({ at, zone_id, avg, max, count, direction, coherence, objects }) => ({
		at: at.toISOString(),
		zone_id,
		avg,
		max,
		count,
		direction,
		coherence,
		objects: Object.fromEntries(Object.entries(objects ?? {}).map(([label, seen]) => [label, seen.count]))
	}));
}

interface StoredRow extends Record<string, unknown> {
	at: number;
	avg: number;
	max: number;
	count: number;
	total: number;
	direction: number | null;
	coherence: number;
	bins: string | null;
	magnitudes: string | null;
	objects: string | null;
	crossings: string | null;
}

/**
 * Every second of a zone since a moment, in order. A day of them is 86,400 rows: they are turned into facts one by one
 * as they are read, so that whoever reads can give others a turn in between.
 */
export async function readSeconds(
	db: HistoryDatabase,
	streamId: string,
	zoneId: string | null,
	from: Date,
	directions: boolean
): Promise<Iterable<{ at: number; facts: ZoneFacts }>> {
	// As text: a list is parsed several times as fast from JSON as from the way arrays travel.
	const bins = directions
		? sql`array_to_json(f.bins)::text as bins, array_to_json(f.magnitudes)::text as magnitudes`
		: sql`null as bins, null as magnitudes`;
	const rows = await db.execute<StoredRow>(sql`
		select (extract(epoch from f.at) * 1000)::float8 as at, f.avg, f.max, f.count, f.total, f.direction, f.coherence,
			${bins}, f.objects::text as objects, f.crossings::text as crossings
		from ${flowSamples} f where ${ofZone(streamId, zoneId, from)} order by f.at`);
	return (function* () {
		for (const row of rows) yield { at: row.at, facts: factsOf(zoneId, row) };
	})();
}

const NONE: number[] = new Array<number>(DIRECTION_BINS).fill(0);

function factsOf(zoneId: string | null, row: StoredRow): ZoneFacts {
	const { avg, max, count, total, direction, coherence } = row;
	const list = (text: string | null) => (text === null ? NONE : (JSON.parse(text) as number[]));
	const map = <T>(text: string | null) => (text === null ? {} : (JSON.parse(text) as Record<string, T>));
	return {
		zoneId,
		flow:
			total === 0
				? null
				: {
						avg,
						max,
						count,
						total,
						direction,
						coherence,
						bins: list(row.bins),
						magnitudes: list(row.magnitudes)
					},
		objects: map<ZoneObjects>(row.objects),
		crossings: map<Crossings>(row.crossings)
	};
}
