import type { Database, Row } from '../../db/database.ts';

/** Somebody who keeps others waiting: evidence for an incident. No query texts, which may hold what is nobody's business. */
export interface Blocker {
  pid: number;
  application: string;
  /** As PostgreSQL says: active, idle in transaction, … */
  state: string;
  transactionSeconds: number;
  /** Tables whose rows or locks it holds and others wait for. */
  tables: string[];
  keepsWaiting: number;
}

type BlockerRow = Row & {
  pid: number;
  application: string;
  state: string;
  seconds: number;
  tables: string[];
  waiting: number;
};

const BLOCKERS = `
  SELECT b.pid, coalesce(nullif(b.application_name, ''), '?') AS application, coalesce(b.state, '?') AS state,
    coalesce(extract(epoch FROM clock_timestamp() - b.xact_start), 0)::float8 AS seconds, count(DISTINCT w.pid) AS waiting,
    ARRAY(SELECT DISTINCT c.relname::text FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
      WHERE l.pid = b.pid AND c.relkind = 'r' AND c.relnamespace <> 'pg_catalog'::regnamespace AND l.mode <> 'AccessShareLock'
      ORDER BY 1) AS tables
  FROM (
    SELECT pid, unnest(pg_blocking_pids(pid)) AS blocker FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
    UNION ALL
    SELECT NULL, pid FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'
      AND state_change < clock_timestamp() - interval '1 second'
  ) w JOIN pg_stat_activity b ON b.pid = w.blocker
  WHERE cardinality(pg_blocking_pids(b.pid)) = 0 OR b.wait_event_type IS DISTINCT FROM 'Lock'
  GROUP BY b.pid, b.application_name, b.state, b.xact_start
  ORDER BY waiting DESC, seconds DESC LIMIT 5`;

/** Who holds what others wait for, or sits on a transaction; worst first. @throws StoreUnavailable */
export async function findBlockers(database: Database): Promise<Blocker[]> {
  if (database.kind === 'pglite') return [];
  const rows = await database.query<BlockerRow>(BLOCKERS);
  return rows.map(({ pid, application, state, seconds, tables, waiting }) => ({
    pid,
    application,
    state,
    transactionSeconds: Math.round(seconds * 10) / 10,
    tables,
    keepsWaiting: waiting,
  }));
}
