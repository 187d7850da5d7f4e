// The one kind of time the tables hold.
import { timestamp } from 'drizzle-orm/pg-core';

/** Milliseconds, as JavaScript's dates and the API's ETag have them. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });
