import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import { Repeater } from '../repeater.ts';
import { retryDelay } from '../retry.ts';
import type { LocalBusOptions } from './bus.ts';
import type { Claim, Deliveries, FailedClaim } from './deliveries.ts';

/** Takes the deliveries of one consumer, round after round, until there are none that are due. */
export class DeliveryWorker {
  readonly #consumer: Consumer;
  readonly #deliveries: Deliveries;
  readonly #options: LocalBusOptions;
  #timer: NodeJS.Timeout | null = null;
  readonly #rounds = new Repeater(() => this.#drain());
  #stopped = false;

  constructor(consumer: Consumer, deliveries: Deliveries, options: LocalBusOptions) {
    this.#consumer = consumer;
    this.#deliveries = deliveries;
    this.#options = options;
  }

  /** Idempotent. Looks every now and then for what other processes published and what is to be tried again. */
  start(): void {
    if (this.#timer || this.#stopped) return;
    this.#timer = setInterval(() => this.nudge(), this.#options.pollMilliseconds);
    this.#timer.unref();
    this.nudge();
  }

  nudge(): void {
    if (!this.#timer) return;
    void this.#rounds.run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    await this.#rounds.idle();
  }

  /** Never rejects: what it could not do is due again, at the latest when the lease runs out. */
  async #drain(): Promise<void> {
    try {
      while (!this.#stopped && (await this.#round())) {}
    } catch (error) {
      this.#options.log.warn({ err: error, consumer: this.#consumer.name }, 'deliveries will be tried again');
    }
  }

  /** @returns whether there was anything to do */
  async #round(): Promise<boolean> {
    const claims = await this.#deliveries.claim(this.#consumer, this.#options.leaseMilliseconds);
    if (claims.length === 0) return false;
    const { maxAttempts } = this.#consumer.retry;
    const fresh = claims.filter((claim) => !claim.applied && claim.attempts <= maxAttempts);
    const outcomes = new Map(await this.#handled(fresh));
    const done: Claim[] = [];
    const failed: FailedClaim[] = [];
    for (const claim of claims) {
      const error = claim.applied ? null : outcomes.has(claim) ? outcomes.get(claim) : interrupted(claim);
      if (error) failed.push(this.#failure(claim, error));
      else done.push(claim);
    }
    await this.#deliveries.settle(this.#consumer, done, failed);
    return true;
  }

  /** A batch that was refused as a whole is tried again one by one: only who is to blame fails. */
  async #handled(claims: readonly Claim[]): Promise<[Claim, Error | null][]> {
    if (claims.length === 0) return [];
    try {
      const outcomes = await this.#consumer.handle(claims.map((claim) => claim.event));
      return claims.map((claim, i) => [claim, outcomes[i] ?? null]);
    } catch (error) {
      // Nothing is wrong with the events when the store is away.
      if (error instanceof StoreUnavailable) throw error;
      const [only] = claims;
      if (only && claims.length === 1) return [[only, error instanceof Error ? error : new Error(String(error))]];
      const outcomes: [Claim, Error | null][] = [];
      for (const claim of claims) outcomes.push(...(await this.#handled([claim])));
      return outcomes;
    }
  }

  #failure(claim: Claim, error: Error): FailedClaim {
    const retryMilliseconds = retryDelay(this.#consumer.retry, claim.attempts, Math.random());
    if (retryMilliseconds === null) {
      const { eventId, type } = claim.event;
      this.#options.log.error({ err: error, consumer: this.#consumer.name, eventId, type }, 'event given up');
    }
    // PostgreSQL's text takes no NUL.
    return { claim, error: error.message.replaceAll('\0', '').slice(0, 2_000), retryMilliseconds };
  }
}

function interrupted(claim: Claim): Error {
  return new Error(claim.lastError ?? 'the process ended during every attempt');
}
