// Tables of alerts and of what is stored of objects and motion.
import { sql } from 'drizzle-orm';
import {
	doublePrecision,
	index,
	integer,
	jsonb,
	pgTable,
	real,
	smallint,
	text,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import type { AlertRecord } from '#lib/contracts/alert.ts';
import type { Crossings, ZoneObjects } from '#lib/contracts/facts.ts';
import { moment } from './moment.ts';
import { streams } from './streams.ts';

/** Names are copied: an alert outlives the rule, the zone and the stream it came from. */
export const alerts = pgTable(
	'alerts',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		source: text('source').$type<AlertRecord['source']>().notNull(),
		rule_id: uuid('rule_id'),
		stream_id: uuid('stream_id'),
		stream_name: text('stream_name'),
		zone_id: uuid('zone_id'),
		zone_name: text('zone_name'),
		name: text('name').notNull(),
		severity: text('severity').$type<AlertRecord['severity']>().notNull(),
		status: text('status').$type<AlertRecord['status']>().notNull(),
		starts_at: moment('starts_at').notNull(),
		ends_at: moment('ends_at'),
		end_reason: text('end_reason'),
		summary: text('summary').notNull(),
		peak: doublePrecision('peak'),
		/** Relative to the media folder of alerts. */
		snapshot_path: text('snapshot_path'),
		snapshot_problem: text('snapshot_problem'),
		clip_path: text('clip_path'),
		clip_problem: text('clip_problem'),
		acknowledged_at: moment('acknowledged_at'),
		acknowledged_by: text('acknowledged_by'),
		fingerprint: text('fingerprint').notNull(),
		labels: jsonb('labels').$type<Record<string, string>>().notNull().default({}),
		created_at: moment('created_at').notNull().defaultNow()
	},
	(table) => [
		index('alerts_recent').on(table.starts_at.desc()),
		index('alerts_of_stream').on(table.stream_id, table.starts_at.desc()),
		/** One breach is one alert: a second cannot begin while the first goes on. */
		uniqueIndex('alerts_open')
			.on(table.fingerprint)
			.where(sql`${table.status} = 'firing'`)
	]
);

export const detections = pgTable(
	'detections',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		stream_id: uuid('stream_id')
			.notNull()
			.references(() => streams.id, { onDelete: 'cascade' }),
		timestamp: moment('timestamp').notNull(),
		label: text('label').notNull(),
		confidence: real('confidence').notNull(),
		x: real('x').notNull(),
		y: real('y').notNull(),
		width: real('width').notNull(),
		height: real('height').notNull(),
		track_id: integer('track_id').notNull(),
		/** File name within the stream's folder of screenshots. */
		image: text('image'),
		metadata: jsonb('metadata').$type<Record<string, unknown>>().notNull().default({})
	},
	(table) => [
		index('detections_recent').on(table.timestamp.desc()),
		index('detections_of_stream').on(table.stream_id, table.timestamp.desc())
	]
);

/** One second of a stream, or of one of its zones. Partitioned by time, as all of history.ts is. */
export const flowSamples = pgTable(
	'flow_samples',
	{
		stream_id: uuid('stream_id').notNull(),
		/** Null is the whole picture. */
		zone_id: uuid('zone_id'),
		at: moment('at').notNull(),
		avg: real('avg').notNull(),
		max: real('max').notNull(),
		count: integer('count').notNull(),
		total: integer('total').notNull(),
		direction: real('direction'),
		coherence: real('coherence').notNull(),
		/** Vectors and their magnitudes by direction; null when nothing moved. */
		bins: smallint('bins').array(),
		magnitudes: real('magnitudes').array(),
		objects: jsonb('objects').$type<Record<string, ZoneObjects>>(),
		crossings: jsonb('crossings').$type<Record<string, Crossings>>()
	},
	(table) => [
		/** To read one place's past, and to forget a stream's. */
		index('flow_samples_of_place').on(table.stream_id, table.zone_id, table.at),
		index('flow_samples_of_stream').on(table.stream_id, table.at)
	]
);
