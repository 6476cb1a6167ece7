import type { Database } from '../../db/database.ts';
import type { Replayed, ReplayOutcomes } from '../letters.ts';

const OUTCOMES = `WITH replayed AS (SELECT * FROM unnest($1::text[], $2::bigint[]) AS r (consumer, event_id))
  SELECT
    (SELECT count(*) FROM replayed r WHERE EXISTS (
      SELECT FROM inbox i WHERE i.event_id = r.event_id AND i.consumer = r.consumer)) AS applied,
    (SELECT count(*) FROM replayed r WHERE EXISTS (
      SELECT FROM dead_letters l WHERE l.event_id = r.event_id AND l.consumer = r.consumer
        AND l.failed_at >= $3 AND l.replayed_at IS NULL)) AS failed`;
const WAITING = 'SELECT count(*) AS count FROM dead_letters WHERE replayed_at IS NULL';

/** What became of replayed events, by the inbox and the dead letters. @throws StoreUnavailable */
export async function replayOutcomes(
  database: Database,
  replayed: readonly Replayed[],
  since: Date,
): Promise<ReplayOutcomes> {
  const params = [replayed.map((r) => r.consumer), replayed.map((r) => r.eventId), since.toISOString()];
  const [row] = await database.query<{ applied: number; failed: number }>(OUTCOMES, params);
  return row ?? { applied: 0, failed: 0 };
}

export async function waitingLetters(database: Database): Promise<number> {
  return (await database.query<{ count: number }>(WAITING))[0]?.count ?? 0;
}
