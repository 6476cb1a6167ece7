import { AGAIN, Batcher } from './batcher.ts';
import { Failure, type FailureCode } from './failure.ts';
import type { IdempotencyKey, Outcome } from './outcome.ts';
import { refusal } from './refusals.ts';

/** One row of a store's answer to a batch of commands. */
export interface Decided<T> {
  answer: T | { code: FailureCode } | null;
  replayed: boolean;
  requestId: string | null;
}

const LIMITS = { maxBatchItems: 128, maxCallsInFlight: 1, maxWaitingItems: 10_000, longestWaitMilliseconds: 300 };

/** While a whole batch waits for a store that does one call after the other anyway. */
const CALLS_AHEAD = 2;

/**
 * Group commit for commands that a store decides in batches: each caller gets its own outcome.
 * @param inTurn the store does one call after the other, in the order in which they are sent
 */
export function deciding<I extends { idempotency?: IdempotencyKey | undefined }, T extends { code: 'OK' }>(
  call: (items: I[]) => Promise<Decided<T>[]>,
  inTurn = false,
): Batcher<I, Outcome<Omit<T, 'code'>>> {
  const overloaded = () =>
    new Failure('OVERLOADED', 'Too many requests are waiting. Try again shortly.', { 'retry-after': '1' });
  return new Batcher({ ...LIMITS, overloaded, callsAhead: inTurn ? CALLS_AHEAD : 0 }, async (items) => {
    const goes = firstOfEachKey(items);
    const decided = await call(items.filter((_, i) => goes[i]));
    let next = 0;
    return items.map((_, i) => (goes[i] ? toOutcome(decided[next++] as Decided<T>) : AGAIN));
  });
}

/** A store sees a key once a call. Who comes with the same one waits for its answer to be remembered, and gets that. */
function firstOfEachKey(items: readonly { idempotency?: IdempotencyKey | undefined }[]): boolean[] {
  const seen = new Set<string>();
  return items.map(({ idempotency }) => !idempotency || seen.size < seen.add(idempotency.key).size);
}

function toOutcome<T extends { code: 'OK' }>(decided: Decided<T>): Outcome<Omit<T, 'code'>> | typeof AGAIN {
  const { answer, replayed, requestId } = decided;
  if (answer === null) return AGAIN;
  if (answer.code === 'OK') {
    const { code: _, ...value } = answer as T;
    return { ok: true, value, replayed };
  }
  const failure = refusal((answer as { code: FailureCode }).code);
  return { ok: false, failure, replayed, ...(requestId !== null && { requestId }) };
}
