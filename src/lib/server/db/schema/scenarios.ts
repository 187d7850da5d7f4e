// The table of scenarios and sessions: streams that somebody started by the API, and that end.
import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import type { EndReason, ScenarioKind } from '#lib/contracts/scenario.ts';
import { moment } from './moment.ts';
import { streams } from './streams.ts';

export const scenarios = pgTable(
	'scenarios',
	{
		/** A scenario's is the id of its first run. */
		id: uuid('id').primaryKey(),
		kind: text('kind').$type<ScenarioKind>().notNull(),
		/** Its own stream, kept for its results after the end and removed with them. */
		stream_id: uuid('stream_id')
			.notNull()
			.unique()
			.references(() => streams.id, { onDelete: 'cascade' }),
		/** The user's id; no key: what somebody ran outlives their account. */
		owner_id: text('owner_id').notNull(),
		owner: text('owner').notNull(),
		owner_via: text('owner_via').$type<'session' | 'api-key'>().notNull(),
		/** Sessions only: seconds without a word of the owner after which it ends. */
		idle_timeout_s: integer('idle_timeout_s'),
		seen_at: moment('seen_at').notNull().defaultNow(),
		created_at: moment('created_at').notNull().defaultNow(),
		/** When it was told to end; null while it may run. */
		shutdown_at: moment('shutdown_at'),
		end_reason: text('end_reason').$type<EndReason>()
	},
	(table) => [
		index('scenarios_open')
			.on(table.created_at)
			.where(sql`${table.shutdown_at} is null`),
		index('scenarios_ended').on(table.shutdown_at)
	]
);
