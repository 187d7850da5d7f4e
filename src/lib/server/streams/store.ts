// The streams room's SQL: the registry's rows. History and activity are in their own stores beside it.
import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/index.ts';
import { leases } from '../db/schema/fleet.ts';
import { streams } from '../db/schema/streams.ts';

export type StreamsDatabase = Db;
export type StreamRow = typeof streams.$inferSelect;
export type StreamValues = Omit<typeof streams.$inferInsert, 'created_at' | 'updated_at' | 'id'>;

/** Adds a stream under an id the caller chose, since the sealed address is bound to it. */
export async function insertStream(
	db: StreamsDatabase,
	id: string,
	values: StreamValues
): Promise<StreamRow> {
	const [row] = await db
		.insert(streams)
		.values({ id, ...values })
		.returning();
	return row!;
}

/** Oldest first: the order people added them in. */
export async function listStreams(db: StreamsDatabase, withEphemeral: boolean): Promise<StreamRow[]> {
	return db
		.select()
		.from(streams)
		.where(withEphemeral ? undefined : eq(streams.ephemeral, false))
		.orderBy(asc(streams.created_at), asc(streams.id));
}

/** Of the given ones those that are meant to run, oldest first. */
export async function listActive(db: StreamsDatabase, ids: string[]): Promise<StreamRow[]> {
	return db
		.select()
		.from(streams)
		.where(and(eq(streams.is_active, true), inArray(streams.id, ids)))
		.orderBy(asc(streams.created_at), asc(streams.id));
}

export async function findStream(db: StreamsDatabase, id: string): Promise<StreamRow | undefined> {
	const [row] = await db.select().from(streams).where(eq(streams.id, id));
	return row;
}

/**
 * Reads the row, locked, asks `change` for the columns to write, and writes them; null when there is no such stream.
 * Of two changes at once the second sees the first. Nothing to write leaves `updated_at` as it is.
 */
export async function changeStream(
	db: StreamsDatabase,
	id: string,
	change: (row: StreamRow) => Partial<StreamValues>
): Promise<{ before: StreamRow; after: StreamRow } | null> {
	return db.transaction(async (tx) => {
		const [before] = await tx.select().from(streams).where(eq(streams.id, id)).for('update');
		if (!before) return null;
		const values = change(before);
		if (Object.keys(values).length === 0) return { before, after: before };
		const [after] = await tx
			.update(streams)
			.set({ ...values, updated_at: sql`greatest(now(), ${streams.updated_at} + interval '1 millisecond')` })
			.where(eq(streams.id, id))
			.returning();
		return { before, after: after! };
	});
}

export async function deleteStream(db: StreamsDatabase, id: string): Promise<boolean> {
	return (await db.delete(streams).where(eq(streams.id, id)).returning({ id: streams.id })).length > 0;
}

/** Whether a write failed because its `model_id` leads nowhere: PostgreSQL's foreign key violation. */
export function namesUnknownModel(error: unknown): boolean {
	for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
		if (!('code' in cause) || cause.code !== '23503' || !('constraint_name' in cause)) continue;
		return String(cause.constraint_name).includes('model_id');
	}
	return false;
}

/** When each running stream's newest frame was seen, in one statement; never backwards, and only under the lease that is held. */
export async function writeHeartbeats(
	db: StreamsDatabase,
	beats: { streamId: string; token: number; at: Date }[]
): Promise<void> {
	if (beats.length === 0) return;
	const rows = JSON.stringify(
		beats.map(({ streamId, token, at }) => ({ id: streamId, token, at: at.toISOString() }))
	);
	await db.execute(sql`
		update ${streams} set last_heartbeat = greatest(${streams.last_heartbeat}, beat.at)
		from (
			select r.id, max(r.at) as at from jsonb_to_recordset(${rows}::jsonb) as r(id uuid, token bigint, at timestamptz)
			join ${leases} on ${leases.stream_id} = r.id and ${leases.token} = r.token
			group by r.id
		) beat
		where ${streams.id} = beat.id`);
}
