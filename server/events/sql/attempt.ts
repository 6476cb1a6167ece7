import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';

/** Null: applied. An error: not applied, and why. Undefined: nobody knows, because the time was up. */
export type Outcome = Error | null | undefined;

/**
 * Has a consumer handle events, and finds out what became of each.
 * A batch that it refuses as a whole is tried again one by one, so that only who is to blame fails. A consumer that
 * hangs is left to itself when the time is up: of one event this is a failure; of several nobody knows which one it
 * hangs on, so they stay unknown and have to be tried one by one.
 */
export async function attempt(
  consumer: Consumer,
  events: readonly DomainEvent[],
  milliseconds: number,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(events.length).fill(undefined);
  if (events.length === 0) return outcomes;
  const limit = timeLimit(milliseconds);
  try {
    await Promise.race([fill(outcomes, consumer, events, limit), limit.passed]);
  } catch (error) {
    if (events.length === 1) outcomes[0] = toError(error);
  } finally {
    limit.cancel();
  }
  // A copy, because a consumer that comes back late still writes to the other one.
  return [...outcomes];
}

async function fill(
  outcomes: Outcome[],
  consumer: Consumer,
  events: readonly DomainEvent[],
  limit: { over: boolean },
): Promise<void> {
  try {
    const given = await consumer.handle(events);
    if (given.length !== events.length) throw new Error(`${given.length} outcomes for ${events.length} events`);
    for (const [i, outcome] of given.entries()) outcomes[i] = outcome;
  } catch (error) {
    // When the store is away nothing is wrong with the events, and asking it one by one is in vain.
    if (events.length === 1 || error instanceof StoreUnavailable) {
      outcomes.fill(toError(error));
      return;
    }
    for (const [i, event] of events.entries()) {
      if (limit.over) return;
      const alone: Outcome[] = [undefined];
      await fill(alone, consumer, [event], limit);
      outcomes[i] = alone[0];
    }
  }
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
