import type { BaseLogger } from 'pino';
import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import { Repeater } from '../repeater.ts';
import { retryDelay } from '../retry.ts';
import { attempt } from './attempt.ts';
import type { Claim, Deliveries, FailedClaim } from './deliveries.ts';

export interface DeliveryOptions {
  /** How often each consumer looks for deliveries that nobody told it of. */
  pollMilliseconds: number;
  /** How long a batch may take before another process may take it too. */
  leaseMilliseconds: number;
  log: Pick<BaseLogger, 'warn' | 'error'>;
  /** Told of what is about to go to the dead letters. When it rejects, that is tried again later. */
  givingUp?: (consumer: Consumer, failed: readonly FailedClaim[]) => Promise<void>;
}

/** Part of the lease that a batch may take, so that its failure is settled while it is still this process's. */
export const HANDLING_SHARE = 0.9;
/** PostgreSQL's text takes no NUL, and nobody reads more. */
const MOST_ERROR_CHARACTERS = 2_000;

/** Takes the deliveries of one consumer, round after round, until there are none that are due. */
export class DeliveryWorker {
  readonly #consumer: Consumer;
  readonly #deliveries: Deliveries;
  readonly #options: DeliveryOptions;
  #timer: NodeJS.Timeout | null = null;
  readonly #rounds = new Repeater(() => this.#drain());
  #stopped = false;
  #paused = false;

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
    if (!this.#timer || this.#paused) return;
    void this.#rounds.run();
  }

  /** Takes no more until `resume`; what is under way is finished. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.nudge();
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
      while (!this.#stopped && !this.#paused && (await this.#round())) {}
    } catch (error) {
      this.#options.log.warn({ err: error, consumer: this.#consumer.name }, 'deliveries will be tried again');
    }
  }

  /** @returns whether to look for more at once */
  async #round(): Promise<boolean> {
    const claims = await this.#deliveries.claim(this.#consumer, this.#options.leaseMilliseconds);
    if (claims.length === 0) return false;
    const { done, failed } = await this.#attempted(claims);
    const givenUp = failed.filter(({ retryMilliseconds }) => retryMilliseconds === null);
    const postponed = givenUp.length > 0 && !(await this.#told(givenUp)) ? givenUp : [];
    await this.#deliveries.settle(this.#consumer, done, [
      ...failed.filter((failure) => !postponed.includes(failure)),
      ...postponed.map((failure) => this.#postponed(failure)),
    ]);
    return failed.every(({ counted }) => counted) && postponed.length === 0;
  }

  /** What nobody knows the outcome of is in neither list: it stays claimed until the lease runs out. */
  async #attempted(claims: readonly Claim[]): Promise<{ done: Claim[]; failed: FailedClaim[] }> {
    const { retry } = this.#consumer;
    const done = claims.filter(({ applied }) => applied);
    const exhausted = claims.filter(({ applied, attempts }) => !applied && attempts > retry.maxAttempts);
    const failed = exhausted.map((claim) => this.#failure(claim, interrupted(claim)));
    const fresh = claims.filter(({ applied, attempts }) => !applied && attempts <= retry.maxAttempts);
    const events = fresh.map(({ event }) => event);
    const outcomes = await attempt(this.#consumer, events, this.#options.leaseMilliseconds * HANDLING_SHARE);
    for (const [i, claim] of fresh.entries()) {
      const outcome = outcomes[i];
      if (outcome === null) done.push(claim);
      else if (outcome) failed.push(this.#failure(claim, outcome));
    }
    return { done, failed };
  }

  #failure(claim: Claim, error: Error): FailedClaim {
    const { retry } = this.#consumer;
    // A lost store is not the event's fault, so it costs no attempt.
    const counted = !(error instanceof StoreUnavailable);
    const attempts = counted ? claim.attempts : Math.min(claim.attempts, retry.maxAttempts - 1);
    return { claim, error: errorText(error), retryMilliseconds: retryDelay(retry, attempts, Math.random()), counted };
  }

  async #told(givenUp: readonly FailedClaim[]): Promise<boolean> {
    const { name } = this.#consumer;
    try {
      await this.#options.givingUp?.(this.#consumer, givenUp);
    } catch (error) {
      this.#options.log.warn({ err: error, consumer: name }, 'nobody can be told of what is given up: later again');
      return false;
    }
    for (const { claim, error } of givenUp) {
      const { eventId, type } = claim.event;
      this.#options.log.error({ consumer: name, eventId, type, error }, 'event given up');
    }
    return true;
  }

  #postponed(failure: FailedClaim): FailedClaim {
    const { maxDelayMilliseconds } = this.#consumer.retry;
    return { ...failure, retryMilliseconds: maxDelayMilliseconds, counted: false };
  }
}

/** What a person is told of a failure. */
export function errorText(error: Error): string {
  return error.message.replaceAll('\0', '').slice(0, MOST_ERROR_CHARACTERS);
}

function interrupted({ lastError }: Claim): Error {
  return new Error(lastError ?? 'every attempt ended with its process, or took longer than its lease');
}
