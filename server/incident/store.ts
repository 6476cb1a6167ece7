import type { Sample } from '../monitor/sample.ts';
import type { Entry, HurtUser, Incident, LoweredCap } from './incident.ts';
import type { Kind } from './kinds.ts';

/**
 * Where incidents live, for all processes together. What several of them do at once happens once.
 * @throws StoreUnavailable
 */
export interface IncidentStore {
  /**
   * A process says what it sees, and learns of the incident that is open or was until ten seconds ago.
   * Opens one when there is none; `fresh` is true for the process that did.
   */
  pulse(seen: readonly Kind[], beganAt: Date | null): Promise<{ incident: Incident; fresh: boolean } | null>;
  /** Appends to the timeline; see {@link Entry.once}. */
  note(incidentId: number, entries: readonly Entry[]): Promise<void>;
  /** Who reservations belong to, by their ids. */
  ownersOf(reservationIds: readonly string[]): Promise<Map<string, string>>;
  /** Adds to what happened to users. */
  hurt(incidentId: number, users: readonly HurtUser[]): Promise<void>;
  /** Adds everybody whose hold ran out while it lasted. */
  hurtByHolds(incidentId: number): Promise<void>;
  keepSamples(incidentId: number, samples: readonly Sample[]): Promise<void>;
  /** Changes what is noted of a lowered cap, unless somebody else was quicker. Null in `to` forgets it. */
  claimCap(
    incidentId: number,
    queueId: string,
    from: LoweredCap | null,
    to: Omit<LoweredCap, 'at'> | null,
  ): Promise<boolean>;
  /** Closes it when no cap is lowered and nobody saw anything for that long. True for the process that did. */
  close(incidentId: number, calmMilliseconds: number): Promise<boolean>;
}

/** An incident as operators read it. */
export interface IncidentRecord {
  id: number;
  kinds: Kind[];
  beganAt: Date;
  openedAt: Date;
  closedAt: Date | null;
  affectedUsers: number;
  caps: Readonly<Record<string, LoweredCap>>;
  draft: unknown;
  improvements: string | null;
  improvementsAt: Date | null;
}

export type StoredEntry = Omit<Entry, 'once'> & { process: string };

export interface Compensation {
  userId: string;
  kind: 'WALLET_CREDIT' | 'PRIORITY_REENTRY';
  amount: number | null;
  queueId: string | null;
  grantedAt: Date;
  usedAt: Date | null;
}

/** What operators read and write. @throws StoreUnavailable */
export interface IncidentArchive {
  /** Newest first. */
  list(most: number): Promise<IncidentRecord[]>;
  find(incidentId: number): Promise<IncidentRecord | null>;
  timeline(incidentId: number): Promise<StoredEntry[]>;
  /** Oldest first, with the process that took each. */
  samples(incidentId: number): Promise<{ process: string; sample: Sample }[]>;
  /** In order of user id; `after` is the last one of the page before. */
  affectedUsers(incidentId: number, most: number, after?: string): Promise<HurtUser[]>;
  /** How many users something happened to. */
  impact(
    incidentId: number,
  ): Promise<{ users: number; failed: number; slow: number; slotEnded: number; holdEnded: number }>;
  compensations(incidentId: number): Promise<Compensation[]>;
  /** Notes who is compensated and how. Answers those who were not yet. */
  grant(incidentId: number, grants: readonly Omit<Compensation, 'grantedAt' | 'usedAt'>[]): Promise<string[]>;
  /** What was granted is done. */
  used(incidentId: number, kind: Compensation['kind'], userIds: readonly string[]): Promise<void>;
  /** Promised places that nobody has taken yet, oldest first. */
  openPasses(most: number): Promise<{ incidentId: number; userId: string; queueId: string | null }[]>;
  saveDraft(incidentId: number, draft: unknown): Promise<void>;
  /** An operator's words; null goes back to the draft. False when there is no such incident. */
  saveImprovements(incidentId: number, text: string | null): Promise<boolean>;
}
