import { setTimeout as sleep } from 'node:timers/promises';

/** A change that somebody asked for, and what they were told in the end. */
export interface Told {
  userId: string;
  action: 'enter' | 'charge' | 'reserve' | 'hold' | 'pay' | 'cancel';
  method: string;
  path: string;
  body: unknown;
  /** Null where the call needs none to be asked again. */
  key: string | null;
  status: number;
  /** As it came. */
  text: string;
}

/** The last that somebody was told of their place. */
export interface ToldPlace {
  userId: string;
  queueId: string;
  ticket: number;
  status: 'WAITING' | 'ACTIVE' | 'LEFT';
}

/** Everything that was acknowledged. Each user does one thing after the other, so theirs are in order. */
export interface Journal {
  told: Told[];
  places: Map<string, ToldPlace>;
  /** How often an attempt settled nothing, by why: the code of the refusal, or that no answer came. */
  turnedAway: Map<string, number>;
  /** What must never be seen, and was, while it went on. */
  complaints: string[];
}

export const emptyJournal = (): Journal => ({ told: [], places: new Map(), turnedAway: new Map(), complaints: [] });

export const CHANGES = ['charge', 'reserve', 'hold', 'pay', 'cancel'] as const;

/** How often the rarest kind of change was acknowledged. */
export function rarest({ told }: Journal): number {
  const done = told.filter(({ status }) => status === 200);
  return Math.min(...CHANGES.map((change) => done.filter(({ action }) => action === change).length));
}

/** Waits until something holds, or for so long. */
export async function until(holds: () => boolean, mostMilliseconds: number): Promise<void> {
  for (const deadline = Date.now() + mostMilliseconds; !holds() && Date.now() < deadline; ) await sleep(50);
}
