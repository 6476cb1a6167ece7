import { Cached } from '../../lib/cached.ts';
import { Failure } from '../../lib/failure.ts';
import type { Draw } from '../draw/draw.ts';
import { PerQueue } from '../per-queue.ts';
import type { PlaceView } from '../views.ts';
import type { AdmissionRecord, RecordHead, RecordPage } from './record.ts';

/** What a receipt says: this ticket was waiting or inside, and had not been let in later than what ends with `head`. */
export interface Receipt {
  queueId: string;
  ticket: number;
  status: 'WAITING' | 'ACTIVE';
  /** ISO-8601 UTC. */
  issuedAt: string;
  /** The last entry of the public record before that. */
  head: RecordHead;
  /** Of the draw that will decide the order of this ticket. */
  commitment: string | null;
}

/** What receipts need of the line. */
interface Line {
  status(userId: string, queueId: string, ticket: number): Promise<PlaceView | null>;
  draws(queueId: string): Promise<Draw[]>;
}

const overloaded = () =>
  new Failure('OVERLOADED', 'Too many requests are waiting. Try again shortly.', { 'retry-after': '1' });
/** Pages are read one after the other, queue by queue: whoever checks their receipt can wait, a sale can't. */
const READING = { maxBatchItems: 32, maxCallsInFlight: 1, maxWaitingItems: 2_000, overloaded };
const FRESH = { freshMilliseconds: 1_000, apartMilliseconds: 0 };

/** Receipts of places, and the public record that they are checked against. See docs/decisions/0024-receipts.md. */
export class Receipts {
  readonly #line: Line;
  readonly #record: AdmissionRecord;
  readonly #pages: PerQueue<{ queueId: string; after: number }, RecordPage>;
  /** What receipts are bound to; a second old does not matter, as long as it is from before the place was looked at. */
  readonly #bonds: Cached<string, { head: RecordHead; draws: Draw[] }>;

  constructor(line: Line, record: AdmissionRecord) {
    this.#line = line;
    this.#record = record;
    this.#pages = new PerQueue(READING, (asked) => this.#read(asked));
    this.#bonds = new Cached(FRESH, async (queueId) => {
      const [head, draws] = await Promise.all([record.head(queueId), line.draws(queueId)]);
      return { head, draws };
    });
  }

  /** Null for who has no such place, or whose slot is over. @throws StoreUnavailable, Failure OVERLOADED */
  async issue(userId: string, queueId: string, ticket: number): Promise<Receipt | null> {
    // In this order: all that is in the record by then was let in while this place was waiting, or before it.
    const { head, draws } = await this.#bonds.get(queueId);
    const place = await this.#line.status(userId, queueId, ticket);
    if (!place || place.status === 'EXPIRED') return null;
    const pending = draws.find(
      ({ firstTicket, revealedAt }) => revealedAt === null && firstTicket !== null && place.ticket >= firstTicket,
    );
    return {
      queueId,
      ticket: place.ticket,
      status: place.status,
      issuedAt: new Date().toISOString(),
      head,
      commitment: pending?.commitment ?? null,
    };
  }

  /** A page of the record, and its last entry by then. @throws StoreUnavailable, Failure OVERLOADED */
  async page(queueId: string, after: number): Promise<RecordPage & { head: RecordHead }> {
    const page = await this.#pages.add({ queueId, after });
    return { ...page, head: await this.#record.head(queueId) };
  }

  /** Who asks for the same page shares it. */
  async #read(asked: readonly { queueId: string; after: number }[]): Promise<RecordPage[]> {
    const pages = new Map<number, RecordPage>();
    for (const { queueId, after } of asked) {
      if (!pages.has(after)) pages.set(after, await this.#record.page(queueId, after));
    }
    return asked.map(({ after }) => pages.get(after) as RecordPage);
  }
}
