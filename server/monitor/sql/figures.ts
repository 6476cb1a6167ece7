import type { Database, Row } from '../../db/database.ts';
import type { DatabaseFigures, UpkeepFigures } from '../sample.ts';
import { SessionCpu } from './session-cpu.ts';

interface FiguresRow extends Row {
  pids: number[];
  connections: number;
  most: number;
  working: number;
  waiting: number;
  longest_wait: number;
  idle: number;
  longest_idle: number;
  longest: number;
  commits: number;
  rollbacks: number;
  deadlocks: number;
  hits: number;
  reads: number;
}

/** Locks are looked into only when somebody waits for one. Milliseconds and seconds as the names below say. */
const FIGURES = `
  WITH others AS MATERIALIZED (
    SELECT * FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'
      AND pid <> pg_backend_pid()
  ), counted AS MATERIALIZED (
    SELECT coalesce(array_agg(pid), '{}') AS pids,
      count(*) FILTER (WHERE state = 'active' AND wait_event_type IS DISTINCT FROM 'Lock') AS working,
      count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
      count(*) FILTER (WHERE state LIKE 'idle in transaction%') AS idle,
      coalesce(max(extract(epoch FROM clock_timestamp() - state_change))
        FILTER (WHERE state LIKE 'idle in transaction%'), 0)::float8 AS longest_idle,
      coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE state <> 'idle'), 0)::float8 AS longest
    FROM others
  )
  SELECT c.*, d.xact_commit AS commits, d.xact_rollback AS rollbacks, d.deadlocks, d.blks_hit AS hits, d.blks_read AS reads,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer AS most,
    coalesce((SELECT max(extract(epoch FROM clock_timestamp() - l.waitstart)) * 1000 FROM pg_locks l
      WHERE NOT l.granted AND (SELECT waiting FROM counted) > 0), 0)::float8 AS longest_wait
  FROM counted c LEFT JOIN pg_stat_database d ON d.datname = current_database()`;

/** PGlite has one session, which is the one that asks. */
const EMBEDDED = `SELECT '{}'::integer[] AS pids, 1 AS connections, 1 AS most, 0 AS working, 0 AS waiting,
  0 AS longest_wait, 0 AS idle, 0 AS longest_idle, 0 AS longest, d.xact_commit AS commits, d.xact_rollback AS rollbacks,
  d.deadlocks, d.blks_hit AS hits, d.blks_read AS reads FROM pg_stat_database d WHERE d.datname = current_database()`;

/** How the database is, in one cheap query. Rates are since the last time. @throws StoreUnavailable */
export function databaseFigures(database: Database): () => Promise<DatabaseFigures> {
  const cpu = new SessionCpu();
  let before: { at: number; row: FiguresRow } | null = null;
  return async () => {
    const started = performance.now();
    const [row] = await database.query<FiguresRow>(database.kind === 'pglite' ? EMBEDDED : FIGURES);
    const now = performance.now();
    if (!row) throw new Error('a query of one row answered none');
    const earlier = before?.row ?? row;
    const seconds = before ? Math.max(0.001, (now - before.at) / 1_000) : 1;
    before = { at: now, row };
    // The statistics may have been reset in between.
    const since = (name: 'commits' | 'rollbacks' | 'deadlocks' | 'hits' | 'reads') =>
      Math.max(0, Number(row[name]) - Number(earlier[name]));
    const blocks = since('hits') + since('reads');
    return {
      answeredMilliseconds: round(now - started),
      cpu: await cpu.read(row.pids),
      connections: row.connections,
      maxConnections: row.most,
      working: row.working,
      lockWaiting: row.waiting,
      longestLockWaitMilliseconds: round(row.longest_wait),
      idleInTransaction: row.idle,
      longestIdleInTransactionSeconds: round(row.longest_idle),
      longestTransactionSeconds: round(row.longest),
      commitsPerSecond: round(since('commits') / seconds),
      rollbacksPerSecond: round(since('rollbacks') / seconds),
      deadlocks: since('deadlocks'),
      cacheHitShare: blocks === 0 ? 1 : since('hits') / blocks,
    };
  };
}

interface UpkeepRow extends Row {
  name: string;
  rows: number;
  dead: number;
  scanned: number;
}

/** Tables with fewer rows than this are read whole for a good reason. */
const LARGE_TABLE_ROWS = 10_000;
const TABLES = `SELECT relname AS name, n_live_tup AS rows, n_dead_tup AS dead, seq_tup_read AS scanned
  FROM pg_stat_user_tables WHERE n_live_tup + n_dead_tup >= ${LARGE_TABLE_ROWS}`;
const INVALID = 'SELECT count(*) AS invalid FROM pg_index WHERE NOT indisvalid';

/** How tables and indexes are kept. Rates are since the last time. @throws StoreUnavailable */
export function upkeepFigures(database: Database): () => Promise<UpkeepFigures> {
  let before: { at: number; scanned: Map<string, number> } | null = null;
  return async () => {
    const tables = await database.query<UpkeepRow>(TABLES);
    const [indexes] = await database.query<{ invalid: number }>(INVALID);
    const now = performance.now();
    const seconds = before ? Math.max(1, (now - before.at) / 1_000) : 1;
    const scans = tables.map(({ name, scanned }) => ({
      name,
      perSecond: before ? Math.max(0, scanned - (before.scanned.get(name) ?? scanned)) / seconds : 0,
    }));
    before = { at: now, scanned: new Map(tables.map(({ name, scanned }) => [name, scanned])) };
    const dead = most(tables.map(({ name, rows, dead }) => ({ name, value: dead / Math.max(1, rows + dead) })));
    const scanned = most(scans.map(({ name, perSecond }) => ({ name, value: perSecond })));
    return {
      deadRowShare: dead?.value ?? 0,
      deadRowTable: dead?.name ?? null,
      rowsScannedPerSecond: Math.round(scanned?.value ?? 0),
      scannedTable: scanned && scanned.value > 0 ? scanned.name : null,
      invalidIndexes: indexes?.invalid ?? 0,
    };
  };
}

const most = (found: { name: string; value: number }[]) => found.sort((a, b) => b.value - a.value)[0];
const round = (value: number) => Math.round(value * 10) / 10;
