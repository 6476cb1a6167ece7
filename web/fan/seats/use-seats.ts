import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ask, Refused } from '../../shared/api.ts';
import { jittered } from '../../shared/random.ts';
import type { Availability, Seat } from '../../shared/types.ts';
import { layOut, type Venue } from './venue/venue.ts';

/** The seats of a schedule and, live, which of them are taken. */
export interface Seats {
  venue: Venue;
  /** One state a seat: 0 free, 1 held, 2 sold. */
  states: string;
  /** Places left in each section. */
  left: number[];
  /** Asks now, and not in a while: something has just changed. */
  freshen: () => Promise<void>;
}

const EVERY_MILLISECONDS = 2_000;
const STATE_OF = { AVAILABLE: '0', HELD: '1', SOLD: '2' } as const;

/** Null while it loads. */
export function useSeats(
  concertId: number,
  concertScheduleId: number,
): { seats: Seats | null; refused: Refused | null; again: () => void } {
  const base = `/api/v1/concerts/${concertId}/schedules/${concertScheduleId}`;
  const [venue, setVenue] = useState<Venue | null>(null);
  const [taken, setTaken] = useState<Availability | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const load = useCallback(async () => {
    setRefused(null);
    try {
      const { items } = await ask<{ items: Seat[] }>(`${base}/seats`, { timeoutSeconds: 40 });
      setTaken(takenOf(items));
      setVenue(layOut(items));
    } catch (error) {
      setRefused(error instanceof Refused ? error : new Refused({}, 0));
    }
  }, [base]);
  useEffect(() => void load(), [load]);
  const freshen = useFreshTaken(base, venue !== null, setTaken);
  const seats = useMemo(() => {
    if (!venue || !taken) return null;
    return { venue, states: taken.states, left: leftOf(venue, taken), freshen };
  }, [venue, taken, freshen]);
  return { seats, refused, again: load };
}

/** Asks for what is taken every few seconds while the page is looked at. */
function useFreshTaken(base: string, on: boolean, setTaken: (taken: Availability) => void): () => Promise<void> {
  const latest = useRef(0);
  const freshen = useCallback(async () => {
    const mine = ++latest.current;
    const taken = await ask<Availability>(`${base}/availability`).catch(() => null);
    if (taken && mine === latest.current) setTaken(taken);
  }, [base, setTaken]);
  useEffect(() => {
    if (!on) return;
    let timer: ReturnType<typeof setTimeout>;
    const next = () => {
      timer = setTimeout(async () => {
        if (!document.hidden) await freshen();
        next();
      }, jittered(EVERY_MILLISECONDS));
    };
    next();
    return () => clearTimeout(timer);
  }, [on, freshen]);
  return freshen;
}

const takenOf = (items: readonly Seat[]): Availability => ({
  states: items.map(({ status }) => STATE_OF[status]).join(''),
  standing: items.filter(({ kind }) => kind === 'STANDING').map(({ seatId, remaining }) => ({ seatId, remaining })),
});

function leftOf({ seats, sections }: Venue, { states, standing }: Availability): number[] {
  const leftOfArea = new Map(standing.map(({ seatId, remaining }) => [seatId, remaining]));
  return sections.map((section) => {
    let left = 0;
    for (const { index } of section.seats) {
      if (section.kind === 'STANDING') left += leftOfArea.get(seats[index]?.seatId ?? 0) ?? 0;
      else if (states[index] === '0') left++;
    }
    return left;
  });
}
