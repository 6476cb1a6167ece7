import type { Seat } from '../../shared/types.ts';
import { useTexts } from '../texts/index.ts';
import { nameOf, type SeatName } from '../tickets/seat-names.ts';

/** Section, row and seat. */
export function SeatTitle({ seat }: { seat: Seat }) {
  return <SeatNameText name={nameOf(seat)} />;
}

export function SeatNameText({ name }: { name: SeatName }) {
  const texts = useTexts();
  if (name.row === null || name.seat === null) {
    return <strong class="seat-title">{texts.seats.standing(name.section)}</strong>;
  }
  return (
    <strong class="seat-title">
      <span>{texts.seats.section(name.section)}</span> <span>{texts.seats.row(name.row)}</span>{' '}
      <span>{texts.seats.seat(name.seat)}</span>
    </strong>
  );
}
