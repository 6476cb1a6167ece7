import type { Controls } from './compose-incidents.ts';
import type { Database } from './db/database.ts';
import { AroundLocks, impatient } from './reservation/sql/around-locks.ts';
import { type ReservationRules, sqlReservationStore } from './reservation/sql/store.ts';
import type { ReservationStore } from './reservation/store.ts';

/** Where requests take and pay their seats. */
export interface Sale {
  store: ReservationStore;
  /** How many were refused for a row that somebody keeps locked, since the last time. */
  takeRefused: () => number;
}

/** So long a reservation that was looked at first waits for a lock: somebody took it in between, and gives it back. */
const IMPATIENT_MILLISECONDS = 150;

/** Going around rows that somebody keeps locked. The embedded database has one session. */
export function composeSale(database: Database, rules: ReservationRules, controls: Controls): Sale {
  const store = sqlReservationStore(database, rules);
  if (database.kind === 'pglite') return { store, takeRefused: () => 0 };
  const around = new AroundLocks({
    database,
    store,
    impatient: sqlReservationStore(impatient(database, IMPATIENT_MILLISECONDS), rules),
    mostItems: () => controls.mostReservations ?? Number.POSITIVE_INFINITY,
  });
  return { store: around, takeRefused: () => around.takeRefused() };
}
