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
	primaryKey,
	text,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import type { ChannelType, DeliveryRecord } from '#lib/contracts/channel.ts';
import type { EventTopic } from '#lib/contracts/event.ts';
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
		/** What it is known by on the journal and in the inbox: unlike `id`, never used again by a restored database. */
		message_id: uuid('message_id').notNull().defaultRandom(),
		topic: text('topic').$type<EventTopic>().notNull(),
		/** The alert, run or batch of results it is about. */
		subject_id: uuid('subject_id').notNull(),
		payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
		created_at: moment('created_at').notNull().defaultNow(),
		/** When the journal had it; null while it has not, and always where there is no journal. */
		published_at: moment('published_at'),
		/** When it took effect here: an alert's deliveries were written; what has no effect here, with its publication. Null while it waits. */
		handled_at: moment('handled_at')
	},
	(table) => [
		index('outbox_waiting')
			.on(table.id)
			.where(sql`${table.handled_at} is null`),
		index('outbox_unpublished')
			.on(table.id)
			.where(sql`${table.published_at} is null`),
		uniqueIndex('outbox_message').on(table.message_id),
		uniqueIndex('outbox_once')
			.on(table.subject_id, table.topic)
			.where(sql`${table.topic} in ('alert.firing', 'alert.resolved')`)
	]
);

/** Messages that took effect, by their id: the same one again has none. */
export const inbox = pgTable(
	'inbox',
	{
		consumer: text('consumer').notNull(),
		message_id: uuid('message_id').notNull(),
		handled_at: moment('handled_at').notNull().defaultNow()
	},
	(table) => [
		primaryKey({ columns: [table.consumer, table.message_id] }),
		index('inbox_old').on(table.handled_at)
	]
);

/** Messages nobody can do anything with, set aside for a person to look at. */
export const parkedMessages = pgTable(
	'parked_messages',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		consumer: text('consumer').notNull(),
		subject: text('subject').notNull(),
		/** As it came, cut to what is bearable; base64 where it is no text. */
		payload: text('payload').notNull(),
		reason: text('reason').notNull(),
		attempts: integer('attempts').notNull(),
		parked_at: moment('parked_at').notNull().defaultNow()
	},
	(table) => [index('parked_messages_recent').on(table.parked_at.desc())]
);

export const deliveries = pgTable(
	'deliveries',
	{
		/** The idempotency key. */
		id: uuid('id').primaryKey().defaultRandom(),
		/** Where it stands among the others: the outbox row's. */
		outbox_id: bigint('outbox_id', { mode: 'number' }),
		/** The event's; null for a test. */
		message_id: uuid('message_id'),
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
		uniqueIndex('deliveries_once').on(table.message_id, table.channel_id),
		index('deliveries_due')
			.on(table.next_attempt_at)
			.where(sql`${table.state} = 'pending'`),
		index('deliveries_of_channel').on(table.channel_id, table.created_at.desc()),
		index('deliveries_of_alert').on(table.alert_id)
	]
);
