// Every table, gathered for the query builder and the migration generator.
export * from './auth.ts';
export * from './settings.ts';
export * from './streams.ts';
