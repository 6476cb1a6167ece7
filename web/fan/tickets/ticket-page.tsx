import { useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { Confirm } from '../../shared/dialog.tsx';
import { dateTime, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import type { Concert, Reservation } from '../../shared/types.ts';
import { hueOf, schedulesOf, titleOf, venueOf } from '../catalogue.ts';
import { cancel } from '../checkout/reservations.ts';
import { Poster } from '../concerts/poster.tsx';
import { place } from '../place/place.ts';
import { paths } from '../router.ts';
import { SeatNameText } from '../seats/seat-title.tsx';
import { LeaveDialog } from '../seats/slot-bar.tsx';
import { Link } from '../shell/link.tsx';
import { notify } from '../shell/notice.tsx';
import { explain, useTexts } from '../texts/index.ts';
import { Qr } from './qr.tsx';
import { useSeatName } from './use-seat-name.ts';

/** One ticket, to be shown at the entrance. */
export function TicketPage({ reservation, concert }: { reservation: Reservation | null; concert: Concert | null }) {
  const texts = useTexts();
  return (
    <main class="page narrow" id="main">
      <p>
        <Link to={paths.tickets} class="back">
          ← {texts.tickets.title}
        </Link>
      </p>
      {reservation ? (
        <Ticket reservation={reservation} concert={concert} />
      ) : (
        <h1 tabIndex={-1}>{texts.tickets.missing}</h1>
      )}
    </main>
  );
}

function Ticket({ reservation, concert }: { reservation: Reservation; concert: Concert | null }) {
  const texts = useTexts();
  const now = useStore(language);
  const name = useSeatName(reservation);
  const { reservationId, concertId, concertScheduleId, status, price, userId } = reservation;
  const schedules = useLoaded(() => schedulesOf(concertId), [concertId]);
  const schedule = schedules.value?.find((one) => one.concertScheduleId === concertScheduleId);
  const good = status === 'CONFIRMED';
  return (
    <article class={good ? 'ticket' : 'ticket void'} style={{ '--hue': String(concert ? hueOf(concert) : 165) }}>
      <div class="ticket-head">
        {concert && <Poster concert={concert} />}
        <div class="ticket-head-text">
          <h1 tabIndex={-1}>{concert ? titleOf(concert, now) : texts.app.loading}</h1>
          <p>{concert?.artist}</p>
        </div>
        {!good && <p class="ticket-void">{texts.tickets.status[status]}</p>}
      </div>
      <dl class="ticket-facts">
        <Fact term={texts.tickets.when}>{schedule ? dateTime(schedule.startsAt, now) : '–'}</Fact>
        <Fact term={texts.tickets.where}>{concert ? venueOf(concert, now) : '–'}</Fact>
        <Fact term={texts.tickets.seat}>{name ? <SeatNameText name={name} /> : '–'}</Fact>
        <Fact term={texts.tickets.holder}>{userId}</Fact>
        <Fact term={texts.tickets.price}>{won(price, now)}</Fact>
        <Fact term={texts.tickets.number}>
          <code>{reservationId.slice(0, 8).toUpperCase()}</code>
        </Fact>
      </dl>
      {good && (
        <div class="ticket-code">
          <Qr text={`jari:${reservationId}`} label={texts.tickets.qr} />
          <p>{texts.tickets.qr}</p>
        </div>
      )}
      {good && <TicketChoices reservation={reservation} />}
    </article>
  );
}

const Fact = ({ term, children }: { term: string; children: preact.ComponentChildren }) => (
  <div>
    <dt>{term}</dt>
    <dd>{children}</dd>
  </div>
);

function TicketChoices({ reservation }: { reservation: Reservation }) {
  const texts = useTexts();
  const now = useStore(language);
  const inside = useStore(place)?.status === 'ACTIVE';
  const [asking, setAsking] = useState<'cancel' | 'leave' | null>(null);
  const [busy, setBusy] = useState(false);
  const giveBack = async () => {
    setBusy(true);
    try {
      await cancel(reservation.reservationId);
      notify(texts.tickets.cancelled, 'good');
    } catch (error) {
      notify(explain(error instanceof Refused ? error : new Refused({}, 0), texts));
    }
    setBusy(false);
    setAsking(null);
  };
  return (
    <div class="ticket-choices">
      {inside && (
        <button type="button" class="button quiet wide" onClick={() => setAsking('leave')}>
          {texts.turn.leave}
        </button>
      )}
      <button type="button" class="link" onClick={() => setAsking('cancel')}>
        {texts.tickets.cancel}
      </button>
      {asking === 'leave' && <LeaveDialog onClose={() => setAsking(null)} />}
      {asking === 'cancel' && (
        <Confirm
          title={texts.tickets.cancelTitle}
          yes={texts.tickets.cancelYes}
          no={texts.tickets.cancelNo}
          grave
          busy={busy}
          onYes={giveBack}
          onNo={() => setAsking(null)}
        >
          <p>{texts.tickets.cancelText(won(reservation.price, now))}</p>
        </Confirm>
      )}
    </div>
  );
}
