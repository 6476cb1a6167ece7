import type { DomainEvent } from './event.ts';
import type { RetrySchedule } from './retry.ts';

/** Someone who does something about events. */
export interface Consumer {
  /** Names its inbox rows, deliveries and dead letters: never change it. */
  readonly name: string;
  readonly topics: readonly string[];
  /** Most events that `handle` is given at a time. */
  readonly batchSize: number;
  readonly retry: RetrySchedule;
  /** Applies events within moments, in the database: a bus may hand them over and wait, instead of writing them down. */
  readonly immediate?: boolean;
  /**
   * Applies events of different keys. Answers one entry an event, in order: null when it was applied (now or earlier),
   * or why not, which counts as a failed attempt of that event alone. A rejection says that none was applied; the bus
   * then finds out which one is to blame. The same event may come again, so the effect must be guarded by the inbox
   * or by the receiver.
   */
  handle(events: readonly DomainEvent[]): Promise<readonly (Error | null)[]>;
}

/**
 * Carries events from the outbox to the consumers: at least once, and in order per topic and key for each consumer.
 * The bus takes the events out of the outbox itself, because only it knows how "handed over" and "marked published"
 * become one: in-process it is one SQL statement, with a broker it is an acknowledgement first and the mark after.
 */
export interface EventBus {
  /**
   * Hands over the oldest unpublished events, in order.
   * @returns how many; 0 when there are none or another process is at it
   * @throws StoreUnavailable
   */
  publishNext(mostEvents: number): Promise<number>;
  /** Before `start`. */
  subscribe(consumer: Consumer): void;
  /** Idempotent. Begins to deliver. */
  start(): void;
  /** There may be something to deliver. Cheap; never throws. */
  nudge(): void;
  /**
   * Idempotent. Hands consumers nothing more until `resume`, so that a store in trouble has less to do. What is being
   * handled is finished, and publishing goes on: nothing is lost, it comes later. Before `start` as well.
   */
  pause(): void;
  resume(): void;
  /** Idempotent. Waits for what is being handled; what is left is delivered after the next start. */
  stop(): Promise<void>;
}
