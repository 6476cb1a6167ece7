import { randomUUID } from 'node:crypto';
import type { Database, Row } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import type { Parked } from './deliveries.ts';

type EventRow = Row & Omit<DomainEvent, 'eventId'> & { event_id: number };

/** An event that is about to be handed over: see outbox_hand_out.sql. */
export interface HandedOut {
  event: DomainEvent;
  /** Consumers that have something of its key to do first. */
  behind: readonly string[];
  again: boolean;
}

/** What became of events that were handed out. */
export interface HandedOver {
  /** Who gets them by the deliveries table. */
  byTable: readonly Pick<Consumer, 'name' | 'topics'>[];
  /** What each of the others has applied, and what it could not yet. */
  outcomes: readonly { consumer: string; done: readonly DomainEvent[]; parked: readonly Parked[] }[];
}

/** The outbox as a relay sees it that hands on first and marks then: taken by one process at a time. */
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
    return rows.map(eventOf);
  }

  /** As `take`, for consumers that are handed the events at once. */
  async handOut(most: number, consumers: readonly string[]): Promise<HandedOut[]> {
    const rows = await this.#database.query<EventRow & Omit<HandedOut, 'event'>>(
      'SELECT * FROM outbox_hand_out($1, $2, $3, $4)',
      [this.#owner, this.#milliseconds, most, consumers],
    );
    return rows.map((row) => ({ event: eventOf(row), behind: row.behind, again: row.again }));
  }

  /** Marks them published, with what became of them, and gives the lease back. */
  async handedOver(events: readonly DomainEvent[], { byTable, outcomes }: HandedOver): Promise<void> {
    const done = outcomes.flatMap(({ consumer, done }) => done.map(({ eventId }) => ({ eventId, consumer })));
    const parked = outcomes
      .filter((outcome) => outcome.parked.length > 0)
      .map((outcome) => [outcome.consumer, outcome.parked.map(({ event, ...rest }) => ({ ...event, ...rest }))]);
    await this.#database.query('SELECT outbox_handed_over($1, $2, $3::jsonb, $4, $5, $6::jsonb)', [
      this.#owner,
      events.map(({ eventId }) => eventId),
      JSON.stringify(byTable.map(({ name, topics }) => ({ name, topics }))),
      done.map(({ eventId }) => eventId),
      done.map(({ consumer }) => consumer),
      JSON.stringify(Object.fromEntries(parked)),
    ]);
  }

  /** Marks them, and gives the lease back. */
  async published(events: readonly DomainEvent[]): Promise<void> {
    const ids = JSON.stringify(events.map(({ eventId }) => eventId));
    await this.#database.query('SELECT outbox_published($1, $2::jsonb)', [this.#owner, ids]);
  }

  /** Gives the lease back without a mark: perhaps another process has more luck. Nothing of it ended this one. */
  async release(): Promise<void> {
    await this.#database.query(RELEASE, [this.#owner]);
  }
}

const RELEASE = `
  WITH released AS (DELETE FROM leases WHERE name = 'outbox' AND owner = $1 RETURNING name)
  DELETE FROM consumer_chunks c USING released WHERE c.topic = released.name`;

function eventOf({ event_id, topic, key, type, payload, at }: EventRow): DomainEvent {
  return { eventId: event_id, topic, key, type, payload, at };
}
