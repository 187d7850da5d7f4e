// Opens the database of this configuration: starts the embedded one or reaches the external one, then migrates.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { causeChain } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { isDatabaseOutage } from '../base/outage.ts';
import { StartupError } from '../base/startup-error.ts';
import type { Config } from '../config/index.ts';
import { connect, type ConnectionTarget, type Db } from './client.ts';
import { startCluster } from './embedded/cluster.ts';
import { openLine, type Line } from './line.ts';
import { migrate } from './migrate.ts';
import { monitorDatabase, type DatabaseMonitor } from './monitor.ts';

const EXTERNAL_WAIT_MS = 60_000;
const OLDEST_VERSION = 150_000;

export interface Database {
	readonly kind: 'embedded' | 'external';
	readonly db: Db;
	/** For leases alone: their renewal waits behind nobody. */
	readonly line: Line;
	readonly monitor: DatabaseMonitor;
	/** Lets running queries finish, then ends the embedded PostgreSQL. Nothing may use `db` afterwards. */
	close(): Promise<void>;
}

/** Throws StartupError when there is no database to work with. */
export async function openDatabase(config: Config, log: Logger): Promise<Database> {
	const cluster =
		config.databaseUrl === null
			? await startCluster({ folder: join(config.dataDir, 'postgres'), log })
			: null;
	const target = config.databaseUrl ?? cluster?.connection ?? '';
	try {
		if (!cluster) await waitForExternal(target, log);
		await migrate(target, config.rootDir);
	} catch (error) {
		await cluster?.stop();
		throw error;
	}
	const client = connect(target);
	const line = openLine(target);
	const monitor = monitorDatabase(target, log);
	return {
		kind: cluster ? 'embedded' : 'external',
		db: client.db,
		line,
		monitor,
		async close() {
			await monitor.stop();
			await Promise.all([client.close(), line.close()]);
			await cluster?.stop();
		}
	};
}

/** A database in the next container may start after us: asks for a minute before giving up. */
async function waitForExternal(target: ConnectionTarget, log: Logger): Promise<void> {
	const client = connect(target, { max: 1 });
	const deadline = Date.now() + EXTERNAL_WAIT_MS;
	try {
		for (;;) {
			try {
				return checkVersion(await client.sql`show server_version_num`);
			} catch (error) {
				if (error instanceof StartupError) throw error;
				if (!isDatabaseOutage(error) || Date.now() > deadline) throw unreachable(error);
				log.warn({ reason: causeChain(error) }, 'waiting for the database of DATABASE_URL');
				await sleep(2000);
			}
		}
	} finally {
		await client.close(0);
	}
}

function checkVersion([row]: { server_version_num?: string }[]): void {
	const version = Number(row?.server_version_num ?? 0);
	if (version >= OLDEST_VERSION) return;
	throw new StartupError(
		`The database of DATABASE_URL is PostgreSQL ${Math.floor(version / 10_000)}; this needs 15 or newer.`
	);
}

/** The driver's words name host and port, never the password. */
function unreachable(error: unknown): StartupError {
	return new StartupError(
		`The database of DATABASE_URL cannot be used: ${causeChain(error)}. Check the address, user and password.`,
		{
			cause: error
		}
	);
}
