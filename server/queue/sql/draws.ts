import type { Database, Row } from '../../db/database.ts';
import type { Draw } from '../draw/draw.ts';

interface DrawRow extends Row {
  queue_id: string;
  number: number;
  seed: string;
  commitment: string;
  first_ticket: number | null;
  last_ticket: number | null;
  committed_at: Date;
  revealed_at: Date | null;
}

const OF_QUEUES = `
  SELECT d.* FROM unnest($1::text[]) q
  CROSS JOIN LATERAL (SELECT * FROM queue_draws o WHERE o.queue_id = q ORDER BY o.number DESC LIMIT $2) d`;
const MOST_TOLD = 100;

/** The draws of queues, newest first. @param most of each queue */
export async function drawsOf(database: Database, queueIds: readonly string[], most = MOST_TOLD): Promise<Draw[]> {
  return (await database.query<DrawRow>(OF_QUEUES, [[...queueIds], most])).map(toDraw);
}

const toDraw = (row: DrawRow): Draw => ({
  queueId: row.queue_id,
  number: row.number,
  seed: row.seed,
  commitment: row.commitment,
  firstTicket: row.first_ticket,
  lastTicket: row.last_ticket,
  committedAt: row.committed_at,
  revealedAt: row.revealed_at,
});
