import type { Database } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';

/** What is on its way, for metrics, checklist and incidents. */
export interface EventBacklog {
  outboxUnpublished: number;
  /** Age of the oldest unpublished event; 0 when there is none. */
  outboxOldestSeconds: number;
  deliveriesPending: number;
  /** Those that nobody has replayed. */
  deadLetters: number;
}

const BACKLOG = `
  SELECT
    (SELECT count(*) FROM outbox WHERE published_at IS NULL) AS "outboxUnpublished",
    coalesce((SELECT extract(epoch FROM clock_timestamp() - created_at)::float8
      FROM outbox WHERE published_at IS NULL ORDER BY event_id LIMIT 1), 0) AS "outboxOldestSeconds",
    (SELECT count(*) FROM deliveries) AS "deliveriesPending",
    (SELECT count(*) FROM dead_letters WHERE replayed_at IS NULL) AS "deadLetters"`;

/** @throws StoreUnavailable */
export async function readEventBacklog(database: Database): Promise<EventBacklog> {
  const [row] = await database.query<EventBacklog & Record<string, unknown>>(BACKLOG);
  if (!row) throw new Error('a query without FROM answers one row');
  return row;
}

/**
 * Removes events that were published before `keepSeconds`, and what consumers remember of them. Bounded; a job for
 * the scheduler.
 * @param consumers of a broker: what one of them was never given comes to it now, from the outbox
 * @returns how many
 */
export async function sweepOutbox(
  database: Database,
  keepSeconds: number,
  mostEvents = 5_000,
  consumers: readonly Pick<Consumer, 'name' | 'topics'>[] = [],
): Promise<number> {
  const named = JSON.stringify(consumers.map(({ name, topics }) => ({ name, topics })));
  const [row] = await database.query<{ removed: number }>('SELECT outbox_sweep($1, $2, $3::jsonb) AS removed', [
    keepSeconds,
    mostEvents,
    named,
  ]);
  return row?.removed ?? 0;
}
