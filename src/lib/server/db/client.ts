// The connection pool, the query builder over it, and whether the database answers.
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres, { type Options, type Sql } from 'postgres';
import { guardTransactions } from './lost.ts';
import * as schema from './schema/index.ts';
import { createSockets } from './socket.ts';

/** What a store takes: typed queries over the pool. */
export type Db = PostgresJsDatabase<typeof schema>;
/** A store's method that takes part in a transaction takes this. */
export type Transaction = Parameters<Parameters<Db['transaction']>[0]>[0];

/** A URL, or the parts of a Unix socket's address. */
export type ConnectionTarget = string | { host: string; port: number; database: string; username: string };

const POOL_SIZE = 10;
const STATEMENT_TIMEOUT_MS = 30_000;
/**
 * A transaction in which nothing is asked for so long belongs to a server that hangs or was cut off. What it holds locked is let
 * go before its leases expire: nobody could take its streams over otherwise.
 */
const STANDSTILL_MS = 4000;
const RETRY_S = 0.5;
/**
 * Makes the first message of a connection so long that the driver sends it at once. What it means to send a turn later it never sends again
 * once a connection was lost within that turn (`nextWriteTimer` stays set in its closed()): every attempt then timed out for most of a minute.
 */
const PADDING = '.'.repeat(1024);

export interface Client {
	db: Db;
	sql: Sql;
	/** Waits for running queries at most `seconds`, then cuts them off. */
	close(seconds?: number): Promise<void>;
}

export function connect(
	target: ConnectionTarget,
	options: { max?: number; unlimited?: boolean } = {}
): Client {
	const settings: Options<Record<string, never>> = {
		max: options.max ?? POOL_SIZE,
		connect_timeout: 5,
		// Quick and steady: the database is near, and requests wait for it.
		backoff: () => RETRY_S,
		onnotice: () => {},
		// The driver's own question for array types rejects unheard, and ends the process, when its connection is lost.
		fetch_types: false,
		connection: {
			application_name: 'vector-flow',
			'vector_flow.padding': PADDING,
			...(options.unlimited
				? {}
				: {
						statement_timeout: STATEMENT_TIMEOUT_MS,
						idle_in_transaction_session_timeout: STANDSTILL_MS
					})
		}
	};
	// The driver's types do not know of `socket`.
	Object.assign(settings, { socket: createSockets() });
	const sql = typeof target === 'string' ? postgres(target, settings) : postgres({ ...settings, ...target });
	guardTransactions(sql);
	return { db: drizzle(sql, { schema }), sql, close: (seconds = 3) => sql.end({ timeout: seconds }) };
}
