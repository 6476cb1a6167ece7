import { won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { SeatTitle } from './seat-title.tsx';
import type { Lost } from './use-choosing.ts';
import type { Seats } from './use-seats.ts';

interface LostRaceProps {
  seats: Seats;
  lost: Lost;
  onTake: (index: number) => void;
  onClose: () => void;
}

/** Somebody was quicker: one calm line, and the nearest free seats, each one tap away. */
export function LostRace({ seats, lost, onTake, onClose }: LostRaceProps) {
  const texts = useTexts();
  const now = useStore(language);
  return (
    <section class="card lost" aria-live="polite">
      <button type="button" class="close" aria-label={texts.app.close} onClick={onClose}>
        ×
      </button>
      <p class="lost-line">{texts.seats.taken}</p>
      {lost.offers.length === 0 ? (
        <p class="quiet">{texts.seats.soldOut}</p>
      ) : (
        <>
          <p class="quiet">{texts.seats.takenMore}</p>
          <ul class="offers">
            {lost.offers.map((index) => {
              const seat = seats.venue.seats[index];
              return (
                seat && (
                  <li key={index}>
                    <button type="button" class="offer" onClick={() => onTake(index)}>
                      <SeatTitle seat={seat} />
                      <span>{won(seat.price, now)}</span>
                    </button>
                  </li>
                )
              );
            })}
          </ul>
        </>
      )}
    </section>
  );
}
