import { until, useSeconds } from '../../shared/clock.ts';
import { countdown, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { isToBeDrawn, place } from '../place/place.ts';
import { paths, type Route, route } from '../router.ts';
import { useTexts } from '../texts/index.ts';
import { Link } from './link.tsx';

export function Header() {
  const texts = useTexts();
  const here = useStore(route);
  const current = (page: Route['page']) => (here.page === page ? ('page' as const) : undefined);
  return (
    <header class="bar">
      <a class="skip" href="#main">
        {texts.app.skip}
      </a>
      <Link to={paths.concerts} class="brand">
        자리 <small>jari</small>
        <span class="unseen">{texts.app.concerts}</span>
      </Link>
      <PlaceChip here={here} />
      <nav class="bar-links">
        <Link to={paths.tickets} aria-current={current('tickets')}>
          {texts.app.tickets}
        </Link>
        <Link to={paths.me} aria-current={current('me')}>
          {texts.app.me}
        </Link>
      </nav>
    </header>
  );
}

/** The fan's place, wherever they look meanwhile. */
function PlaceChip({ here }: { here: Route }) {
  const now = useStore(place);
  if (!now || here.page === 'door') return null;
  const to = paths.door(now.concertId, now.concertScheduleId);
  return now.status === 'ACTIVE' ? (
    <InsideChip to={to} expiresAt={now.expiresAt} />
  ) : (
    <WaitingChip to={to} position={isToBeDrawn(now) ? null : now.position} />
  );
}

/** @param position null before a draw */
function WaitingChip({ to, position }: { to: string; position: number | null }) {
  const texts = useTexts();
  const now = useStore(language);
  const where = position === null ? texts.line.draw.chip : number(position, now);
  return (
    <Link to={to} class="chip" aria-label={`${texts.concert.rejoin}: ${where}`}>
      <span class="chip-dot" aria-hidden="true" />
      {where}
    </Link>
  );
}

function InsideChip({ to, expiresAt }: { to: string; expiresAt: string | null }) {
  const texts = useTexts();
  useSeconds();
  return (
    <Link to={to} class="chip turn">
      {texts.turn.title}
      {expiresAt && <b>{countdown(until(expiresAt))}</b>}
    </Link>
  );
}
