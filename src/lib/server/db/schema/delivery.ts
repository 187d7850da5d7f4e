// Tables of delivery: channels, the outbox that alerts are committed with, and what became of each delivery.
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
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import type { ChannelType, DeliveryRecord } from '#lib/contracts/channel.ts';
import { moment } from './moment.ts';

export const channels = pgTable('channels', {
	id: uuid('id').primaryKey().defaultRandom(),
	name: text('name').notNull(),
	type: text('type').$type<ChannelType>().notNull(),
	enabled: boolean('enabled').notNull(),
	min_interval_s: doublePrecision('min_interval_s').notNull(),
	max_per_hour: integer('max_per_hour').notNull(),
	notify_resolved: boolean('notify_resolved').notNull(),
	/** With secrets masked: what the API answers. */
	config: jsonb('config').$type<Record<string, unknown>>().notNull(),
	/** The whole configuration, encrypted. */
	sealed_config: text('sealed_config').notNull(),
	created_at: moment('created_at').notNull().defaultNow(),
	updated_at: moment('updated_at').notNull().defaultNow()
});

/** What must be told to others, written in the transaction that made it true. */
export const outbox = pgTable(
	'outbox',
	{
		id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
		topic: text('topic').$type<'alert.firing' | 'alert.resolved'>().notNull(),
		/** The alert it is about. */
		subject_id: uuid('subject_id').notNull(),
		payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
		created_at: moment('created_at').notNull().defaultNow(),
		/** When its deliveries were written; null while it waits. */
		handled_at: moment('handled_at')
	},
	(table) => [
		index('outbox_waiting')
			.on(table.id)
			.where(sql`${table.handled_at} is null`),
		uniqueIndex('outbox_once').on(table.subject_id, table.topic)
	]
);

export const deliveries = pgTable(
	'deliveries',
	{
		/** The idempotency key. */
		id: uuid('id').primaryKey().defaultRandom(),
		outbox_id: bigint('outbox_id', { mode: 'number' }),
		channel_id: uuid('channel_id')
			.notNull()
			.references(() => channels.id, { onDelete: 'cascade' }),
		rule_id: uuid('rule_id'),
		alert_id: uuid('alert_id'),
		event: text('event').$type<DeliveryRecord['event']>().notNull(),
		/** The alert as it was when this was written: what every attempt sends. */
		payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
		state: text('state').$type<DeliveryRecord['state']>().notNull(),
		attempts: integer('attempts').notNull().default(0),
		answer: text('answer'),
		created_at: moment('created_at').notNull().defaultNow(),
		next_attempt_at: moment('next_attempt_at'),
		delivered_at: moment('delivered_at')
	},
	(table) => [
		uniqueIndex('deliveries_once').on(table.outbox_id, table.channel_id),
		index('deliveries_due')
			.on(table.next_attempt_at)
			.where(sql`${table.state} = 'pending'`),
		index('deliveries_of_channel').on(table.channel_id, table.created_at.desc()),
		index('deliveries_of_alert').on(table.alert_id)
	]
);
