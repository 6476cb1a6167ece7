import { createHash, randomBytes } from 'node:crypto';
import { setImmediate as pause } from 'node:timers/promises';

/** A draw of a queue's places, as its store keeps it. Tickets from first to last are drawn for. */
export interface Draw {
  queueId: string;
  /** 1 for the first of the queue. */
  number: number;
  /** Secret until `revealedAt`. */
  seed: string;
  /** Of the seed; public from the beginning. */
  commitment: string;
  /** Null for the moment between the commitment and the first ticket. */
  firstTicket: number | null;
  lastTicket: number | null;
  committedAt: Date;
  revealedAt: Date | null;
}

/** A draw whose order is decided. */
export type RevealedDraw = Draw & { firstTicket: number; lastTicket: number; revealedAt: Date };

export const isRevealed = (draw: Draw): draw is RevealedDraw => draw.revealedAt !== null;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** 256 random bits as text. */
export const newSeed = (): string => randomBytes(32).toString('hex');

/** Lots that are made before others get a turn: some milliseconds. */
const LOTS_A_SLICE = 2_000;

/**
 * The drawn ticket of each ticket from first to last: those with the smallest lots come first, in tickets above the last.
 * See docs/decisions/0020-drawn-pre-queue.md. In slices: the process goes on with other work meanwhile.
 */
export async function drawnTickets({ seed, firstTicket, lastTicket }: RevealedDraw): Promise<Float64Array> {
  const count = lastTicket - firstTicket + 1;
  const buckets: string[][] = Array.from({ length: 256 }, () => []);
  for (let i = 0; i < count; i++) {
    const lot = sha256(`${seed}:${firstTicket + i}`);
    buckets[Number.parseInt(lot.slice(0, 2), 16)]?.push(`${lot}:${i}`);
    if (i % LOTS_A_SLICE === 0) await pause();
  }
  const drawn = new Float64Array(count);
  let next = lastTicket + 1;
  for (const bucket of buckets) {
    for (const lot of bucket.sort()) drawn[Number(lot.slice(65))] = next++;
    await pause();
  }
  return drawn;
}
