import type { Database } from '../../../server/db/database.ts';
import type { Counter } from '../sale.ts';

/** What a suite works on: a counter, and the database behind it. */
export type At = () => Counter & { database: Database };
