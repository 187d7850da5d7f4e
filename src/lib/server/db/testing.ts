// A real, throw-away PostgreSQL for tests: made anew for each test file, gone with it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { projectRoot } from '../config/index.ts';
import { connect, type ConnectionTarget, type Db } from './client.ts';
import { startCluster, type Cluster } from './embedded/cluster.ts';
import { migrate } from './migrate.ts';

export interface TestDatabase {
	db: Db;
	target: ConnectionTarget;
	cluster: Cluster;
	/** Empties every table. */
	reset(): Promise<void>;
	stop(): Promise<void>;
}

/**
 * Starts a migrated database in a temporary folder, in about a second:
 *
 *     let database: TestDatabase;
 *     beforeAll(async () => { database = await startTestDatabase(); });
 *     afterAll(() => database.stop());
 */
export async function startTestDatabase(): Promise<TestDatabase> {
	const folder = mkdtempSync(join(tmpdir(), 'vf-test-'));
	const cluster = await startCluster({
		folder: join(folder, 'postgres'),
		log: pino({ level: 'silent' }),
		throwaway: true
	});
	await migrate(cluster.connection, projectRoot().dir);
	const client = connect(cluster.connection);
	return {
		db: client.db,
		target: cluster.connection,
		cluster,
		async reset() {
			const tables = await client.sql<{ name: string }[]>`
				select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`;
			await client.sql.unsafe(`truncate ${tables.map(({ name }) => name).join(', ')} cascade`);
		},
		async stop() {
			await client.close(1);
			await cluster.stop();
			rmSync(folder, { recursive: true, force: true });
		}
	};
}

/** Lets somebody hold the stream, as a claim does: answers the fencing token its writes go under. */
export async function grantLease(db: Db, streamId: string, instance = 'test'): Promise<number> {
	const [lease] = await db.execute<{ token: string | number }>(sql`
		insert into leases (stream_id, instance, boot, token, expires_at)
		values (${streamId}, ${instance}, gen_random_uuid(), nextval('lease_tokens'), now() + interval '1 hour')
		on conflict (stream_id) do update
			set instance = excluded.instance, boot = excluded.boot, token = excluded.token, expires_at = excluded.expires_at
		returning token`);
	return Number(lease!.token);
}
