export { createDatabase, type CreateDatabaseOptions, type TestDatabase } from './databases.ts';
export { postgresUrl, stopParts, temporalAddress } from './shared-parts.ts';
export { uniqueTaskQueue } from './task-queues.ts';
