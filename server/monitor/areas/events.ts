import { type Item, measured, silent, told } from '../checklist.ts';
import type { ReaderFigures, Sample } from '../sample.ts';

const WAITING_EVENTS = { warn: 1_000, down: 100_000 };
const OLDEST_SECONDS = { warn: 5, down: 60 };
const ROUND_SECONDS = { warn: 15, down: 60 };

/** Events on their way: the outbox, what consumers still have to do, and what they gave up on. */
export function eventItems(minute: readonly Sample[]): Item[] {
  const latest = minute.at(-1);
  if (!latest?.events) return [silent()];
  const now = latest.events;
  return [
    measured('events that wait for the relay', now.outboxUnpublished, WAITING_EVENTS),
    measured('oldest of them', now.outboxOldestSeconds, OLDEST_SECONDS, 's'),
    ...(now.lag === null ? [silent()] : []),
    ...(now.lag ?? []).map(({ group, events }) => measured(`lag of ${group}`, events, WAITING_EVENTS, 'events')),
    measured('deliveries that wait', now.deliveriesPending, WAITING_EVENTS),
    measured('dead letters to look at', now.deadLetters, { warn: 0, down: 1_000 }),
    ...(now.readers ?? []).flatMap(readerItems),
    ...latest.consumers.map(({ name }) => failureItem(name, minute)),
  ];
}

/** A consumer that is connected and asks for nothing is not alive, and its lag says so only much later. */
const readerItems = ({ name, sinceRoundSeconds, lastError }: ReaderFigures): Item[] => [
  sinceRoundSeconds === null
    ? told(`${name} asked for events`, null)
    : measured(`${name} asked for events`, sinceRoundSeconds, ROUND_SECONDS, 's ago'),
  { name: `${name}: last error`, status: lastError === null ? 'OK' : 'WARN', value: lastError, limit: null },
];

function failureItem(name: string, minute: readonly Sample[]): Item {
  const found = minute.flatMap(({ consumers }) => consumers.filter((consumer) => consumer.name === name));
  const failures = found.reduce((total, consumer) => total + consumer.failures, 0);
  return measured(`attempts of ${name} that failed in the last minute`, failures, { warn: 0, down: 1_000 });
}
