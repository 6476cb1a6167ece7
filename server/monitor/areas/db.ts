import { type Item, measured, silent, told } from '../checklist.ts';
import type { DatabaseFigures, PoolFigures, Sample, UpkeepFigures } from '../sample.ts';

const ANSWER_MILLISECONDS = { warn: 200, down: 1_000 };
const DEAD_ROWS_PERCENT = { warn: 20, down: 50 };
const SCANNED_ROWS = { warn: 100_000, down: 5_000_000 };

/** @param minute samples of the last minute, oldest first */
export function databaseItems(minute: readonly Sample[]): Item[] {
  const latest = minute.at(-1);
  if (!latest?.database) return [silent()];
  const { database: now, pool, upkeep } = latest;
  const sum = (of: (sample: Sample) => number) => minute.reduce((total, sample) => total + of(sample), 0);
  return [
    measured('answers within', now.answeredMilliseconds, ANSWER_MILLISECONDS, 'ms'),
    ...(now.maxConnections > 1 ? sessionItems(now) : []),
    ...(pool ? poolItems(pool) : []),
    measured(
      'requests that met locked rows in the last minute',
      sum((s) => s.blockedByLocks),
      { warn: 10 },
    ),
    measured(
      'deadlocks in the last minute',
      sum((s) => s.database?.deadlocks ?? 0),
      { warn: 0, down: 60 },
    ),
    told('commits', now.commitsPerSecond, '/s'),
    measured('rollbacks', now.rollbacksPerSecond, { warn: Math.max(5, now.commitsPerSecond * 0.1) }, '/s'),
    told('found in memory', now.cacheHitShare * 100, '% of blocks'),
    ...(upkeep ? upkeepItems(upkeep) : []),
  ];
}

function sessionItems(now: DatabaseFigures): Item[] {
  const most = now.maxConnections;
  return [
    measured('connections', now.connections, { warn: Math.floor(most * 0.8), down: most - 1 }),
    told('sessions at work', now.working),
    ...(now.cpu === null ? [] : [told('processor', now.cpu * 100, '% of a core')]),
    measured('waiting for locks', now.lockWaiting, { warn: 5, down: 20 }),
    measured('longest wait for a lock', now.longestLockWaitMilliseconds, { warn: 500, down: 5_000 }, 'ms'),
    measured('idle in a transaction', now.idleInTransaction, { warn: 5 }),
    measured('longest idle in a transaction', now.longestIdleInTransactionSeconds, { warn: 2, down: 10 }, 's'),
    measured('longest transaction', now.longestTransactionSeconds, { warn: 5, down: 60 }, 's'),
  ];
}

const poolItems = (pool: PoolFigures): Item[] => [
  measured('connections of this process', pool.open - pool.idle, { warn: pool.size - 1 }),
  measured('calls that wait for a connection', pool.waiting, { warn: 0, down: 20 }),
];

const upkeepItems = (upkeep: UpkeepFigures): Item[] => [
  measured(
    `dead rows${upkeep.deadRowTable ? ` of ${upkeep.deadRowTable}` : ''}`,
    upkeep.deadRowShare * 100,
    DEAD_ROWS_PERCENT,
    '%',
  ),
  measured(
    `rows read without an index${upkeep.scannedTable ? ` in ${upkeep.scannedTable}` : ''}`,
    upkeep.rowsScannedPerSecond,
    SCANNED_ROWS,
    '/s',
  ),
  measured('broken indexes', upkeep.invalidIndexes, { warn: 0 }),
];
