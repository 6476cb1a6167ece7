import type { Sample } from '../../monitor/sample.ts';
import type { Entry, Incident } from '../incident.ts';
import type { Kind } from '../kinds.ts';

/** What jari does by itself. Each can be switched off by the setting RESPONSES. */
export const RESPONSES = ['bypass', 'shed', 'cap', 'batches', 'consumers', 'relay', 'rescue', 'isolate'] as const;
/** What the stores' adapters do whatever the settings say: told, because it explains what people saw. */
export const BUILT_IN = ['breaker', 'aside'] as const;
export type ResponseName = (typeof RESPONSES)[number] | (typeof BUILT_IN)[number];

/** A kind that nobody has seen for this long is over, and what was done about it is taken back. */
export const RELEASE_AFTER_MILLISECONDS = 5_000;

/** How things are, second by second. */
export interface Situation {
  /** The open one; null while nothing is wrong. While the store is lost, what is known of it here. */
  incident: Incident | null;
  /** Milliseconds since any process saw a kind; Infinity when none did. */
  unwell(kind: Kind): number;
  latest: Sample;
}

/** Something that is done about incidents, and taken back. */
export interface Response {
  readonly name: ResponseName;
  /** Whether it changes anything at present. */
  readonly inForce: boolean;
  /** Called each second, in every process. Does what has to be done and returns what the timeline should say of it. */
  follow(situation: Situation): Entry[] | Promise<Entry[]>;
}

export const isUnwell = ({ incident, unwell }: Situation, kinds: readonly Kind[]): boolean =>
  incident !== null && kinds.some((kind) => unwell(kind) < RELEASE_AFTER_MILLISECONDS);

export const entry = (subject: string, code: string, facts: Record<string, unknown> = {}): Entry => ({
  at: new Date(),
  subject,
  code,
  facts,
  once: true,
});
