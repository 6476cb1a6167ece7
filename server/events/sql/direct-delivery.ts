import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import { retryDelay } from '../retry.ts';
import { attempt, type Outcome } from './attempt.ts';
import type { ChunkBegin, Deliveries, EventState, Parked } from './deliveries.ts';
import { errorText } from './delivery-worker.ts';

/**
 * Hands events that came from a broker straight to their consumer. What it has applied is remembered in the inbox.
 * What it could not apply is put aside into the deliveries table, whose worker tries it again, in order per key; the
 * broker's log goes on behind it. When `deliver` returns, every event is in one of the two, and the log may be
 * committed.
 */
export class DirectDelivery {
  readonly #consumer: Consumer;
  readonly #deliveries: Deliveries;
  readonly #milliseconds: number;

  /** @param milliseconds how long the consumer may take for a batch */
  constructor(consumer: Consumer, deliveries: Deliveries, milliseconds: number) {
    this.#consumer = consumer;
    this.#deliveries = deliveries;
    this.#milliseconds = milliseconds;
  }

  /**
   * @param events in order per key; at most the consumer's batch
   * @param begins where their records begin in the log
   * @throws StoreUnavailable: some may be done with; deliver them all again
   */
  async deliver(events: readonly DomainEvent[], begins: readonly ChunkBegin[]): Promise<void> {
    const states = await this.#deliveries.inspect(this.#consumer, events, begins);
    const is = (state: EventState) => events.filter(({ eventId }) => states.get(eventId) === state);
    // The attempt that a suspect was in is counted, so that it is tried alone from now on.
    const parked = [...is('BEHIND').map((event) => aside(event, 0)), ...is('SUSPECT').map((event) => aside(event, 1))];
    const stuck = new Set<string>();
    for (const round of rounds(is('NEW'))) {
      parked.push(...round.filter((event) => stuck.has(keyOf(event))).map((event) => aside(event, 0)));
      const failed = await this.#handled(round.filter((event) => !stuck.has(keyOf(event))));
      parked.push(...failed);
      for (const { event } of failed) stuck.add(keyOf(event));
    }
    await this.#deliveries.park(this.#consumer, parked);
  }

  async #handled(events: readonly DomainEvent[]): Promise<Parked[]> {
    const outcomes = await attempt(this.#consumer, events, this.#milliseconds);
    const done = events.filter((_, i) => outcomes[i] === null);
    await this.#deliveries.settle(
      this.#consumer,
      done.map((event) => ({ event })),
      [],
    );
    const lost = outcomes.find((outcome) => outcome instanceof StoreUnavailable);
    if (lost) throw lost;
    return events.flatMap((event, i) => (outcomes[i] === null ? [] : [this.#failed(event, outcomes[i])]));
  }

  #failed(event: DomainEvent, outcome: Outcome): Parked {
    if (!outcome) return aside(event, 1);
    // Given up by the worker, which tells of it, when this was the only attempt.
    const wait = retryDelay(this.#consumer.retry, 1, Math.random()) ?? 0;
    return { event, attempts: 1, error: errorText(outcome), waitMilliseconds: wait };
  }
}

const aside = (event: DomainEvent, attempts: number): Parked => ({ event, attempts, error: null, waitMilliseconds: 0 });

const keyOf = ({ topic, key }: DomainEvent) => JSON.stringify([topic, key]);

/** The first event of every key, then the second … : a consumer takes no two of one key at a time. Copies are left out. */
function* rounds(events: readonly DomainEvent[]): Iterable<DomainEvent[]> {
  const unique = new Map(events.map((event) => [event.eventId, event]));
  for (let left = [...unique.values()]; left.length > 0; ) {
    const taken = new Set<string>();
    const round: DomainEvent[] = [];
    const later: DomainEvent[] = [];
    for (const event of left) {
      const key = keyOf(event);
      (taken.has(key) ? later : round).push(event);
      taken.add(key);
    }
    yield round;
    left = later;
  }
}
