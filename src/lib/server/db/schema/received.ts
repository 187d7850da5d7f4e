// The table of what Grafana and Alertmanager told: each alert's own words, beside its row among the alerts.
import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { alerts } from './alerts.ts';
import { moment } from './moment.ts';

export const receivedAlerts = pgTable(
	'received_alerts',
	{
		alert_id: uuid('alert_id')
			.primaryKey()
			.references(() => alerts.id, { onDelete: 'cascade' }),
		/** Which of both told it. */
		sender: text('sender').$type<'grafana' | 'alertmanager'>().notNull(),
		receiver: text('receiver').notNull(),
		group_key: text('group_key').notNull(),
		/** Of the group it came with, and its own. */
		group_status: text('group_status').notNull(),
		alert_status: text('alert_status').notNull(),
		rule_uid: text('rule_uid'),
		/** The sender's own fingerprint: the same for every message about this alert's series. */
		fingerprint: text('fingerprint').notNull(),
		description: text('description'),
		annotations: jsonb('annotations').$type<Record<string, string>>().notNull(),
		values: jsonb('values').$type<Record<string, number>>(),
		generator_url: text('generator_url'),
		/** The alert as it came last, cut to what is bearable. */
		raw: jsonb('raw').$type<Record<string, unknown>>().notNull(),
		/** Messages about it. */
		deliveries: integer('deliveries').notNull(),
		received_at: moment('received_at').notNull().defaultNow(),
		updated_at: moment('updated_at').notNull().defaultNow()
	},
	(table) => [index('received_alerts_of_series').on(table.fingerprint, table.received_at.desc())]
);
