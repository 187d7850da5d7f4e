// The system settings: one row, columns named as the API's fields.
import { sql } from 'drizzle-orm';
import { check, doublePrecision, integer, pgTable, smallint, text } from 'drizzle-orm/pg-core';
import { moment } from './moment.ts';

export const systemSettings = pgTable(
	'system_settings',
	{
		id: smallint('id').primaryKey().default(1),
		live_preview_fps: doublePrecision('live_preview_fps').notNull(),
		live_preview_jpeg_quality: integer('live_preview_jpeg_quality').notNull(),
		live_preview_max_width: integer('live_preview_max_width').notNull(),
		orientation_offset_deg: doublePrecision('orientation_offset_deg').notNull(),
		retention_detections_days: integer('retention_detections_days').notNull(),
		retention_alerts_days: integer('retention_alerts_days').notNull(),
		retention_samples_days: integer('retention_samples_days').notNull(),
		retention_clips_days: integer('retention_clips_days').notNull(),
		map_style_url: text('map_style_url'),
		geocoder_url: text('geocoder_url'),
		grafana_url: text('grafana_url'),
		updated_at: moment('updated_at').notNull().defaultNow()
	},
	(table) => [check('system_settings_one_row', sql`${table.id} = 1`)]
);
