// The database room's door.
export { fenced, lockLease } from './fence.ts';
export { enqueue, type OutboxMessage } from './outbox.ts';
export { connect, type Client, type ConnectionTarget, type Db, type Transaction } from './client.ts';
export { openLine, type Line } from './line.ts';
export { findPostgres, postgresPackage } from './embedded/binaries.ts';
export { chooseLauncher } from './embedded/launcher.ts';
export { migrate } from './migrate.ts';
export { openDatabase, type Database } from './open.ts';
export type { DatabaseMonitor } from './monitor.ts';
export * as schema from './schema/index.ts';
