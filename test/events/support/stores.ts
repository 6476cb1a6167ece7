import { pino } from 'pino';
import type { Database } from '../../../server/db/database.ts';
import type { EventBus } from '../../../server/events/bus.ts';
import { LocalBus } from '../../../server/events/local/bus.ts';

/** What a process must know to take part; plain data, so that it can be told to another process. */
export interface Stores {
  databaseUrl: string;
}

/** After this a consumer that hangs, or a process that is gone, loses what it took. */
export const TAKEOVER_MILLISECONDS = 1_000;

export const silent = pino({ level: 'silent' });

export function localBus(database: Database): EventBus {
  return new LocalBus(database, { pollMilliseconds: 20, leaseMilliseconds: TAKEOVER_MILLISECONDS, log: silent });
}
