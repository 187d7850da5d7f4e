// Tables of what was: minutes and hours of motion, and how streams and instances did. All but the first file's seconds are made of these.
//
// Every table here, and flow_samples, is partitioned by time: forgetting a day is dropping its partition (server/history/partitions).
import {
	bigint,
	doublePrecision,
	index,
	integer,
	jsonb,
	pgTable,
	real,
	text,
	unique,
	uuid,
	type PgColumnBuilderBase
} from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

/** A minute, or an hour, of a stream or of one of its zones. No foreign key: a stream's rows are deleted with it, in steps. */
const rollup = {
	stream_id: uuid('stream_id').notNull(),
	/** Null is the whole picture. */
	zone_id: uuid('zone_id'),
	at: moment('at').notNull(),
	/** Seconds that there were samples of. */
	seconds: integer('seconds').notNull(),
	avg: real('avg').notNull(),
	max: real('max').notNull(),
	/** Mean over the seconds. */
	count: real('count').notNull(),
	/** 0 marks a line, which has no flow. */
	total: real('total').notNull(),
	direction: real('direction'),
	coherence: real('coherence').notNull(),
	/** Sums over the seconds; null when nothing moved. */
	bins: bigint('bins', { mode: 'number' }).array(),
	magnitudes: doublePrecision('magnitudes').array(),
	/** By class: the most at once, and how long the longest stayed, s. */
	objects: jsonb('objects').$type<Record<string, { count: number; longestS: number }>>(),
	/** By class, summed. */
	crossings: jsonb('crossings').$type<Record<string, { in: number; out: number }>>()
} satisfies Record<string, PgColumnBuilderBase>;

export const flowMinutes = pgTable('flow_minutes', rollup, (table) => [
	unique('flow_minutes_once').on(table.stream_id, table.zone_id, table.at).nullsNotDistinct()
]);

export const flowHours = pgTable('flow_hours', rollup, (table) => [
	unique('flow_hours_once').on(table.stream_id, table.zone_id, table.at).nullsNotDistinct()
]);

/** How a stream did in ten seconds. */
const performance = {
	stream_id: uuid('stream_id').notNull(),
	at: moment('at').notNull(),
	/** Seconds told of, and those of them in which it was connected. */
	seconds: real('seconds').notNull(),
	connected_s: real('connected_s').notNull(),
	/** Analysed frames a second, mean while connected; ms from capture to the end of analysis, mean and most. */
	fps: real('fps'),
	latency_ms: real('latency_ms'),
	latency_max_ms: real('latency_max_ms'),
	frames: integer('frames').notNull(),
	dropped: integer('dropped').notNull(),
	reconnects: integer('reconnects').notNull()
} satisfies Record<string, PgColumnBuilderBase>;

export const streamSamples = pgTable('stream_samples', performance, (table) => [
	index('stream_samples_of_stream').on(table.stream_id, table.at)
]);

export const streamMinutes = pgTable('stream_minutes', performance, (table) => [
	unique('stream_minutes_once').on(table.stream_id, table.at)
]);

/** How an instance did in half a minute. */
export const instanceSamples = pgTable(
	'instance_samples',
	{
		instance: text('instance').notNull(),
		at: moment('at').notNull(),
		rss_bytes: bigint('rss_bytes', { mode: 'number' }).notNull(),
		/** Of the memory it may use. */
		rss_percent: real('rss_percent').notNull(),
		/** Of one core. */
		cpu_percent: real('cpu_percent').notNull(),
		streams: integer('streams').notNull(),
		gpu_percent: real('gpu_percent'),
		gpu_memory_bytes: bigint('gpu_memory_bytes', { mode: 'number' })
	},
	(table) => [index('instance_samples_of_instance').on(table.instance, table.at)]
);

/** How many streams were in each state, in half a minute: one row for the whole fleet. */
export const fleetSamples = pgTable(
	'fleet_samples',
	{
		at: moment('at').notNull(),
		running: integer('running').notNull(),
		deactivated: integer('deactivated').notNull(),
		error: integer('error').notNull()
	},
	(table) => [unique('fleet_samples_once').on(table.at)]
);
