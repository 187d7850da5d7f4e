// The models room's SQL: rows of files that passed their vetting, and which streams chose them.
import { asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { Db } from '../db/index.ts';
import { models } from '../db/schema/models.ts';
import { streams } from '../db/schema/streams.ts';

export type ModelsDatabase = Db;
export type ModelRow = typeof models.$inferSelect;
export type ModelValues = Omit<typeof models.$inferInsert, 'version' | 'created_at'>;
export interface StreamUsing {
	id: string;
	name: string;
}

/** By name, the newest version first. */
export async function listModels(db: ModelsDatabase): Promise<ModelRow[]> {
	return db.select().from(models).orderBy(asc(models.name), desc(models.version));
}

export async function findModel(db: ModelsDatabase, id: string): Promise<ModelRow | undefined> {
	const [row] = await db.select().from(models).where(eq(models.id, id));
	return row;
}

export async function findByHash(db: ModelsDatabase, sha256: string): Promise<ModelRow | undefined> {
	const [row] = await db.select().from(models).where(eq(models.sha256, sha256)).limit(1);
	return row;
}

/** Which of these files a model names. */
export async function knownFiles(db: ModelsDatabase, files: string[]): Promise<string[]> {
	if (files.length === 0) return [];
	const rows = await db.select({ file: models.file }).from(models).where(inArray(models.file, files));
	return rows.map(({ file }) => file);
}

/** Streams that chose a model, by the model's id; of all models, or of one. */
export async function streamsByModel(db: ModelsDatabase, id?: string): Promise<Map<string, StreamUsing[]>> {
	const rows = await db
		.select({ model: streams.model_id, id: streams.id, name: streams.name })
		.from(streams)
		.where(id === undefined ? sql`${streams.model_id} is not null` : eq(streams.model_id, id))
		.orderBy(asc(streams.name));
	return Map.groupBy(rows, ({ model }) => model!);
}

/** Adds the next version of its name; gives the model that is the very same file instead, where there is one. */
export async function insertModel(
	db: ModelsDatabase,
	values: ModelValues
): Promise<{ added: ModelRow } | { same: ModelRow }> {
	return db.transaction(async (tx) => {
		// Two uploads at once get two versions, and the same file is not added twice; readers are not held up.
		await tx.execute(sql`lock table ${models} in share row exclusive mode`);
		const [same] = await tx.select().from(models).where(eq(models.sha256, values.sha256)).limit(1);
		if (same) return { same };
		const version = sql<number>`(select coalesce(max(version), 0) + 1 from ${models} where name = ${values.name})`;
		const [added] = await tx
			.insert(models)
			.values({ ...values, version })
			.returning();
		return { added: added! };
	});
}

/** Removes a model that no stream uses: its row; or the streams that use it; or null when there is none. */
export async function deleteModel(
	db: ModelsDatabase,
	id: string
): Promise<{ removed: ModelRow } | { usedBy: StreamUsing[] } | null> {
	return db.transaction(async (tx) => {
		// A stream that chooses it meanwhile waits for this lock, and is then refused by its foreign key.
		const [row] = await tx.select().from(models).where(eq(models.id, id)).for('update');
		if (!row) return null;
		const usedBy = await tx
			.select({ id: streams.id, name: streams.name })
			.from(streams)
			.where(eq(streams.model_id, id))
			.orderBy(asc(streams.name));
		if (usedBy.length > 0) return { usedBy };
		await tx.delete(models).where(eq(models.id, id));
		return { removed: row };
	});
}
