import type { Database, Row } from '../../../server/db/database.ts';

/** What must hold of a line in the database at any moment. Each query answers one row a violation, with `what` as text. */
const CHECKS: Record<string, string> = {
  'as many wait as the queue says': `
    SELECT format('%s: %s wait, the queue says %s', queue_id, count, waiting) AS what FROM queues
    CROSS JOIN LATERAL (SELECT count(*) FROM places p WHERE p.queue_id = queues.queue_id AND p.status = 'WAITING') w
    WHERE count <> waiting`,
  'as many wait as the blocks say': `
    SELECT format('%s, block %s: %s, counted %s', queue_id, block, b.waiting, p.count) AS what FROM waiting_blocks b
    FULL JOIN (SELECT queue_id, ticket >> 7 AS block, count(*) FROM places WHERE status = 'WAITING' GROUP BY 1, 2) p
      USING (queue_id, block)
    WHERE coalesce(b.waiting, 0) <> coalesce(p.count, 0)`,
  'nobody has a ticket that was not given out': `
    SELECT format('%s: ticket %s of %s', queue_id, ticket, last_ticket) AS what FROM places JOIN queues USING (queue_id)
    WHERE ticket NOT BETWEEN 1 AND last_ticket`,
  'who is inside has a beginning and an end': `
    SELECT format('%s of %s', user_id, queue_id) AS what FROM places
    WHERE status = 'ACTIVE' AND (active_at IS NULL OR expires_at IS NULL)`,
};

export async function lineViolations(database: Pick<Database, 'query'>): Promise<string[]> {
  const found: string[] = [];
  for (const [name, check] of Object.entries(CHECKS)) {
    const rows = await database.query<{ what: string } & Row>(`${check} LIMIT 20`);
    found.push(...rows.map(({ what }) => `${name}: ${what}`));
  }
  return found;
}
