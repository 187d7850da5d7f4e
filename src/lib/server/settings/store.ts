// The SQL of the system settings: one row, made when first written.
import { sql } from 'drizzle-orm';
import {
	systemSettingsInput,
	type SystemSettings,
	type SystemSettingsInput
} from '#lib/contracts/settings.ts';
import type { Db } from '../db/index.ts';
import { systemSettings } from '../db/schema/settings.ts';

export type SettingsDatabase = Db;

/** The stored row; null before anybody saved one. */
export async function readSettings(db: SettingsDatabase): Promise<SystemSettings | null> {
	const [row] = await db.select().from(systemSettings);
	return row ? toSettings(row) : null;
}

export async function writeSettings(
	db: SettingsDatabase,
	input: SystemSettingsInput
): Promise<SystemSettings> {
	const [row] = await db
		.insert(systemSettings)
		.values({ id: 1, ...input })
		.onConflictDoUpdate({ target: systemSettings.id, set: { ...input, updated_at: sql`now()` } })
		.returning();
	return toSettings(row!);
}

const FIELDS = Object.keys(systemSettingsInput.shape) as (keyof SystemSettingsInput)[];

function toSettings(row: typeof systemSettings.$inferSelect): SystemSettings {
	const fields = Object.fromEntries(
		FIELDS.map((field) => [field, row[field]])
	) as unknown as SystemSettingsInput;
	return { ...fields, updated_at: row.updated_at.toISOString() };
}
