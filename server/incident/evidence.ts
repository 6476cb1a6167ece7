import type { StackGroup } from '../monitor/stacks.ts';
import type { Entry } from './incident.ts';
import type { Kind } from './kinds.ts';
import { entry } from './respond/response.ts';

/** A session of the database that keeps others waiting. */
export interface Blocker {
  pid: number;
  application: string;
  state: string;
  transactionSeconds: number;
  tables: string[];
  keepsWaiting: number;
}

export interface EvidenceSources {
  /** @throws StoreUnavailable */
  blockers: () => Promise<Blocker[]>;
  stacks: () => StackGroup[];
}

const MOST_STACKS = 3;

/** What is worth writing down at the moment when a kind of incident is noticed, because it is gone later. */
export const evidence =
  ({ blockers, stacks }: EvidenceSources) =>
  async (kind: Kind): Promise<Entry[]> => {
    const entries: Entry[] = [];
    if (kind === 'RESERVATION_BOTTLENECK' || kind === 'TOKEN_STORM') {
      const found = await blockers();
      if (found.length > 0) entries.push(entry('blockers', 'FOUND', { blockers: found }));
    }
    const groups = stacks().slice(0, MOST_STACKS);
    if (groups.length > 0) {
      const shown = groups.map(({ where, count }) => ({ where, count }));
      entries.push(entry('stacks', 'FOUND', { groups: shown }));
    }
    return entries;
  };
