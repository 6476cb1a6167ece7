import type { Database, Row } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';

/** A delivery taken by this process until its lease runs out. */
export interface Claim {
  event: DomainEvent;
  /** With the present one. */
  attempts: number;
  /** Why the attempt before this one failed; null when it was never settled, or when there was none. */
  lastError: string | null;
  /** The inbox has it already: an attempt before this one got through, unnoticed. */
  applied: boolean;
}

export interface FailedClaim {
  claim: Claim;
  error: string;
  /** Null gives it up. */
  retryMilliseconds: number | null;
  /** False gives the attempt back: it was not the event that failed. */
  counted: boolean;
}

/** An event that could not be applied straight from the broker. */
export interface Parked {
  event: DomainEvent;
  /** Made so far. Some, and no `error`, make it a suspect: it is tried alone. */
  attempts: number;
  error: string | null;
  waitMilliseconds: number;
}

/** What an event is to a consumer that has read it from the broker: see deliveries_inspect.sql. */
export type EventState = 'DONE' | 'BEHIND' | 'SUSPECT' | 'NEW';

/** Where records begin in the broker's log. */
export interface ChunkBegin {
  topic: string;
  partition: number;
  offset: number;
}

/** Of a batch: what never got settled is taken in smaller ones. */
const SUSPECTS_PART = 8;

type ClaimRow = Row &
  Omit<DomainEvent, 'eventId'> & {
    event_id: number;
    attempts: number;
    last_error: string | null;
    applied: boolean;
  };

/** The deliveries table. One call of an SQL function each. */
export class Deliveries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async publish(consumers: readonly Consumer[], mostEvents: number): Promise<number> {
    const subscribed = JSON.stringify(consumers.map(({ name, topics }) => ({ name, topics })));
    const [row] = await this.#database.query<{ published: number }>(
      'SELECT outbox_publish($1::jsonb, $2) AS published',
      [subscribed, mostEvents],
    );
    return row?.published ?? 0;
  }

  async claim(consumer: Consumer, leaseMilliseconds: number): Promise<Claim[]> {
    const { name, batchSize, retry } = consumer;
    // Each must have an attempt left to be alone in.
    const mostSuspects = retry.maxAttempts < 3 ? 1 : Math.ceil(batchSize / SUSPECTS_PART);
    const rows = await this.#database.query<ClaimRow>('SELECT * FROM deliveries_claim($1, $2, $3, $4)', [
      name,
      batchSize,
      mostSuspects,
      leaseMilliseconds,
    ]);
    return rows.map(({ event_id, topic, key, type, payload, at, attempts, last_error, applied }) => ({
      event: { eventId: event_id, topic, key, type, payload, at },
      attempts,
      lastError: last_error,
      applied,
    }));
  }

  async settle(
    consumer: Consumer,
    done: readonly { event: DomainEvent }[],
    failed: readonly FailedClaim[],
  ): Promise<void> {
    if (done.length + failed.length === 0) return;
    const failures = failed.map(({ claim, ...failure }) => ({
      ...address(claim),
      attempts: claim.attempts,
      ...failure,
    }));
    await this.#database.query('SELECT deliveries_settle($1, $2::jsonb, $3::jsonb)', [
      consumer.name,
      JSON.stringify(done.map(address)),
      JSON.stringify(failures),
    ]);
  }

  async inspect(
    consumer: Consumer,
    events: readonly DomainEvent[],
    begins: readonly ChunkBegin[],
  ): Promise<Map<number, EventState>> {
    const rows = await this.#database.query<{ event_id: number; state: EventState }>(
      'SELECT * FROM deliveries_inspect($1, $2::jsonb, $3::jsonb)',
      [consumer.name, JSON.stringify(events.map((event) => address({ event }))), JSON.stringify(begins)],
    );
    return new Map(rows.map(({ event_id, state }) => [event_id, state]));
  }

  async park(consumer: Consumer, parked: readonly Parked[]): Promise<void> {
    if (parked.length === 0) return;
    const rows = parked.map(({ event, ...rest }) => ({ ...event, ...rest }));
    await this.#database.query('SELECT deliveries_park($1, $2::jsonb)', [consumer.name, JSON.stringify(rows)]);
  }
}

function address({ event: { eventId, topic, key } }: { event: DomainEvent }) {
  return { eventId, topic, key };
}
