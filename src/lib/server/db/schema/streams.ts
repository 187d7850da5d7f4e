// Tables of the streams room: the registry, each activation's history, and the activity log.
import { sql } from 'drizzle-orm';
import {
	bigint,
	boolean,
	doublePrecision,
	index,
	integer,
	jsonb,
	pgTable,
	text,
	uuid
} from 'drizzle-orm/pg-core';
import type { FailureCode } from '#lib/contracts/failure.ts';
import type { FlowMode } from '#lib/contracts/flow.ts';
import type { Labels } from '#lib/contracts/instance.ts';
import type { LogLevel } from '#lib/contracts/messages.ts';
import type { HardwareDecoder, RtspTransport, RunState } from '#lib/contracts/run.ts';
import { models } from './models.ts';
import { moment } from './moment.ts';

/** Columns bear the names of the API's fields; only the address is kept in two parts. */
export const streams = pgTable(
	'streams',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		name: text('name').notNull(),
		location_name: text('location_name'),
		latitude: doublePrecision('latitude'),
		longitude: doublePrecision('longitude'),
		orientation_deg: doublePrecision('orientation_deg'),
		view_angle_deg: doublePrecision('view_angle_deg'),
		view_distance_m: doublePrecision('view_distance_m'),
		camera_tilt_deg: doublePrecision('camera_tilt_deg'),
		camera_height_m: doublePrecision('camera_height_m'),
		arrow_scale: doublePrecision('arrow_scale').notNull(),
		arrow_opacity: doublePrecision('arrow_opacity').notNull(),
		gradient_intensity: doublePrecision('gradient_intensity').notNull(),
		show_feed: boolean('show_feed').notNull(),
		show_arrows: boolean('show_arrows').notNull(),
		show_magnitude: boolean('show_magnitude').notNull(),
		show_trails: boolean('show_trails').notNull(),
		/** Masked: what the API answers. */
		rtsp_url: text('rtsp_url').notNull(),
		/** The whole address, encrypted. */
		sealed_url: text('sealed_url').notNull(),
		rtsp_transport: text('rtsp_transport').$type<RtspTransport>().notNull(),
		hardware_decode: text('hardware_decode').$type<HardwareDecoder>().notNull(),
		stale_after_s: doublePrecision('stale_after_s').notNull(),
		grid_size: integer('grid_size').notNull(),
		win_radius: integer('win_radius').notNull(),
		threshold: doublePrecision('threshold').notNull(),
		flow_mode: text('flow_mode').$type<FlowMode>().notNull(),
		fps: doublePrecision('fps').notNull(),
		analysis_width: integer('analysis_width').notNull(),
		detection_enabled: boolean('detection_enabled').notNull(),
		detection_fps: doublePrecision('detection_fps').notNull(),
		detection_confidence: doublePrecision('detection_confidence').notNull().default(0.4),
		detection_gated: boolean('detection_gated').notNull().default(true),
		model_id: uuid('model_id').references(() => models.id, { onDelete: 'restrict' }),
		clip_preroll_s: doublePrecision('clip_preroll_s').notNull().default(0),
		/** Labels an instance must bear to run it. */
		placement: jsonb('placement').$type<Labels>().notNull().default({}),
		is_active: boolean('is_active').notNull(),
		/** Belongs to a scenario or a session, which starts and ends it: no camera of the fleet. */
		ephemeral: boolean('ephemeral').notNull().default(false),
		/** The id that its next run is to bear, told before the run begins; null once it has begun. */
		next_run_id: uuid('next_run_id'),
		created_at: moment('created_at').notNull().defaultNow(),
		updated_at: moment('updated_at').notNull().defaultNow(),
		/** The run that speaks for the stream; null when none does. */
		run_id: uuid('run_id'),
		state: text('state').$type<RunState>().notNull().default('inactive'),
		last_error: text('last_error'),
		error_code: text('error_code').$type<FailureCode>(),
		last_heartbeat: moment('last_heartbeat'),
		instance: text('instance'),
		worker_started_at: moment('worker_started_at')
	},
	(table) => [
		index('streams_active')
			.on(table.created_at)
			.where(sql`${table.is_active}`)
	]
);

export const streamRuns = pgTable(
	'stream_runs',
	{
		id: uuid('id').primaryKey(),
		stream_id: uuid('stream_id')
			.notNull()
			.references(() => streams.id, { onDelete: 'cascade' }),
		instance: text('instance').notNull(),
		state: text('state').$type<RunState>().notNull(),
		started_at: moment('started_at').notNull(),
		/** First picture. */
		live_at: moment('live_at'),
		ended_at: moment('ended_at'),
		/** The last failure, kept after the run has ended. */
		last_error: text('last_error'),
		error_code: text('error_code').$type<FailureCode>()
	},
	(table) => [index('stream_runs_recent').on(table.stream_id, table.started_at.desc())]
);

export const streamRunTransitions = pgTable(
	'stream_run_transitions',
	{
		id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		run_id: uuid('run_id')
			.notNull()
			.references(() => streamRuns.id, { onDelete: 'cascade' }),
		from_state: text('from_state').$type<RunState>().notNull(),
		to_state: text('to_state').$type<RunState>().notNull(),
		at: moment('at').notNull(),
		detail: text('detail'),
		code: text('code').$type<FailureCode>()
	},
	(table) => [index('stream_run_transitions_recent').on(table.run_id, table.id)]
);

export const streamActivity = pgTable(
	'stream_activity',
	{
		id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		stream_id: uuid('stream_id')
			.notNull()
			.references(() => streams.id, { onDelete: 'cascade' }),
		run_id: uuid('run_id'),
		at: moment('at').notNull(),
		level: text('level').$type<LogLevel>().notNull(),
		text: text('text').notNull()
	},
	(table) => [index('stream_activity_recent').on(table.stream_id, table.id)]
);
