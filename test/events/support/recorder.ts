import type { Consumer } from '../../../server/events/bus.ts';
import { type DomainEvent, RESERVATIONS } from '../../../server/events/event.ts';
import type { RetrySchedule } from '../../../server/events/retry.ts';

/** Tries again at once, as often as a test has patience for. */
export const QUICK: RetrySchedule = { maxAttempts: 3, firstDelayMilliseconds: 20, maxDelayMilliseconds: 50 };
/** Tries again when the test is long over. */
export const PATIENT: RetrySchedule = {
  maxAttempts: 3,
  firstDelayMilliseconds: 3_600_000,
  maxDelayMilliseconds: 3_600_000,
};

export interface RecorderOptions {
  name?: string;
  topics?: string[];
  batchSize?: number;
  retry?: RetrySchedule;
  /** What becomes of an attempt; null applies the event. A rejection refuses the whole batch. */
  verdict?: (event: DomainEvent) => Error | null | Promise<Error | null>;
}

/** A consumer that remembers what it was given. */
export class Recorder implements Consumer {
  readonly name: string;
  readonly topics: string[];
  readonly batchSize: number;
  readonly retry: RetrySchedule;
  /** Every attempt, in order. */
  readonly attempts: DomainEvent[] = [];
  readonly applied: DomainEvent[] = [];
  readonly #verdict: NonNullable<RecorderOptions['verdict']>;

  constructor(options: RecorderOptions = {}) {
    this.name = options.name ?? 'recorder';
    this.topics = options.topics ?? [RESERVATIONS];
    this.batchSize = options.batchSize ?? 10;
    this.retry = options.retry ?? QUICK;
    this.#verdict = options.verdict ?? (() => null);
  }

  async handle(events: readonly DomainEvent[]): Promise<(Error | null)[]> {
    this.attempts.push(...events);
    const outcomes = await Promise.all(events.map((event) => this.#verdict(event)));
    this.applied.push(...events.filter((_, i) => outcomes[i] === null));
    return outcomes;
  }

  /** The ids of the applied events of a key, or of all, in order. */
  ids(key?: string): number[] {
    return idsOf(this.applied, key);
  }

  attemptsAt(eventId: number): number {
    return this.attempts.filter((event) => event.eventId === eventId).length;
  }
}

export function idsOf(events: readonly DomainEvent[], key?: string): number[] {
  return events.filter((event) => key === undefined || event.key === key).map(({ eventId }) => eventId);
}

export const sorted = (ids: readonly number[]): number[] => [...ids].sort((a, b) => a - b);
