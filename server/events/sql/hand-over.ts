import { StoreUnavailable } from '../../db/database.ts';
import type { Consumer } from '../bus.ts';
import type { DomainEvent } from '../event.ts';
import { retryDelay } from '../retry.ts';
import { attempt, type Outcome } from './attempt.ts';
import type { Parked } from './deliveries.ts';
import { errorText } from './delivery-worker.ts';

/**
 * Has a consumer handle events once: in order per key, no two of one key at a time, at most its batch.
 * @param milliseconds how long it may take for a batch
 * @param applied told of each batch what was applied; waited for
 * @param goesOn when it says no, the rest is not tried
 * @returns what could not be applied, and what is behind it
 * @throws StoreUnavailable: some may be done with; hand them all over again
 */
export async function handOver(
  consumer: Consumer,
  events: readonly DomainEvent[],
  milliseconds: number,
  applied: (done: readonly DomainEvent[]) => unknown,
  goesOn: () => boolean = () => true,
): Promise<Parked[]> {
  const parked: Parked[] = [];
  const stuck = new Set<string>();
  for (const round of rounds(events, consumer.batchSize)) {
    const going = goesOn();
    const free = (event: DomainEvent) => going && !stuck.has(keyOf(event));
    parked.push(...round.filter((event) => !free(event)).map((event) => aside(event, 0)));
    const tried = round.filter(free);
    const outcomes = await attempt(consumer, tried, milliseconds);
    await applied(tried.filter((_, i) => outcomes[i] === null));
    const lost = outcomes.find((outcome) => outcome instanceof StoreUnavailable);
    if (lost) throw lost;
    const failed = tried.flatMap((event, i) => (outcomes[i] === null ? [] : [failure(consumer, event, outcomes[i])]));
    parked.push(...failed);
    for (const { event } of failed) stuck.add(keyOf(event));
  }
  return parked;
}

/** Not tried, or (with an attempt) taken in hand without anybody knowing what became of it. */
export const aside = (event: DomainEvent, attempts: number): Parked => ({
  event,
  attempts,
  error: null,
  waitMilliseconds: 0,
});

function failure(consumer: Consumer, event: DomainEvent, outcome: Outcome): Parked {
  if (!outcome) return aside(event, 1);
  // Given up by the worker, which tells of it, when this was the only attempt.
  const wait = retryDelay(consumer.retry, 1, Math.random()) ?? 0;
  return { event, attempts: 1, error: errorText(outcome), waitMilliseconds: wait };
}

const keyOf = ({ topic, key }: DomainEvent) => JSON.stringify([topic, key]);

/** The first event of every key, `most` at a time, then the second …. Copies are left out. */
function* rounds(events: readonly DomainEvent[], most: number): Iterable<DomainEvent[]> {
  const unique = new Map(events.map((event) => [event.eventId, event]));
  for (let left = [...unique.values()]; left.length > 0; ) {
    const taken = new Set<string>();
    const round: DomainEvent[] = [];
    const later: DomainEvent[] = [];
    for (const event of left) {
      const key = keyOf(event);
      (taken.has(key) || round.length === most ? later : round).push(event);
      taken.add(key);
    }
    yield round;
    left = later;
  }
}
