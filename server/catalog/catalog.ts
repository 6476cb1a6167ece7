import { Cached } from '../lib/cached.ts';
import type { AvailabilityView, CatalogStore, ConcertRow, ScheduleView, SeatView } from './store.ts';

export interface ConcertView extends ConcertRow {
  sold: number;
  /** 1 is the best-selling; equal sales share a rank. */
  rank: number;
}

/** Sales a concert, from the consumer that counts them. */
export interface Sales {
  best(most: number): Promise<{ concertId: number; sold: number }[]>;
}

const LIMITS = { freshMilliseconds: 1_000, apartMilliseconds: 100 };
const MOST_CONCERTS = 10_000;

/** What is on sale. Answers may be a second old, but never older than the last sale of this process. */
export class Catalog {
  readonly #concerts: Cached<'all', ConcertView[]>;
  readonly #schedules: Cached<number, ScheduleView[] | null>;
  readonly #seats: Cached<string, SeatView[] | null>;
  readonly #availability: Cached<string, AvailabilityView | null>;

  constructor(store: CatalogStore, sales: Sales) {
    const ranked = async () => rank(await store.concerts(), await sales.best(MOST_CONCERTS));
    this.#concerts = new Cached(LIMITS, ranked);
    this.#schedules = new Cached(LIMITS, (concertId) => store.schedules(concertId));
    this.#seats = new Cached(LIMITS, (key) => store.seats(...idsOf(key)));
    this.#availability = new Cached(LIMITS, (key) => store.availability(...idsOf(key)));
  }

  /** Best-selling first. */
  concerts(): Promise<ConcertView[]> {
    return this.#concerts.get('all');
  }

  /** Null when there is no such concert. */
  schedules(concertId: number): Promise<ScheduleView[] | null> {
    return this.#schedules.get(concertId);
  }

  /** Null when the concert has no such schedule. */
  seats(concertId: number, scheduleId: number): Promise<SeatView[] | null> {
    return this.#seats.get(`${concertId}/${scheduleId}`);
  }

  /** What of {@link seats} changes, at most a second old. Null when the concert has no such schedule. */
  availability(concertId: number, scheduleId: number): Promise<AvailabilityView | null> {
    return this.#availability.get(`${concertId}/${scheduleId}`);
  }

  /** A seat was taken or came back: what is remembered is old. */
  sold(): void {
    this.#schedules.makeStale();
    this.#seats.makeStale();
  }
}

const idsOf = (key: string) => key.split('/').map(Number) as [number, number];

function rank(concerts: readonly ConcertRow[], best: readonly { concertId: number; sold: number }[]): ConcertView[] {
  const soldOf = new Map(best.map(({ concertId, sold }) => [concertId, sold]));
  const sorted = concerts
    .map((concert) => ({ ...concert, sold: soldOf.get(concert.concertId) ?? 0 }))
    .sort((a, b) => b.sold - a.sold || a.concertId - b.concertId);
  return sorted.map((concert) => ({ ...concert, rank: sorted.findIndex(({ sold }) => sold === concert.sold) + 1 }));
}
