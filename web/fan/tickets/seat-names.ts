import { ask } from '../../shared/api.ts';
import { remembered } from '../../shared/remembered.ts';
import type { Seat } from '../../shared/types.ts';
import { placeOf } from '../seats/venue/blocks.ts';

/** What a ticket says of its seat. */
export interface SeatName {
  section: string;
  /** Null for a standing place. */
  row: string | null;
  seat: string | null;
}

/** A reservation names its seat by id. What seats are called is kept here, as the venue's list is long. */
type Names = Record<string, SeatName>;
const KEY = 'seats';
const MOST_KEPT = 200;
const asked = new Map<number, Promise<Map<number, SeatName>>>();

export function nameOf({ label, section, kind }: Seat): SeatName {
  if (kind === 'STANDING') return { section, row: null, seat: null };
  const { row, number } = placeOf(label, 0);
  return { section, row: String(row), seat: String(number) };
}

export function rememberSeat(concertScheduleId: number, seat: Seat): void {
  const names = remembered.get<Names>(KEY) ?? {};
  names[`${concertScheduleId}/${seat.seatId}`] = nameOf(seat);
  remembered.set(KEY, Object.fromEntries(Object.entries(names).slice(-MOST_KEPT)));
}

/** What a seat is called: remembered, else looked up in the venue. Null when the venue doesn't know it (any more). */
export async function seatName(concertId: number, concertScheduleId: number, seatId: number): Promise<SeatName | null> {
  const known = remembered.get<Names>(KEY)?.[`${concertScheduleId}/${seatId}`];
  if (known) return known;
  let all = asked.get(concertScheduleId);
  if (!all) {
    all = allNames(concertId, concertScheduleId);
    asked.set(concertScheduleId, all);
  }
  return (await all.catch(() => null))?.get(seatId) ?? null;
}

async function allNames(concertId: number, concertScheduleId: number): Promise<Map<number, SeatName>> {
  const path = `/api/v1/concerts/${concertId}/schedules/${concertScheduleId}/seats`;
  try {
    const { items } = await ask<{ items: Seat[] }>(path, { timeoutSeconds: 40 });
    return new Map(items.map((seat) => [seat.seatId, nameOf(seat)]));
  } catch (error) {
    asked.delete(concertScheduleId);
    throw error;
  }
}
