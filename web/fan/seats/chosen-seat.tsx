import type { Refused } from '../../shared/api.ts';
import { won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { explain, useTexts } from '../texts/index.ts';
import { SeatTitle } from './seat-title.tsx';
import type { Seats } from './use-seats.ts';

interface ChosenSeatProps {
  seats: Seats;
  index: number;
  holding: boolean;
  refused: Refused | null;
  onHold: (index: number) => void;
  onClose: () => void;
}

/** The seat that the fan looks at, and the way to have it. */
export function ChosenSeat({ seats, index, holding, refused, onHold, onClose }: ChosenSeatProps) {
  const texts = useTexts();
  const now = useStore(language);
  const seat = seats.venue.seats[index];
  if (!seat) return null;
  const state = seats.states[index] ?? '0';
  const standing = seat.kind === 'STANDING';
  const free = state === '0';
  return (
    <section class="card chosen" aria-live="polite">
      <button type="button" class="close" aria-label={texts.app.close} onClick={onClose}>
        ×
      </button>
      <SeatTitle seat={seat} />
      <p class="price">{won(seat.price, now)}</p>
      {standing && <p class="quiet">{texts.seats.place}</p>}
      {!free && <p class="quiet">{state === '1' ? texts.seats.isHeld : texts.seats.isSold}</p>}
      {refused && (
        <p class="refused" role="alert">
          {explain(refused, texts)}
        </p>
      )}
      {free && (
        <button type="button" class="button primary wide" disabled={holding} onClick={() => onHold(index)}>
          {holding ? texts.seats.holding : standing ? texts.seats.holdStanding : texts.seats.hold}
        </button>
      )}
    </section>
  );
}
