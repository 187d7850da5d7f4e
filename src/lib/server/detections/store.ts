// The SQL of stored detections: written in batches, read newest first, pruned in batches.
import { and, asc, desc, eq, gte, inArray, lt, lte, sql } from 'drizzle-orm';
import type { DetectionRecord, DetectionsQuery } from '#lib/contracts/detection.ts';
import { randomUUID } from 'node:crypto';
import { enqueue, type Db, type Transaction } from '../db/index.ts';
import { detections } from '../db/schema/alerts.ts';
import { leases } from '../db/schema/fleet.ts';
import { streamRuns, streams } from '../db/schema/streams.ts';

export type DetectionsDatabase = Db;
type Row = typeof detections.$inferSelect;

/** A detection to be written, with the fencing token it was said under. */
export type NewDetection = Omit<Row, 'timestamp'> & { timestamp: string; token: number };

/**
 * Writes those of streams whose lease is still that which they were said under, in one statement, and answers them as they were
 * stored. Written twice is once.
 */
export async function insertDetections(
	db: DetectionsDatabase | Transaction,
	batch: NewDetection[]
): Promise<DetectionRecord[]> {
	const rows = JSON.stringify(batch);
	const stored = await db.execute<{ id: string; metadata: Record<string, unknown> }>(sql`
		with d as materialized (
			select * from jsonb_to_recordset(${rows}::jsonb) as d(id uuid, stream_id uuid, token bigint, timestamp timestamptz,
				label text, confidence real, x real, y real, width real, height real, track_id integer, image text, metadata jsonb)
		), s as materialized (
			select id, model_id from ${streams} where id in (select stream_id from d) for key share
		)
		insert into ${detections} (id, stream_id, timestamp, label, confidence, x, y, width, height, track_id, image, metadata)
		select d.id, d.stream_id, d.timestamp, d.label, d.confidence, d.x, d.y, d.width, d.height, d.track_id, d.image,
			d.metadata || jsonb_build_object('model_id', s.model_id)
		from d join s on s.id = d.stream_id join ${leases} l on l.stream_id = d.stream_id and l.token = d.token
		on conflict (id) do nothing
		returning id, metadata`);
	const metadata = new Map(stored.map((row) => [row.id, row.metadata]));
	return batch.flatMap((row) => {
		const found = metadata.get(row.id);
		return found ? [toRecord({ ...row, metadata: found, timestamp: new Date(row.timestamp) })] : [];
	});
}

/** Detections of one stream in a message at most. */
const TOLD_AT_ONCE = 100;

/** The same, and tells the journal of them, in one transaction: what is recorded is told. */
export async function insertAndTell(
	db: DetectionsDatabase,
	batch: NewDetection[]
): Promise<DetectionRecord[]> {
	return db.transaction(async (tx) => {
		const stored = await insertDetections(tx, batch);
		for (const [stream_id, records] of Map.groupBy(stored, (record) => record.stream_id)) {
			for (let from = 0; from < records.length; from += TOLD_AT_ONCE) {
				const payload = { stream_id, detections: records.slice(from, from + TOLD_AT_ONCE) };
				await enqueue(tx, { topic: 'result.detections', subjectId: randomUUID(), payload });
			}
		}
		return stored;
	});
}

/** The instance that ran the stream when this picture was kept; null where nobody is known. */
export async function findKeeper(
	db: DetectionsDatabase,
	streamId: string,
	image: string
): Promise<string | null> {
	const [run] = await db
		.select({ instance: streamRuns.instance })
		.from(detections)
		.innerJoin(streamRuns, sql`${streamRuns.id}::text = ${detections.metadata}->>'run_id'`)
		.where(
			and(eq(detections.stream_id, streamId), eq(streamRuns.stream_id, streamId), eq(detections.image, image))
		)
		.limit(1);
	return run?.instance ?? null;
}

/** Newest first. */
export async function listDetections(
	db: DetectionsDatabase,
	query: Partial<DetectionsQuery> & { limit: number }
): Promise<DetectionRecord[]> {
	const { before, from, to, stream_id, label, min_confidence, track_id, limit } = query;
	const rows = await db
		.select()
		.from(detections)
		.where(
			and(
				before ? lt(detections.timestamp, new Date(before)) : undefined,
				from ? gte(detections.timestamp, new Date(from)) : undefined,
				to ? lte(detections.timestamp, new Date(to)) : undefined,
				stream_id ? eq(detections.stream_id, stream_id) : undefined,
				label?.length ? inArray(detections.label, label) : undefined,
				min_confidence === undefined ? undefined : gte(detections.confidence, min_confidence),
				track_id === undefined ? undefined : eq(detections.track_id, track_id)
			)
		)
		.orderBy(desc(detections.timestamp), desc(detections.id))
		.limit(limit);
	return rows.map(toRecord);
}

/** One stream's from before a moment, oldest first, beginning after the one that was read last. */
export async function pageOf(
	db: DetectionsDatabase,
	streamId: string,
	after: { at: Date; id: string } | null,
	before: Date,
	limit: number
): Promise<DetectionRecord[]> {
	const rows = await db
		.select()
		.from(detections)
		.where(
			and(
				eq(detections.stream_id, streamId),
				lt(detections.timestamp, before),
				after
					? sql`(${detections.timestamp}, ${detections.id}) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
					: undefined
			)
		)
		.orderBy(asc(detections.timestamp), asc(detections.id))
		.limit(limit);
	return rows.map(toRecord);
}

export async function countSince(db: DetectionsDatabase, streamId: string, since: Date): Promise<number> {
	return db.$count(detections, and(eq(detections.stream_id, streamId), gte(detections.timestamp, since)));
}

/** Removes at most `limit` from before that time; answers how many. */
export async function deleteOlder(db: DetectionsDatabase, before: Date, limit: number): Promise<number> {
	const old = db
		.select({ id: detections.id })
		.from(detections)
		.where(lt(detections.timestamp, before))
		.orderBy(detections.timestamp)
		.limit(limit);
	return (await db.delete(detections).where(inArray(detections.id, old)).returning({ id: detections.id }))
		.length;
}

function toRecord(row: Row): DetectionRecord {
	const { id, stream_id, timestamp, label, confidence, x, y, width, height, track_id, image, metadata } = row;
	return {
		id,
		stream_id,
		timestamp: timestamp.toISOString(),
		label,
		// Stored as floats of four bytes: more digits than these are noise.
		confidence: rounded(confidence),
		bounding_box: { x: rounded(x), y: rounded(y), width: rounded(width), height: rounded(height) },
		track_id,
		image_path: image === null ? null : `/api/v1/detections/screenshot/${stream_id}/${image}`,
		metadata
	};
}

const rounded = (value: number) => Math.round(value * 1e5) / 1e5;
