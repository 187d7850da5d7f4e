// Tables of the fleet: the instances there are, and which of them may run which stream.
import {
	bigint,
	doublePrecision,
	index,
	integer,
	jsonb,
	pgSequence,
	pgTable,
	text,
	uuid
} from 'drizzle-orm/pg-core';
import type { InstanceRole, Labels } from '#lib/contracts/instance.ts';
import { moment } from './moment.ts';
import { streams } from './streams.ts';

export const instances = pgTable('instances', {
	id: text('id').primaryKey(),
	/** One start of it: a second server under the same id has another. */
	boot: uuid('boot').notNull(),
	roles: jsonb('roles').$type<InstanceRole[]>().notNull(),
	labels: jsonb('labels').$type<Labels>().notNull(),
	version: text('version').notNull(),
	/** host:port, as other machines reach it. */
	address: text('address'),
	max_streams: integer('max_streams').notNull(),
	clock_skew_s: doublePrecision('clock_skew_s').notNull().default(0),
	started_at: moment('started_at').notNull().defaultNow(),
	/** The database's clock, as every time that decides here. */
	heartbeat_at: moment('heartbeat_at').notNull().defaultNow()
});

/** Grows with every lease there ever was: who holds an older one has lost it. */
export const leaseTokens = pgSequence('lease_tokens');

export const leases = pgTable(
	'leases',
	{
		stream_id: uuid('stream_id')
			.primaryKey()
			.references(() => streams.id, { onDelete: 'cascade' }),
		instance: text('instance').notNull(),
		boot: uuid('boot').notNull(),
		/** The fencing token: what is written of the stream is written under it, or not at all. */
		token: bigint('token', { mode: 'number' }).notNull(),
		acquired_at: moment('acquired_at').notNull().defaultNow(),
		expires_at: moment('expires_at').notNull()
	},
	// None on `expires_at`, which every second changes: only so is a renewal written in place (the migration leaves room for it).
	(table) => [index('leases_of_instance').on(table.instance, table.boot)]
);
