import { useMemo, useState } from 'preact/hooks';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import { concerts, hueOf, titleOf } from '../catalogue.ts';
import { Checkout } from '../checkout/checkout.tsx';
import { useReservations } from '../checkout/reservations.ts';
import type { PlaceState } from '../place/place.ts';
import { ReceiptNote } from '../place/receipt-note.tsx';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { ChosenSeat } from './chosen-seat.tsx';
import { LostRace } from './lost-race.tsx';
import { SeatList } from './seat-list.tsx';
import { SeatMap } from './seat-map.tsx';
import { SlotBar } from './slot-bar.tsx';
import { useChoosing } from './use-choosing.ts';
import { type Seats, useSeats } from './use-seats.ts';

interface SeatsPageProps {
  place: PlaceState;
  concertId: number;
  concertScheduleId: number;
}

/** Inside: the seat map, the seat that is looked at, what is held, and the till. */
export function SeatsPage({ place, concertId, concertScheduleId }: SeatsPageProps) {
  const texts = useTexts();
  const now = useStore(language);
  const all = useLoaded(concerts, []);
  const { seats, refused, again } = useSeats(concertId, concertScheduleId);
  const concert = all.value?.find((one) => one.concertId === concertId);
  return (
    <main class="inside" id="main" style={{ '--hue': String(concert ? hueOf(concert) : 165) }}>
      <SlotBar place={place} title={concert ? titleOf(concert, now) : texts.seats.title} />
      {refused && <Trouble refused={refused} again={again} />}
      {!seats && !refused && <p class="map-loading">{texts.seats.loading}</p>}
      {seats && <Hall place={place} seats={seats} concertId={concertId} concertScheduleId={concertScheduleId} />}
    </main>
  );
}

function Hall({ place, seats, concertId, concertScheduleId }: SeatsPageProps & { seats: Seats }) {
  const texts = useTexts();
  const [asList, setAsList] = useState(false);
  const { items } = useReservations();
  const own = useMemo(
    () => (items ?? []).filter((one) => one.concertScheduleId === concertScheduleId),
    [items, concertScheduleId],
  );
  const choosing = useChoosing(seats, concertId, concertScheduleId, own);
  const { mine, chosen, lost, look, choose, show } = choosing;
  const offered = lost?.offers;
  const marks = useMemo(() => ({ mine, chosen, offered: offered ?? [] }), [mine, chosen, offered]);
  const area = (section: number) => {
    const at = seats.venue.sections[section];
    if (at?.kind === 'STANDING') choose(at.seats[0]?.index ?? null);
    else show({ section });
  };
  const list = { seats, mine, onSeat: choose, onArea: area };
  return (
    <div class="hall">
      <div class="hall-map">
        <div class="tabs">
          <button type="button" aria-pressed={!asList} onClick={() => setAsList(false)}>
            {texts.seats.map}
          </button>
          <button type="button" aria-pressed={asList} onClick={() => setAsList(true)}>
            {texts.seats.list}
          </button>
        </div>
        {asList ? (
          <SeatList {...list} withSeats />
        ) : (
          <SeatMap seats={seats} marks={marks} look={look} onSeat={choose} onArea={area} />
        )}
      </div>
      <div class="panel">
        {lost && <LostRace seats={seats} lost={lost} onTake={choosing.take} onClose={choosing.close} />}
        {chosen !== null && !lost && (
          <ChosenSeat
            seats={seats}
            index={chosen}
            holding={choosing.holding}
            refused={choosing.refused}
            onHold={choosing.take}
            onClose={choosing.close}
          />
        )}
        <Checkout own={own} seats={seats} quiet={chosen !== null || lost !== null} />
        {chosen === null && !lost && own.every(({ status }) => status !== 'HELD') && (
          <p class="hint">{texts.seats.hint}</p>
        )}
        {!asList && (
          <details class="panel-sections" open={matchMedia('(min-width: 900px)').matches}>
            <summary>{texts.seats.sections}</summary>
            <SeatList {...list} withSeats={false} />
          </details>
        )}
        <ReceiptNote place={place} />
      </div>
    </div>
  );
}
