import { day, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import type { Concert, Reservation } from '../../shared/types.ts';
import { concerts, hueOf, titleOf } from '../catalogue.ts';
import { useReservations } from '../checkout/reservations.ts';
import { Poster } from '../concerts/poster.tsx';
import { paths } from '../router.ts';
import { SeatNameText } from '../seats/seat-title.tsx';
import { Link } from '../shell/link.tsx';
import { useTitle } from '../shell/title.ts';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { TicketPage } from './ticket-page.tsx';
import { useSeatName } from './use-seat-name.ts';

/** All the fan has, or one of them in full. */
export function TicketsPage({ reservationId }: { reservationId: string | null }) {
  const texts = useTexts();
  const { items, refused, again } = useReservations();
  const all = useLoaded(concerts, []);
  useTitle(texts.tickets.title);
  const concertOf = ({ concertId }: Reservation) => all.value?.find((one) => one.concertId === concertId) ?? null;
  if (reservationId !== null && items) {
    const found = items.find((one) => one.reservationId === reservationId);
    return <TicketPage reservation={found ?? null} concert={found ? concertOf(found) : null} />;
  }
  const having = (statuses: readonly string[]) => (items ?? []).filter(({ status }) => statuses.includes(status));
  const groups = [
    { title: texts.tickets.held, of: having(['HELD']) },
    { title: texts.tickets.upcoming, of: having(['CONFIRMED']) },
    { title: texts.tickets.past, of: having(['CANCELLED', 'EXPIRED']) },
  ].filter(({ of }) => of.length > 0);
  return (
    <main class="page narrow" id="main" aria-busy={items === null && !refused}>
      <h1 tabIndex={-1}>{texts.tickets.title}</h1>
      {refused && <Trouble refused={refused} again={again} />}
      {items?.length === 0 && (
        <div class="empty">
          <p>{texts.tickets.none}</p>
          <Link to={paths.concerts} class="button primary">
            {texts.concert.allConcerts}
          </Link>
        </div>
      )}
      {groups.map(({ title, of }) => (
        <section key={title}>
          <h2 class="group-title">{title}</h2>
          <ul class="stubs">
            {of.map((one) => (
              <Stub key={one.reservationId} reservation={one} concert={concertOf(one)} />
            ))}
          </ul>
        </section>
      ))}
    </main>
  );
}

function Stub({ reservation, concert }: { reservation: Reservation; concert: Concert | null }) {
  const texts = useTexts();
  const now = useStore(language);
  const name = useSeatName(reservation);
  const { reservationId, status, price, confirmedAt, concertId, concertScheduleId } = reservation;
  const released = status === 'CANCELLED' && confirmedAt === null;
  const to = status === 'HELD' ? paths.door(concertId, concertScheduleId) : paths.ticket(reservationId);
  return (
    <li class={`stub ${status.toLowerCase()}`} style={{ '--hue': String(concert ? hueOf(concert) : 165) }}>
      <Link to={to} class="stub-link">
        <span class="stub-poster">{concert && <Poster concert={concert} />}</span>
        <span class="stub-text">
          <strong>{concert ? titleOf(concert, now) : '–'}</strong>
          {name && <SeatNameText name={name} />}
          <span class="quiet">
            {concert?.firstStartsAt ? `${day(concert.firstStartsAt, now)} · ` : ''}
            {won(price, now)}
          </span>
        </span>
        <span class="stub-status">{released ? texts.tickets.released : texts.tickets.status[status]}</span>
      </Link>
    </li>
  );
}
