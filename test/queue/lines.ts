import { randomBytes } from 'node:crypto';
import type { Database } from '../../server/db/database.ts';
import { openPostgres } from '../../server/db/pg/driver.ts';
import type { AdmissionRecord } from '../../server/queue/receipts/record.ts';
import type { QueueSignals } from '../../server/queue/signals.ts';
import { sqlAdmissionRecord } from '../../server/queue/sql/record.ts';
import { sqlQueueSignals } from '../../server/queue/sql/signals.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import type { QueueStore } from '../../server/queue/store.ts';
import type { DatabaseTarget } from '../support/databases.ts';

/** What one process has of a line. */
export interface LineAccess {
  store: QueueStore;
  signals: QueueSignals;
  record: AdmissionRecord;
  dispose(): Promise<void>;
}

/** A line of people on one adapter, and the means to let time pass for it. */
export interface Line extends LineAccess {
  /** The same line as another process would have it; null when it is this process's alone. */
  elsewhere(): Promise<LineAccess | null>;
  /**
   * Moves everything that the store has noted of a queue into the past: as though that many seconds had gone by.
   * Negative seconds are a clock that was set back.
   */
  age(queueId: string, seconds: number): Promise<void>;
}

export interface LineTarget {
  name: string;
  /** Why its suites are skipped, when they are. */
  missing: string | undefined;
  /** Whether several processes may have the same line. */
  shared: boolean;
  open(): Promise<Line>;
}

/** What a queue that nobody configured is like. Long times, so that only `age` ends anything. */
export const FRESH = { cap: 3, activeSeconds: 1_000, noShowSeconds: 300 };

export const overSql = (target: DatabaseTarget): LineTarget => ({
  name: `SQL on ${target.name}`,
  missing: target.missing,
  shared: target.name === 'PostgreSQL',
  async open() {
    const { database, url, dispose } = await target.open();
    return {
      ...accessBy(database, dispose),
      elsewhere: async () => (url === undefined ? null : accessBy(openPostgres(url))),
      age: (queueId, seconds) => ageRows(database, queueId, seconds),
    };
  },
});

const accessBy = (database: Database, dispose = () => database.close()): LineAccess => ({
  store: sqlQueueStore(database, FRESH),
  signals: sqlQueueSignals(database),
  record: sqlAdmissionRecord(database),
  dispose,
});

export async function ageRows(database: Database, queueId: string, seconds: number): Promise<void> {
  await database.query(
    `UPDATE places SET entered_at = entered_at - by, active_at = active_at - by, expires_at = expires_at - by,
       seen_at = seen_at - by
     FROM (SELECT make_interval(secs => $2) AS by) shift WHERE queue_id = $1`,
    [queueId, seconds],
  );
  // In one statement the rows would meet each other on the way.
  await database.query(
    `WITH gone AS (DELETE FROM admissions WHERE queue_id = $1 RETURNING *)
     INSERT INTO admissions SELECT queue_id, -(second - $2), count FROM gone`,
    [queueId, seconds],
  );
  await database.query('UPDATE admissions SET second = -second WHERE queue_id = $1', [queueId]);
}

/** A queue that no other test uses: adapters are shared, and so are servers. */
export const freshQueueId = (): string => `test-${randomBytes(6).toString('hex')}`;
