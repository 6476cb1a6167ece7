import type { Consumer } from '../bus.ts';
import { type DomainEvent, RESERVATIONS, type ReservationPayload } from '../event.ts';
import type { RetrySchedule } from '../retry.ts';

/** One sale more (1) or one fewer (-1). */
export interface SaleChange {
  eventId: number;
  concertId: number;
  sold: 1 | -1;
}

export interface ConcertSales {
  concertId: number;
  sold: number;
}

export interface SalesRankingStore {
  /** Applies each event once, whatever comes again: the effect and its inbox row are one transaction. */
  apply(changes: readonly SaleChange[]): Promise<void>;
  best(most: number): Promise<ConcertSales[]>;
}

const RETRY: RetrySchedule = { maxAttempts: 8, firstDelayMilliseconds: 200, maxDelayMilliseconds: 30_000 };

/** Counts the confirmed reservations of each concert. */
export class SalesRanking implements Consumer {
  readonly name = 'sales-ranking';
  readonly topics = [RESERVATIONS];
  readonly batchSize = 500;
  readonly immediate = true;
  readonly retry: RetrySchedule;
  readonly #store: SalesRankingStore;

  constructor(store: SalesRankingStore, retry: RetrySchedule = RETRY) {
    this.#store = store;
    this.retry = retry;
  }

  async handle(events: readonly DomainEvent[]): Promise<(Error | null)[]> {
    const changes: SaleChange[] = [];
    const outcomes = events.map((event) => {
      const sold = saleOf(event);
      if (sold === 0) return null;
      const concertId = (event.payload as Partial<ReservationPayload> | null)?.concertId;
      if (!Number.isSafeInteger(concertId)) return new Error('payload.concertId is not a whole number');
      changes.push({ eventId: event.eventId, concertId: concertId as number, sold });
      return null;
    });
    if (changes.length > 0) await this.#store.apply(changes);
    return outcomes;
  }
}

function saleOf(event: DomainEvent): 1 | 0 | -1 {
  if (event.type === 'reservation.confirmed') return 1;
  if (event.type !== 'reservation.cancelled') return 0;
  return (event.payload as Partial<ReservationPayload> | null)?.previousStatus === 'CONFIRMED' ? -1 : 0;
}
