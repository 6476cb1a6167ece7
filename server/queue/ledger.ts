import type { Draw } from './draw/draw.ts';
import type { Admission } from './receipts/record.ts';
import type { QueueSettings } from './store.ts';

/** Somebody who is inside, as a store of the line wants it noted; opaque to the ledger. */
export type NotedSlot = readonly [userId: string, slot: string, endsAtMilliseconds: string];

/** What is known of a queue whose line lives in a store that may lose its data. */
export interface LedgerEntry {
  settings: QueueSettings;
  /** How many lives the data has had; 0 when the line was never opened. */
  epoch: number;
  lastTicket: number;
  servingTicket: number;
  /** Tickets of the latest draw; from 0 when there is none, to -1 while it is not revealed. */
  drawFrom: number;
  drawTo: number;
  inside: readonly NotedSlot[];
}

/**
 * What must outlive the line's data: that a queue exists, with its settings, how far its tickets got, and who was inside.
 * By it a line that was lost is told from one that is new, and rebuilt.
 * @throws StoreUnavailable
 */
export interface QueueLedger {
  find(queueId: string): Promise<LedgerEntry | null>;
  /** Ids of all queues. */
  list(): Promise<string[]>;
  /** Adds a queue that was never opened, or returns what is there. */
  add(settings: QueueSettings): Promise<LedgerEntry>;
  configure(settings: QueueSettings): Promise<void>;
  /** Notes how far a life got. Never takes anything back: an older note than what is there is ignored. */
  note(queueId: string, noted: Omit<LedgerEntry, 'settings' | 'drawFrom' | 'drawTo'>): Promise<void>;
  /** Commits to the seed of the next draw, unless one is pending. */
  commitDraw(queueId: string, seed: string): Promise<void>;
  /** Notes the tickets of the draw that is pending; with the last of them it is revealed. */
  noteDraw(queueId: string, firstTicket: number, lastTicket: number | null): Promise<void>;
  /** Appends to the public record, in order; what it has already is passed over. */
  recordAdmissions(queueId: string, admitted: readonly Admission[]): Promise<void>;
  /** Newest first. */
  draws(queueId: string): Promise<Draw[]>;
}
