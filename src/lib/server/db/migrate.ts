// Brings the database to this version's schema, one instance at a time.
import { join } from 'node:path';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { connect, type ConnectionTarget } from './client.ts';

/** Any number will do, as long as every version uses the same. */
const MIGRATION_LOCK = 760_318_544;

/** Applies what is missing of `drizzle/`; others that start at the same moment wait, then find nothing to do. */
export async function migrate(target: ConnectionTarget, rootDir: string): Promise<void> {
	// One connection: the lock and the migrations belong to the same session, and may take their time.
	const client = connect(target, { max: 1, unlimited: true });
	try {
		await client.sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
		await applyMigrations(client.db, { migrationsFolder: join(rootDir, 'drizzle') });
		await client.sql`select pg_advisory_unlock(${MIGRATION_LOCK})`;
	} finally {
		await client.close();
	}
}
