import type { BaseLogger } from 'pino';
import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import { Repeater } from '../repeater.ts';
import { retryDelay } from '../retry.ts';
import type { Claim, Deliveries, FailedClaim } from './deliveries.ts';

export interface DeliveryOptions {
  /** How often each consumer looks for deliveries that nobody told it of. */
  pollMilliseconds: number;
  /** How long a batch may take before another process may take it too. */
  leaseMilliseconds: number;
  log: Pick<BaseLogger, 'warn' | 'error'>;
}

/** Part of the lease that a batch may take, so that its failure is settled while it is still this process's. */
const HANDLING_SHARE = 0.9;

/** Takes the deliveries of one consumer, round after round, until there are none that are due. */
export class DeliveryWorker {
  readonly #consumer: Consumer;
  readonly #deliveries: Deliveries;
  readonly #options: DeliveryOptions;
  #timer: NodeJS.Timeout | null = null;
  readonly #rounds = new Repeater(() => this.#drain());
  #stopped = false;

  constructor(consumer: Consumer, deliveries: Deliveries, options: DeliveryOptions) {
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
      const error = claim.applied ? null : outcomes.has(claim) ? outcomes.get(claim) : interrupted();
      if (error) failed.push(this.#failure(claim, error));
      else done.push(claim);
    }
    await this.#deliveries.settle(this.#consumer, done, failed);
    return !failed.some(({ counted }) => !counted);
  }

  async #handled(claims: readonly Claim[]): Promise<[Claim, Error | null][]> {
    if (claims.length === 0) return [];
    const limit = timeLimit(this.#options.leaseMilliseconds * HANDLING_SHARE);
    try {
      return await Promise.race([this.#attempted(claims, () => limit.over), limit.passed]);
    } catch (error) {
      // One alone is to blame. Of several nobody knows which, so they are left unsettled: taken again one by one.
      const [only] = claims;
      if (only && claims.length === 1) return [[only, toError(error)]];
      throw error;
    } finally {
      limit.cancel();
    }
  }

  /** A batch that was refused as a whole is tried again one by one: only who is to blame fails. */
  async #attempted(claims: readonly Claim[], over: () => boolean): Promise<[Claim, Error | null][]> {
    try {
      const outcomes = await this.#consumer.handle(claims.map((claim) => claim.event));
      if (outcomes.length !== claims.length) throw new Error(`${outcomes.length} outcomes for ${claims.length} events`);
      return claims.map((claim, i) => [claim, outcomes[i] ?? null]);
    } catch (error) {
      // When the store is away nothing is wrong with the events, and asking it one by one is in vain.
      if (error instanceof StoreUnavailable || claims.length === 1) {
        return claims.map((claim) => [claim, toError(error)]);
      }
      const outcomes: [Claim, Error | null][] = [];
      for (const claim of claims) {
        if (over()) break;
        outcomes.push(...(await this.#attempted([claim], over)));
      }
      return outcomes;
    }
  }

  #failure(claim: Claim, error: Error): FailedClaim {
    const { retry, name } = this.#consumer;
    const counted = !(error instanceof StoreUnavailable);
    const attempts = counted ? claim.attempts : Math.min(claim.attempts, retry.maxAttempts - 1);
    const retryMilliseconds = retryDelay(this.#consumer.retry, attempts, Math.random());
    if (retryMilliseconds === null) {
      const { eventId, type } = claim.event;
      this.#options.log.error({ err: error, consumer: name, eventId, type }, 'event given up');
    }
    // PostgreSQL's text takes no NUL.
    return { claim, error: error.message.replaceAll('\0', '').slice(0, 2_000), retryMilliseconds, counted };
  }
}

function interrupted(): Error {
  return new Error('every attempt ended with its process, or took longer than its lease');
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function timeLimit(milliseconds: number) {
  const { promise, reject } = Promise.withResolvers<never>();
  const limit = { passed: promise, over: false, cancel: () => clearTimeout(timer) };
  const timer = setTimeout(() => {
    limit.over = true;
    reject(new Error(`not handled within ${milliseconds} ms`));
  }, milliseconds);
  return limit;
}
