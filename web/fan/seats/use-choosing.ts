import { useCallback, useMemo, useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import type { Reservation } from '../../shared/types.ts';
import { hold } from '../checkout/reservations.ts';
import { end } from '../place/place.ts';
import type { Seats } from './use-seats.ts';
import { nearestFree } from './venue/nearest.ts';

/** A seat that somebody else got first, and what is free around it. */
export interface Lost {
  index: number;
  offers: number[];
}

export type Look = { section: number } | { seat: number };

const OFFERS = 4;

/** Choosing a seat and trying to get it. */
export function useChoosing(seats: Seats, concertId: number, concertScheduleId: number, own: readonly Reservation[]) {
  const { venue, freshen } = seats;
  const [chosen, setChosen] = useState<number | null>(null);
  const [lost, setLost] = useState<Lost | null>(null);
  const [holding, setHolding] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const [look, show] = useState<Look | null>(null);
  const mine = useMine(seats, own);

  const choose = useCallback((index: number | null) => {
    setRefused(null);
    setLost(null);
    setChosen(index);
  }, []);
  const close = useCallback(() => choose(null), [choose]);

  const take = async (index: number) => {
    const seat = venue.seats[index];
    if (!seat || holding) return;
    setHolding(true);
    setRefused(null);
    try {
      await hold(concertId, concertScheduleId, seat);
      choose(null);
    } catch (error) {
      const why = error instanceof Refused ? error : new Refused({}, 0);
      if (why.code === 'NOT_ADMITTED') end('expired');
      if (why.code === 'SEAT_TAKEN') {
        // The one that was lost still counts as free in what we know; it is left out by being the one itself.
        const offers = nearestFree(
          venue,
          index,
          (other) => seats.states[other] === '0' && !mine.includes(other),
          OFFERS,
        );
        setChosen(null);
        setLost({ index, offers });
        if (offers[0] !== undefined) show({ seat: index });
      } else {
        setLost(null);
        setChosen(index);
        setRefused(why);
      }
    } finally {
      setHolding(false);
      void freshen();
    }
  };
  const offers = useMemo(
    () => lost && { ...lost, offers: lost.offers.filter((one) => seats.states[one] === '0') },
    [lost, seats.states],
  );
  return { chosen, lost: offers, holding, refused, look, mine, choose, close, take, show };
}

/** The fan's own seats, held or bought, by index. */
function useMine({ venue }: Seats, own: readonly Reservation[]): number[] {
  const indexOf = useMemo(() => new Map(venue.seats.map(({ seatId }, index) => [seatId, index])), [venue]);
  return useMemo(
    () =>
      own
        .filter(({ status }) => status === 'HELD' || status === 'CONFIRMED')
        .map(({ seatId }) => indexOf.get(seatId))
        .filter((index) => index !== undefined),
    [own, indexOf],
  );
}
