// The table of models: one row a file that passed its vetting.
import {
	bigint,
	doublePrecision,
	integer,
	jsonb,
	pgTable,
	text,
	uniqueIndex,
	uuid
} from 'drizzle-orm/pg-core';
import type { ModelFormat, ModelSpec, TensorShape } from '#lib/contracts/model.ts';
import { moment } from './moment.ts';

export const models = pgTable(
	'models',
	{
		id: uuid('id').primaryKey().defaultRandom(),
		name: text('name').notNull(),
		version: integer('version').notNull(),
		format: text('format').$type<ModelFormat>().notNull(),
		spec: jsonb('spec').$type<ModelSpec>().notNull(),
		inputs: jsonb('inputs').$type<TensorShape[]>().notNull(),
		/** File name within the models folder. */
		file: text('file').notNull(),
		size_bytes: bigint('size_bytes', { mode: 'number' }).notNull(),
		sha256: text('sha256').notNull(),
		trial_ms: doublePrecision('trial_ms'),
		created_at: moment('created_at').notNull().defaultNow(),
		created_by: text('created_by').notNull()
	},
	(table) => [uniqueIndex('models_version').on(table.name, table.version)]
);
