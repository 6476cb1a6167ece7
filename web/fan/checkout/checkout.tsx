import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { until, useSeconds } from '../../shared/clock.ts';
import { countdown, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import type { Reservation } from '../../shared/types.ts';
import { paths } from '../router.ts';
import { SeatNameText } from '../seats/seat-title.tsx';
import { LeaveDialog } from '../seats/slot-bar.tsx';
import type { Seats } from '../seats/use-seats.ts';
import { Link } from '../shell/link.tsx';
import { notify } from '../shell/notice.tsx';
import { explain, useTexts } from '../texts/index.ts';
import { nameOf } from '../tickets/seat-names.ts';
import { balance, cancel, loadReservations, pay } from './reservations.ts';
import { TopUp } from './top-up.tsx';

interface CheckoutProps {
  /** The fan's reservations of this schedule. */
  own: readonly Reservation[];
  seats: Seats;
  /** Something else has the fan's attention. */
  quiet: boolean;
}

/** A hold that has just run out is asked about a moment later, when the service is sure of it too. */
const LATE_MILLISECONDS = 700;

/** The seats that are held, each with its clock, and one button that pays them. */
export function Checkout({ own, seats, quiet }: CheckoutProps) {
  const held = own.filter(({ status }) => status === 'HELD');
  const bought = own.filter(({ status }) => status === 'CONFIRMED');
  return (
    <>
      {held.length > 0 && <Till held={held} seats={seats} />}
      {held.length === 0 && bought.length > 0 && !quiet && <Bought bought={bought} seats={seats} />}
    </>
  );
}

function Till({ held, seats }: { held: readonly Reservation[]; seats: Seats }) {
  const texts = useTexts();
  const now = useStore(language);
  const money = useStore(balance);
  const [paying, setPaying] = useState(false);
  const [refused, setRefused] = useState<Refused | null>(null);
  const total = held.reduce((sum, { price }) => sum + price, 0);
  const short = money === null ? 0 : Math.max(0, total - money);
  const payAll = async () => {
    setPaying(true);
    setRefused(null);
    try {
      for (const { reservationId } of held) await pay(reservationId);
    } catch (error) {
      setRefused(error instanceof Refused ? error : new Refused({}, 0));
      await loadReservations().catch(() => {});
    }
    setPaying(false);
  };
  return (
    <section class="card till" aria-labelledby="till-title">
      <h2 id="till-title">{texts.checkout.title}</h2>
      <ul class="held">
        {held.map((one) => (
          <HeldSeat key={one.reservationId} held={one} seats={seats} locked={paying} />
        ))}
      </ul>
      <dl class="sum">
        <div>
          <dt>{texts.checkout.balance}</dt>
          <dd>{money === null ? '–' : won(money, now)}</dd>
        </div>
        <div class="total">
          <dt>{texts.checkout.total}</dt>
          <dd>{won(total, now)}</dd>
        </div>
      </dl>
      {refused && (
        <p class="refused" role="alert">
          {explain(refused, texts)}
        </p>
      )}
      {short > 0 ? (
        <>
          <p class="quiet">{texts.checkout.short(won(short, now))}</p>
          <TopUp least={short} />
        </>
      ) : (
        <button type="button" class="button primary wide" disabled={paying} onClick={payAll}>
          {paying ? texts.checkout.paying : texts.checkout.pay(won(total, now))}
        </button>
      )}
    </section>
  );
}

function HeldSeat({ held, seats, locked }: { held: Reservation; seats: Seats; locked: boolean }) {
  const texts = useTexts();
  useSeconds();
  const seat = seats.venue.seats.find(({ seatId }) => seatId === held.seatId);
  const left = held.heldUntil === null ? 0 : until(held.heldUntil);
  useEffect(() => {
    if (held.heldUntil === null) return;
    const timer = setTimeout(() => void loadReservations().catch(() => {}), until(held.heldUntil) + LATE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [held.heldUntil]);
  const release = () =>
    cancel(held.reservationId)
      .then(() => seats.freshen())
      .catch((error) => notify(explain(error as Refused, texts)));
  return (
    <li>
      {seat && <SeatNameText name={nameOf(seat)} />}
      <span class={left === 0 ? 'held-left over' : 'held-left'}>
        {left === 0 ? texts.tickets.status.EXPIRED : `${texts.checkout.held} ${countdown(left)}`}
      </span>
      <button type="button" class="link" disabled={locked} onClick={release}>
        {texts.checkout.release}
      </button>
    </li>
  );
}

/** Bought: the way to the tickets, and to the door, so that the next fan gets in. */
function Bought({ bought, seats }: { bought: readonly Reservation[]; seats: Seats }) {
  const texts = useTexts();
  const [asking, setAsking] = useState(false);
  return (
    <section class="card bought">
      <h2>{texts.checkout.done}</h2>
      <ul class="held">
        {bought.map(({ reservationId, seatId }) => {
          const seat = seats.venue.seats.find((one) => one.seatId === seatId);
          return (
            <li key={reservationId}>
              {seat && <SeatNameText name={nameOf(seat)} />}
              <Link to={paths.ticket(reservationId)}>{texts.tickets.open}</Link>
            </li>
          );
        })}
      </ul>
      <button type="button" class="button quiet wide" onClick={() => setAsking(true)}>
        {texts.turn.leave}
      </button>
      {asking && <LeaveDialog onClose={() => setAsking(false)} />}
    </section>
  );
}
