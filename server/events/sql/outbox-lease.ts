import { randomUUID } from 'node:crypto';
import type { Database, Row } from '../../db/database.ts';
import type { DomainEvent } from '../event.ts';

type EventRow = Row & Omit<DomainEvent, 'eventId'> & { event_id: number };

/** The outbox as a relay to a broker sees it: taken by one process at a time, marked after the acknowledgement. */
export class OutboxLease {
  readonly #database: Database;
  readonly #milliseconds: number;
  readonly #owner = randomUUID();

  /** @param milliseconds how long the others wait for a process that has ended without a word */
  constructor(database: Database, milliseconds: number) {
    this.#database = database;
    this.#milliseconds = milliseconds;
  }

  /** The oldest unpublished events in order, and the lease with them; none when another process has it. */
  async take(most: number): Promise<DomainEvent[]> {
    const rows = await this.#database.query<EventRow>('SELECT * FROM outbox_take($1, $2, $3) ORDER BY event_id', [
      this.#owner,
      this.#milliseconds,
      most,
    ]);
    return rows.map(({ event_id, topic, key, type, payload, at }) => ({
      eventId: event_id,
      topic,
      key,
      type,
      payload,
      at,
    }));
  }

  /** Marks them, and gives the lease back. */
  async published(events: readonly DomainEvent[]): Promise<void> {
    const ids = JSON.stringify(events.map(({ eventId }) => eventId));
    await this.#database.query('SELECT outbox_published($1, $2::jsonb)', [this.#owner, ids]);
  }

  /** Gives the lease back without a mark: perhaps another process has more luck. */
  async release(): Promise<void> {
    await this.#database.query(`DELETE FROM leases WHERE name = 'outbox' AND owner = $1`, [this.#owner]);
  }
}
