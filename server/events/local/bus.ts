import type { Database } from '../../db/database.ts';
import type { Consumer, EventBus } from '../bus.ts';
import { Deliveries } from '../sql/deliveries.ts';
import { type DeliveryOptions, DeliveryWorker } from '../sql/delivery-worker.ts';

export type LocalBusOptions = DeliveryOptions;

export const LOCAL_BUS_DEFAULTS = { pollMilliseconds: 500, leaseMilliseconds: 15_000 };

/**
 * Delivers events in this process. What is to be delivered stands in the database, written in the transaction that
 * marks the event published, so a crash at any moment loses nothing and every process of the system helps.
 * Every process must subscribe the same consumers: whoever publishes an event decides who gets it.
 */
export class LocalBus implements EventBus {
  readonly #deliveries: Deliveries;
  readonly #options: LocalBusOptions;
  readonly #consumers: Consumer[] = [];
  readonly #workers: DeliveryWorker[] = [];

  constructor(database: Database, options: LocalBusOptions) {
    this.#deliveries = new Deliveries(database);
    this.#options = options;
  }

  publishNext(mostEvents: number): Promise<number> {
    return this.#deliveries.publish(this.#consumers, mostEvents);
  }

  subscribe(consumer: Consumer): void {
    if (this.#consumers.some(({ name }) => name === consumer.name)) throw new Error(`two consumers ${consumer.name}`);
    this.#consumers.push(consumer);
    this.#workers.push(new DeliveryWorker(consumer, this.#deliveries, this.#options));
  }

  start(): void {
    for (const worker of this.#workers) worker.start();
  }

  nudge(): void {
    for (const worker of this.#workers) worker.nudge();
  }

  pause(): void {
    for (const worker of this.#workers) worker.pause();
  }

  resume(): void {
    for (const worker of this.#workers) worker.resume();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}
