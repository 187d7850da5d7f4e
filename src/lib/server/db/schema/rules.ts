// Tables of the rules room: zones on a stream's picture, rules over them, and where each rule delivers.
import { boolean, doublePrecision, index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Condition, Schedule, Severity } from '#lib/contracts/rule.ts';
import type { ZoneKind } from '#lib/contracts/zone.ts';
import { channels } from './delivery.ts';
import { moment } from './moment.ts';
import { streams } from './streams.ts';

export const zones = pgTable(
	'zones',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		stream_id: uuid('stream_id')
			.notNull()
			.references(() => streams.id, { onDelete: 'cascade' }),
		name: text('name').notNull(),
		kind: text('kind').$type<ZoneKind>().notNull(),
		points: jsonb('points').$type<[number, number][]>().notNull(),
		created_at: moment('created_at').notNull().defaultNow(),
		updated_at: moment('updated_at').notNull().defaultNow()
	},
	(table) => [index('zones_of_stream').on(table.stream_id, table.created_at)]
);

export const rules = pgTable(
	'rules',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		stream_id: uuid('stream_id')
			.notNull()
			.references(() => streams.id, { onDelete: 'cascade' }),
		/** No foreign key: a rule outlives its zone, and says that it cannot fire. */
		zone_id: uuid('zone_id'),
		name: text('name').notNull(),
		enabled: boolean('enabled').notNull(),
		severity: text('severity').$type<Severity>().notNull(),
		condition: jsonb('condition').$type<Condition>().notNull(),
		sustain_s: doublePrecision('sustain_s').notNull(),
		release_s: doublePrecision('release_s').notNull(),
		cooldown_s: doublePrecision('cooldown_s').notNull(),
		schedule: jsonb('schedule').$type<Schedule>(),
		clip: boolean('clip').notNull(),
		created_at: moment('created_at').notNull().defaultNow(),
		updated_at: moment('updated_at').notNull().defaultNow()
	},
	(table) => [index('rules_of_stream').on(table.stream_id, table.created_at)]
);

export const ruleChannels = pgTable(
	'rule_channels',
	{
		rule_id: uuid('rule_id')
			.notNull()
			.references(() => rules.id, { onDelete: 'cascade' }),
		channel_id: uuid('channel_id')
			.notNull()
			.references(() => channels.id, { onDelete: 'cascade' })
	},
	(table) => [
		primaryKey({ columns: [table.rule_id, table.channel_id] }),
		index('rule_channels_of_channel').on(table.channel_id)
	]
);
