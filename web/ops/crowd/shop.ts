import type { Concert, Schedule, Seat } from '../../shared/types.ts';
import { fetchJson } from './requests.ts';

/** Seats to choose from, of one date. */
interface Shelf {
  concertId: number;
  concertScheduleId: number;
  seatIds: number[];
}

/** Some concerts draw more people than others. */
const DRAW = [5, 3, 2, 4];

/** What made-up people buy: some seat of some concert, mostly in front. */
export class Shop {
  readonly #shelves: { shelf: Shelf; draw: number }[] = [];

  async open(): Promise<void> {
    const concerts = (await fetchJson<{ items: Concert[] }>('GET', '/api/v1/concerts'))?.items ?? [];
    for (const [i, { concertId }] of concerts.sort((a, b) => a.concertId - b.concertId).entries()) {
      const path = `/api/v1/concerts/${concertId}/schedules`;
      for (const { concertScheduleId } of (await fetchJson<{ items: Schedule[] }>('GET', path))?.items ?? []) {
        const seats = await fetchJson<{ items: Seat[] }>('GET', `${path}/${concertScheduleId}/seats`);
        const seatIds = (seats?.items ?? []).filter(({ status }) => status === 'AVAILABLE').map(({ seatId }) => seatId);
        if (seatIds.length === 0) continue;
        this.#shelves.push({ shelf: { concertId, concertScheduleId, seatIds }, draw: DRAW[i % DRAW.length] as number });
      }
    }
  }

  /** A wish; null when there is nothing to buy. */
  pick(): { concertId: number; concertScheduleId: number; seatId: number } | null {
    const all = this.#shelves.reduce((sum, { draw }) => sum + draw, 0);
    let at = Math.random() * all;
    for (const { shelf, draw } of this.#shelves) {
      at -= draw;
      if (at > 0) continue;
      const { seatIds, ...of } = shelf;
      return { ...of, seatId: seatIds[Math.floor(Math.random() ** 1.7 * seatIds.length)] as number };
    }
    return null;
  }
}
