import type { Database, Row } from '../../db/database.ts';
import type { LineFigures } from '../sample.ts';

/** A slot that ended this long ago and is still counted has been missed by every tick since. */
const OVERDUE = "interval '5 seconds'";
const LINE = `
  SELECT q.cap, q.waiting, q.serving_ticket AS "servingTicket", q.active_seconds AS "activeSeconds",
    count(p.ticket) FILTER (WHERE p.expires_at > clock_timestamp()) AS active,
    count(p.ticket) FILTER (WHERE p.expires_at <= clock_timestamp() - ${OVERDUE}) AS "overdueSlots"
  FROM queues q LEFT JOIN places p ON p.queue_id = q.queue_id AND p.status = 'ACTIVE'
  WHERE q.queue_id = $1 GROUP BY q.queue_id`;

/** How a line in the database is; null when there is none of that name. @throws StoreUnavailable */
export const sqlLineFigures =
  (database: Database, queueId: string): (() => Promise<LineFigures | null>) =>
  async () => {
    const [row] = await database.query<Omit<LineFigures, 'queueId'> & Row>(LINE, [queueId]);
    return row ? { queueId, ...row } : null;
  };
