// Every table, gathered for the query builder and the migration generator.
export * from './alerts.ts';
export * from './auth.ts';
export * from './delivery.ts';
export * from './fleet.ts';
export * from './history.ts';
export * from './models.ts';
export * from './received.ts';
export * from './rules.ts';
export * from './scenarios.ts';
export * from './settings.ts';
export * from './streams.ts';
