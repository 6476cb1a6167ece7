import type { Database, Row } from '../../db/database.ts';
import { measured, type Probe } from '../checklist.ts';

const ACTIVITY = `
  SELECT count(*) AS connections,
    count(*) FILTER (WHERE wait_event_type = 'Lock') AS waiting,
    count(*) FILTER (WHERE state = 'idle in transaction') AS idle,
    coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)) FILTER (WHERE state <> 'idle'), 0)::float8 AS longest,
    current_setting('max_connections')::integer AS most
  FROM pg_stat_activity WHERE datname = current_database()`;

interface Activity extends Row {
  connections: number;
  waiting: number;
  idle: number;
  longest: number;
  most: number;
}

/** How the database is: does it answer, how fast, and who waits for whom. */
export const databaseProbe =
  (database: Database): Probe =>
  async () => {
    const started = performance.now();
    await database.query('SELECT 1');
    const answered = measured(
      'answers within',
      Math.round(performance.now() - started),
      { warn: 200, down: 1_000 },
      'ms',
    );
    if (database.kind === 'pglite') return [answered];
    const [activity] = await database.query<Activity>(ACTIVITY);
    if (!activity) return [answered];
    return [
      answered,
      measured('connections', activity.connections, { warn: Math.floor(activity.most * 0.8), down: activity.most - 3 }),
      measured('waiting for locks', activity.waiting, { warn: 5, down: 20 }),
      measured('idle in a transaction', activity.idle, { warn: 5 }),
      measured('longest transaction', activity.longest, { warn: 1, down: 5 }, 's'),
    ];
  };
