import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import type { ChunkBegin, Deliveries, EventState } from './deliveries.ts';
import { aside, handOver } from './hand-over.ts';

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
    const settle = (done: readonly DomainEvent[]) =>
      this.#deliveries.settle(
        this.#consumer,
        done.map((event) => ({ event })),
        [],
      );
    parked.push(...(await handOver(this.#consumer, is('NEW'), this.#milliseconds, settle)));
    await this.#deliveries.park(this.#consumer, parked);
  }
}
