import { useEffect, useState } from 'preact/hooks';
import type { Reservation } from '../../shared/types.ts';
import { type SeatName, seatName } from './seat-names.ts';

/** What the seat of a reservation is called; null until it is known. */
export function useSeatName({ concertId, concertScheduleId, seatId }: Reservation): SeatName | null {
  const [name, setName] = useState<SeatName | null>(null);
  useEffect(() => {
    let over = false;
    seatName(concertId, concertScheduleId, seatId).then((found) => !over && setName(found));
    return () => {
      over = true;
    };
  }, [concertId, concertScheduleId, seatId]);
  return name;
}
