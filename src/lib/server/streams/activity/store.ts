// The SQL of the activity log: appended in batches, pruned to a bounded number of lines a stream.
import { desc, eq, sql } from 'drizzle-orm';
import type { ActivityLine } from '#lib/contracts/live.ts';
import { streamActivity, streams } from '../../db/schema/streams.ts';
import type { StreamsDatabase } from '../store.ts';

export const LINES_KEPT = 500;

/** Appends the lines of streams that exist; one deleted meanwhile takes its lines with it. */
export async function insertActivity(
	db: StreamsDatabase,
	lines: (ActivityLine & { streamId: string })[]
): Promise<void> {
	const rows = JSON.stringify(
		lines.map((line) => ({
			stream_id: line.streamId,
			run_id: line.runId,
			at: line.at,
			level: line.level,
			text: line.text
		}))
	);
	await db.execute(sql`
		insert into ${streamActivity} (stream_id, run_id, at, level, text)
		select line.stream_id, line.run_id, line.at, line.level, line.text
		from rows from (
			jsonb_to_recordset(${rows}::jsonb) as (stream_id uuid, run_id uuid, at timestamptz, level text, text text)
		) with ordinality as line(stream_id, run_id, at, level, text, n)
		join ${streams} on ${streams.id} = line.stream_id
		order by line.n
		for key share of ${streams}`);
}

export async function pruneActivity(db: StreamsDatabase, streamId: string): Promise<void> {
	await db.execute(sql`
		delete from ${streamActivity} where stream_id = ${streamId} and id <= (
			select id from ${streamActivity} where stream_id = ${streamId} order by id desc offset ${LINES_KEPT} limit 1)`);
}

/** The newest lines, oldest first. */
export async function readActivity(
	db: StreamsDatabase,
	streamId: string,
	tail: number
): Promise<ActivityLine[]> {
	const rows = await db
		.select()
		.from(streamActivity)
		.where(eq(streamActivity.stream_id, streamId))
		.orderBy(desc(streamActivity.id))
		.limit(tail);
	return rows
		.reverse()
		.map((row) => ({ at: row.at.toISOString(), runId: row.run_id, level: row.level, text: row.text }));
}
