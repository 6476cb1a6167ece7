import type { Api } from '../../../monitor/sample.ts';
import type { Kind } from '../../kinds.ts';
import type { StoredEntry } from '../../store.ts';
import type { Improvement } from '../improve.ts';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything that a report says, in one language. */
export interface Words {
  language: Language;
  title: (id: number) => string;
  kinds: Record<Kind, string>;
  apis: Record<Api, string>;
  /** The six parts that every report has, in the order of the seed. */
  parts: readonly [string, string, string, string, string, string];
  summary: (facts: SummaryFacts) => string;
  labels: Record<Label, string>;
  entry: (entry: Pick<StoredEntry, 'subject' | 'code' | 'facts'>) => string;
  /** Why jari does that; null for what is no response. */
  reason: (entry: Pick<StoredEntry, 'subject' | 'code'>) => string | null;
  improvement: (improvement: Improvement) => { title: string; evidence: string };
  duration: (seconds: number) => string;
}

export interface SummaryFacts {
  kinds: readonly Kind[];
  began: string;
  seconds: number;
  open: boolean;
  noticedSeconds: number;
  respondedSeconds: number | null;
  affectedUsers: number;
}

export type Label =
  | 'began'
  | 'noticed'
  | 'firstResponse'
  | 'ended'
  | 'stillOpen'
  | 'duration'
  | 'kind'
  | 'after'
  | 'none'
  | 'requests'
  | 'latency'
  | 'statusesOfToken'
  | 'statusesOfReservation'
  | 'worst'
  | 'atMost'
  | 'api'
  | 'database'
  | 'redis'
  | 'events'
  | 'line'
  | 'process'
  | 'cpu'
  | 'databaseCpu'
  | 'processCpu'
  | 'connections'
  | 'working'
  | 'lockWaiting'
  | 'lockWait'
  | 'commits'
  | 'rollbacks'
  | 'commands'
  | 'memory'
  | 'answered'
  | 'outbox'
  | 'lag'
  | 'active'
  | 'waiting'
  | 'cap'
  | 'notInUse'
  | 'affected'
  | 'failed'
  | 'slow'
  | 'slotEnded'
  | 'holdEnded'
  | 'compensated'
  | 'credited'
  | 'prioritised'
  | 'listOfUsers'
  | 'time'
  | 'what'
  | 'why'
  | 'by'
  | 'timeline'
  | 'editedBy'
  | 'draft'
  | 'figure'
  | 'shown'
  | 'perSecond'
  | 'wellAgain';

/** Facts come from the database as JSON. */
export type Facts = Record<string, unknown>;

export const text = (facts: Record<string, unknown>, name: string): string => {
  const value = facts[name];
  return value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
};
export const number = (facts: Record<string, unknown>, name: string): number => Number(facts[name] ?? 0);

export const figure = (value: number, digits = 1): string => String(Math.round(value * 10 ** digits) / 10 ** digits);
