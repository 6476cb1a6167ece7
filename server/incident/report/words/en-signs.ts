import type { SignCode } from '../../kinds.ts';
import { type Facts, figure, number, text } from './words.ts';

const percent = (share: number) => `${figure(share * 100)} %`;
const ms = (value: number) => `${Math.round(value)} ms`;

/** What a sign says, with its value and limit. */
const SIGNS: Record<SignCode, (value: number, limit: number, of: string) => string> = {
  TOKEN_LATENCY: (v, l) => `95 % of tokens were issued within ${ms(v)}, above the limit of ${ms(l)}`,
  TOKEN_CLIMB: (v, l) => `issuing a token climbed to ${ms(v)}, more than ${ms(l)} would be after the minutes before`,
  TOKEN_FAILURES: (v, l) => `${percent(v)} of token requests failed (limit ${percent(l)})`,
  REDIS_LOST: () => 'Redis did not answer',
  REDIS_SLOW: (v, l) => `Redis answered in ${ms(v)} (limit ${ms(l)})`,
  REDIS_CONNECTIONS: (v, l) => `${percent(v)} of Redis' connections were in use (limit ${percent(l)})`,
  REDIS_REFUSED: (v) => `Redis refused ${v} connections within three seconds`,
  REDIS_MEMORY: (v, l) => `${percent(v)} of Redis' memory was in use (limit ${percent(l)})`,
  RESERVATION_LATENCY: (v, l) => `95 % of reservations were answered within ${ms(v)}, above the limit of ${ms(l)}`,
  RESERVATION_FAILURES: (v, l) => `${percent(v)} of reservation requests failed (limit ${percent(l)})`,
  LOCK_WAIT: (v, l) => `a session waited ${ms(v)} for a lock (limit ${ms(l)})`,
  ROWS_LOCKED: (v) => `${v} requests within three seconds needed rows that somebody kept locked`,
  POOL_EXHAUSTED: (v, l) => `${v} calls waited for a database connection (limit ${l})`,
  DATABASE_LOST: () => 'the database did not answer',
  DATABASE_SLOW: (v, l) => `the database took ${ms(v)} for a look at its own state (limit ${ms(l)})`,
  DEADLOCKS: (v) => `${v} deadlocks within three seconds`,
  BROKER_LOST: () => 'Kafka did not answer',
  RELAY_FAILING: (v) => `the relay failed ${v} times in ten seconds`,
  RELAY_BACKLOG: (v, l) => `the oldest event waited ${figure(v)} s for the relay (limit ${l} s)`,
  CONSUMER_LAG: (v, l, of) => `${of} was ${v} events behind (limit ${l})`,
  JOB_LATE: (v, l, of) => `the job "${of}" had not run for ${figure(v / 1_000)} s (limit ${figure(l / 1_000)} s)`,
  JOB_FAILING: (v, _l, of) => `the job "${of}" failed ${v} times in half a minute`,
  ATTEMPTS_FAILING: (v, _l, of) => `${v} attempts of the consumer "${of}" failed within half a minute`,
  DEAD_LETTERS: (v) => `${v} events were given up and went to the dead letters`,
};

/** What a sign says, in a sentence. */
export const signText = (facts: Facts): string =>
  SIGNS[facts.code as SignCode]?.(number(facts, 'value'), number(facts, 'limit'), text(facts, 'of')) ??
  text(facts, 'code');
