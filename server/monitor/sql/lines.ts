import type { Database } from '../../db/database.ts';
import type { LineFacts } from '../audit.ts';

const LINES = `SELECT l.queue_id, d.cap AS draining
  FROM (SELECT queue_id FROM queues UNION SELECT queue_id FROM queue_ledger) l
  LEFT JOIN draining_caps d ON d.queue_id = l.queue_id AND d.until > clock_timestamp()
  ORDER BY l.queue_id`;

type Figures = (queueId: string) => Promise<{ queueId: string; cap: number; active: number } | null>;

/** Every line with who is inside and how many may be. @param figures of a line, whichever store it lives in */
export const linesOf = (database: Database, figures: Figures) => async (): Promise<LineFacts[]> => {
  const lines = await database.query<{ queue_id: string; draining: number | null }>(LINES);
  const facts = await Promise.all(
    lines.map(async ({ queue_id, draining }) => {
      const known = await figures(queue_id);
      return known && { ...known, ceiling: Math.max(known.cap, draining ?? 0) };
    }),
  );
  return facts.filter((known) => known !== null);
};
