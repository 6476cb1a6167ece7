// What a receipt proves, worked out from the public record alone: see docs/decisions/0024-receipts.md. Runs in the fan's
// browser and in `npm run verify-receipt`, with nothing but SHA-256.

import { sha256 } from './sha256.ts';
import type { RecordEntry, RecordHead, RecordPage } from './types.ts';

/** What somebody holds against the record. */
export interface Held {
  queueId: string;
  /** The one that places are admitted by: after a draw, the drawn one. */
  ticket: number;
  /** Ends of the record as they were seen. */
  seen: readonly RecordHead[];
  /** The place was there, and not let in later, when this entry was the last one. */
  heldAt: number;
}

/** `mine` is null while the ticket is not in the record. */
export interface Found {
  mine: RecordEntry | null;
  /** The first and the last entry that were looked at. */
  from: number;
  upTo: number;
  /** People who were let in before, as far as was looked at. */
  before: number;
  /** Of those, who had a later ticket: each counted once. */
  later: {
    /** Whatever the reason, operators let them go first. */
    prioritised: number;
    /** The line had lost data, and by then their places were back and this one was not. */
    afterLoss: number;
    /** This place is not known to have been there any more. */
    perhapsLeft: number;
    /** No reason is given. */
    unexplained: number;
  };
  /** When the line lost data. */
  lostAt: string[];
}

/** The record is not what it was, or does not hang together. */
export class Altered extends Error {
  override name = 'Altered';
}

/** The record does not go back so far any more. */
export class TooOld extends Error {
  override name = 'TooOld';
}

/**
 * Reads the record from an entry on until the ticket has been found and every end that was seen has been met.
 * @param page the page that follows an entry
 * @throws Altered, TooOld, and what `page` does
 */
export async function check(held: Held, from: number, page: (after: number) => Promise<RecordPage>): Promise<Found> {
  const seen = new Map(held.seen.map(({ n, hash }) => [n, hash]));
  const entries: RecordEntry[] = [];
  const furthest = Math.max(from, ...seen.keys());
  let at: RecordHead | null = null;
  let found = false;
  for (;;) {
    const { after, items } = await page(at?.n ?? from);
    if (at === null) await expectStart(after, held, from);
    else if (after.n !== at.n || after.hash !== at.hash) throw new Altered(`entry ${at.n} was changed meanwhile`);
    at ??= after;
    expectSeen(seen, at);
    for (const item of items) {
      await expectBound(at, item);
      expectSeen(seen, item);
      at = item;
      entries.push(item);
      found ||= item.ticket === held.ticket;
    }
    if (items.length > 0 && !(found && at.n >= furthest)) continue;
    if (at.n < furthest) throw new Altered(`the record ends with entry ${at.n}, and there was an entry ${furthest}`);
    return summary(held, entries, entries[0]?.n ?? at.n, at.n);
  }
}

async function expectStart(after: RecordHead, { queueId, seen }: Held, from: number): Promise<void> {
  if (after.n < from) throw new Altered(`the record ends with entry ${after.n}, and there was an entry ${from}`);
  if (seen.some(({ n }) => n < after.n && n >= from)) throw new TooOld(`the record begins after entry ${after.n}`);
  if (after.n === 0 && after.hash !== (await sha256(queueId))) throw new Altered('the record is of another line');
}

function expectSeen(seen: Map<number, string>, { n, hash }: RecordHead): void {
  if ((seen.get(n) ?? hash) !== hash) throw new Altered(`entry ${n} is not the one that was seen`);
}

async function expectBound(before: RecordHead, { n, ticket, admittedAt, kind, hash }: RecordEntry): Promise<void> {
  if (n !== before.n + 1) throw new Altered(`entry ${before.n + 1} is missing`);
  if (hash !== (await sha256([before.hash, n, ticket, admittedAt, kind].join(':')))) {
    throw new Altered(`entry ${n} was changed, or one before it`);
  }
}

function summary({ ticket, heldAt }: Held, entries: readonly RecordEntry[], from: number, upTo: number): Found {
  const mine = entries.find((entry) => entry.ticket === ticket) ?? null;
  const later = { prioritised: 0, afterLoss: 0, perhapsLeft: 0, unexplained: 0 };
  const lostAt: string[] = [];
  let before = 0;
  for (const entry of entries) {
    if (entry === mine) break;
    if (entry.kind === 'DATA_LOST') lostAt.push(entry.admittedAt);
    else before++;
    if (entry.ticket <= ticket) continue;
    if (entry.kind === 'PRIORITISED') later.prioritised++;
    else if (lostAt.length > 0 && mine?.kind !== 'IN_TURN') later.afterLoss++;
    else if (mine === null && entry.n > heldAt) later.perhapsLeft++;
    else later.unexplained++;
  }
  return { mine, from, upTo, before, later, lostAt };
}
