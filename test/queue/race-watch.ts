import type { Database } from '../../server/db/database.ts';

/** Has the database itself note every admission, within its transaction. */
export async function noteAdmissions(database: Database): Promise<void> {
  await database.execute(`
    CREATE TABLE noted (seq bigint GENERATED ALWAYS AS IDENTITY, by xid8 DEFAULT pg_current_xact_id(), ticket bigint,
      active bigint, cap bigint);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO noted (ticket, active, cap) SELECT new.ticket,
        (SELECT count(*) FROM places p WHERE p.queue_id = new.queue_id AND p.status = 'ACTIVE'), q.cap
      FROM queues q WHERE q.queue_id = new.queue_id;
      RETURN NULL;
    END $$;
    CREATE TRIGGER note AFTER UPDATE ON places FOR EACH ROW
      WHEN (new.status = 'ACTIVE' AND old.status = 'WAITING') EXECUTE FUNCTION note();
  `);
}

/** What the database noted that must not be, and counters that are not what they count. */
export async function wrongInside(database: Database): Promise<string[]> {
  const rows = await database.query<{ wrong: string }>(`
    SELECT 'above the cap' AS wrong FROM noted WHERE active > cap
    UNION SELECT 'admitted out of turn' FROM (
      SELECT min(ticket) AS first, lag(max(ticket)) OVER (ORDER BY min(seq)) AS before FROM noted GROUP BY by) n
      WHERE first <= before
    UNION SELECT 'waiting miscounted' FROM queues q
      WHERE waiting <> (SELECT count(*) FROM places p WHERE p.queue_id = q.queue_id AND p.status = 'WAITING')
    UNION SELECT 'a block miscounted' FROM waiting_blocks b
      WHERE waiting <> (SELECT count(*) FROM places p
        WHERE p.queue_id = b.queue_id AND p.status = 'WAITING' AND p.ticket >> 7 = b.block)
    UNION SELECT 'nothing was noted' WHERE NOT EXISTS (SELECT FROM noted)`);
  return rows.map(({ wrong }) => wrong);
}

/** Counts who is inside from a connection of its own, without a pause, for as long as it runs. */
export class CapWatch {
  #running = true;
  #most = 0;
  #looks = 0;
  readonly #watching: Promise<void>;

  constructor(database: Database, queueId: string) {
    this.#watching = this.#watch(database, queueId);
  }

  /** The most that were inside at any look so far. */
  get most(): number {
    return this.#most;
  }

  async end(): Promise<{ most: number; looks: number }> {
    this.#running = false;
    await this.#watching;
    return { most: this.#most, looks: this.#looks };
  }

  async #watch(database: Database, queueId: string): Promise<void> {
    const text = `SELECT count(*) AS active FROM places WHERE queue_id = $1 AND status = 'ACTIVE'`;
    while (this.#running) {
      const [row] = await database.query<{ active: number }>(text, [queueId]);
      this.#most = Math.max(this.#most, row?.active ?? 0);
      this.#looks++;
    }
  }
}
