import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import { retryDelay } from '../retry.ts';
import { attempt, type Outcome } from './attempt.ts';
import type { ChunkBegin, Deliveries, Parked } from './deliveries.ts';
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
    let unseen = begins;
    for (const round of rounds(events)) {
      const states = await this.#deliveries.inspect(this.#consumer, round, unseen);
      unseen = [];
      const is = (state: string) => round.filter(({ eventId }) => states.get(eventId) === state);
      const behind = is('BEHIND').map((event) => aside(event, 0));
      // The attempt that it was in is counted, so that it is tried alone from now on.
      const suspects = is('SUSPECT').map((event) => aside(event, 1));
      const failed = await this.#handled(is('NEW'));
      await this.#deliveries.park(this.#consumer, [...behind, ...suspects, ...failed]);
    }
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

/** The first event of every key, then the second … : a consumer takes no two of one key at a time. */
function* rounds(events: readonly DomainEvent[]): Iterable<DomainEvent[]> {
  for (let left = events; left.length > 0; ) {
    const taken = new Set<string>();
    const round: DomainEvent[] = [];
    const later: DomainEvent[] = [];
    for (const event of left) {
      const key = JSON.stringify([event.topic, event.key]);
      (taken.has(key) ? later : round).push(event);
      taken.add(key);
    }
    yield round;
    left = later;
  }
}
