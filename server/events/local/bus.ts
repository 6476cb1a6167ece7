import type { Database } from '../../db/database.ts';
import type { Consumer, EventBus } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import { Deliveries } from '../sql/deliveries.ts';
import { type DeliveryOptions, DeliveryWorker, HANDLING_SHARE } from '../sql/delivery-worker.ts';
import { aside, handOver } from '../sql/hand-over.ts';
import { type HandedOut, OutboxLease } from '../sql/outbox-lease.ts';

export type LocalBusOptions = DeliveryOptions & {
  /** How long the others wait for a process that has ended while it handed events over. */
  outboxLeaseMilliseconds: number;
};

export const LOCAL_BUS_DEFAULTS = {
  pollMilliseconds: 500,
  leaseMilliseconds: 15_000,
  outboxLeaseMilliseconds: 5_000,
};

/**
 * Delivers events in this process. Consumers that are `immediate` are handed them straight from the outbox, which is
 * marked afterwards. For the others, and for what could not be applied at once, a delivery is written in the
 * transaction of the mark; so a crash at any moment loses nothing, and every process of the system helps.
 * Every process must subscribe the same consumers: whoever publishes an event decides who gets it.
 */
export class LocalBus implements EventBus {
  readonly #outbox: OutboxLease;
  readonly #deliveries: Deliveries;
  readonly #options: LocalBusOptions;
  readonly #consumers: Consumer[] = [];
  readonly #workers: DeliveryWorker[] = [];
  #started = false;
  #paused = false;
  #handing: Promise<unknown> = Promise.resolve();

  constructor(database: Database, options: LocalBusOptions) {
    this.#outbox = new OutboxLease(database, options.outboxLeaseMilliseconds);
    this.#deliveries = new Deliveries(database);
    this.#options = options;
  }

  publishNext(mostEvents: number): Promise<number> {
    const immediate = this.#handsOver() ? this.#consumers.filter((consumer) => consumer.immediate) : [];
    if (immediate.length === 0) return this.#deliveries.publish(this.#consumers, mostEvents);
    const handing = this.#handNext(mostEvents, immediate);
    this.#handing = handing.catch(() => {});
    return handing;
  }

  subscribe(consumer: Consumer): void {
    if (this.#consumers.some(({ name }) => name === consumer.name)) throw new Error(`two consumers ${consumer.name}`);
    this.#consumers.push(consumer);
    this.#workers.push(new DeliveryWorker(consumer, this.#deliveries, this.#options));
  }

  start(): void {
    this.#started = true;
    for (const worker of this.#workers) worker.start();
  }

  nudge(): void {
    for (const worker of this.#workers) worker.nudge();
  }

  pause(): void {
    this.#paused = true;
    for (const worker of this.#workers) worker.pause();
  }

  resume(): void {
    this.#paused = false;
    for (const worker of this.#workers) worker.resume();
  }

  async stop(): Promise<void> {
    this.#started = false;
    await Promise.all([this.#handing, ...this.#workers.map((worker) => worker.stop())]);
  }

  #handsOver(): boolean {
    return this.#started && !this.#paused;
  }

  async #handNext(mostEvents: number, immediate: readonly Consumer[]): Promise<number> {
    const names = immediate.map(({ name }) => name);
    const handed = await this.#outbox.handOut(mostEvents, names);
    if (handed.length === 0) return 0;
    try {
      const outcomes = await Promise.all(immediate.map((consumer) => this.#handTo(consumer, handed)));
      const byTable = this.#consumers.filter((consumer) => !immediate.includes(consumer));
      await this.#outbox.handedOver(
        handed.map(({ event }) => event),
        { byTable, outcomes },
      );
      return handed.length;
    } catch (error) {
      await this.#outbox.release().catch(() => {});
      throw error;
    }
  }

  async #handTo(consumer: Consumer, handed: readonly HandedOut[]) {
    const done: DomainEvent[] = [];
    const its = handed.filter(({ event }) => consumer.topics.includes(event.topic));
    const waits = ({ again, behind }: HandedOut) => again || behind.includes(consumer.name);
    // The attempt that a suspect was in is counted, so that it is tried alone from now on.
    const parked = its.filter(waits).map(({ event, again }) => aside(event, again ? 1 : 0));
    const milliseconds = this.#options.outboxLeaseMilliseconds * HANDLING_SHARE;
    const fresh = its.filter((one) => !waits(one)).map(({ event }) => event);
    const applied = (events: readonly DomainEvent[]) => done.push(...events);
    parked.push(...(await handOver(consumer, fresh, milliseconds, applied, () => this.#handsOver())));
    return { consumer: consumer.name, done, parked };
  }
}
