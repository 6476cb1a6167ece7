import type { Consumer } from './bus.ts';
import type { DomainEvent } from './event.ts';
import type { RetrySchedule } from './retry.ts';

const LATELY_MILLISECONDS = 60_000;

/**
 * A consumer whose failures are counted for the monitor, and which takes events one at a time while it is isolated, so
 * that one that can't be applied holds up as few others as possible.
 */
export class WatchedConsumer implements Consumer {
  readonly name: string;
  readonly topics: readonly string[];
  readonly retry: RetrySchedule;
  readonly immediate: boolean;
  readonly #consumer: Consumer;
  /** One event at a time. */
  isolated = false;
  #failures = 0;
  #lastError: string | null = null;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(consumer: Consumer) {
    this.#consumer = consumer;
    this.name = consumer.name;
    this.topics = consumer.topics;
    this.retry = consumer.retry;
    this.immediate = consumer.immediate ?? false;
  }

  get batchSize(): number {
    return this.isolated ? 1 : this.#consumer.batchSize;
  }

  async handle(events: readonly DomainEvent[]): Promise<readonly (Error | null)[]> {
    try {
      const outcomes = await this.#consumer.handle(events);
      for (const outcome of outcomes) if (outcome) this.#failed(outcome);
      return outcomes;
    } catch (error) {
      this.#failed(error);
      throw error;
    }
  }

  /** Whether an attempt failed within the last minute. */
  get failedLately(): boolean {
    return performance.now() - this.#failedAt < LATELY_MILLISECONDS;
  }

  /** Attempts that failed since the last time. */
  takeFailures(): { name: string; failures: number; lastError: string | null } {
    const taken = { name: this.name, failures: this.#failures, lastError: this.#lastError };
    this.#failures = 0;
    this.#lastError = null;
    return taken;
  }

  /** A store that is away is no failure of the consumer's, and the monitor sees it by itself. */
  #failed(error: unknown): void {
    const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
    if (name === 'StoreUnavailable') return;
    this.#failures++;
    this.#failedAt = performance.now();
    this.#lastError = message;
  }
}
