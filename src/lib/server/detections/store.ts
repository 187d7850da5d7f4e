// The SQL of stored detections: written in batches, read newest first, pruned in batches.
import { and, asc, desc, eq, gte, inArray, lt, lte, sql } from 'drizzle-orm';
import type { DetectionRecord, DetectionsQuery } from '#lib/contracts/detection.ts';
import type { Db } from '../db/index.ts';
import { detections } from '../db/schema/alerts.ts';
import { streams } from '../db/schema/streams.ts';

export type DetectionsDatabase = Db;
type Row = typeof detections.$inferSelect;

/** A detection to be written. */
export type NewDetection = Omit<Row, 'timestamp'> & { timestamp: string };

/** Writes those of streams that exist, in one statement, and answers them as they were stored. Written twice is once. */
export async function insertDetections(
	db: DetectionsDatabase,
	batch: NewDetection[]
): Promise<DetectionRecord[]> {
	const rows = JSON.stringify(batch);
	const stored = await db.execute<{ id: string; metadata: Record<string, unknown> }>(sql`
		insert into ${detections} (id, stream_id, timestamp, label, confidence, x, y, width, height, track_id, image, metadata)
		select d.id, d.stream_id, d.timestamp, d.label, d.confidence, d.x, d.y, d.width, d.height, d.track_id, d.image,
			d.metadata || jsonb_build_object('model_id', s.model_id)
		from jsonb_to_recordset(${rows}::jsonb) as d(id uuid, stream_id uuid, timestamp timestamptz, label text,
			confidence real, x real, y real, width real, height real, track_id integer, image text, metadata jsonb)
		join (select id, model_id from ${streams} for key share) s on s.id = d.stream_id
		on conflict (id) do nothing
		returning id, metadata`);
	const metadata = new Map(stored.map((row) => [row.id, row.metadata]));
	return batch.flatMap((row) => {
		const found = metadata.get(row.id);
		return found ? [toRecord({ ...row, metadata: found, timestamp: new Date(row.timestamp) })] : [];
	});
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
