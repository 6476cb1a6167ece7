import { dateTime, number, won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import type { Concert, Schedule } from '../../shared/types.ts';
import { concerts, hueOf, schedulesOf, titleOf, venueOf } from '../catalogue.ts';
import { entering, joinLine } from '../place/entering.ts';
import { waitRange } from '../place/estimate.ts';
import { useOverview } from '../place/overview.ts';
import { place } from '../place/place.ts';
import { waitText } from '../place/wait-text.ts';
import { go, paths } from '../router.ts';
import { Link } from '../shell/link.tsx';
import { useTitle } from '../shell/title.ts';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { Poster } from './poster.tsx';

/** One concert, its dates, and the way into the line. */
export function ConcertPage({ concertId }: { concertId: number }) {
  const texts = useTexts();
  const now = useStore(language);
  const all = useLoaded(concerts, []);
  const schedules = useLoaded(() => schedulesOf(concertId), [concertId]);
  const concert = all.value?.find((one) => one.concertId === concertId) ?? null;
  useTitle(concert ? titleOf(concert, now) : texts.concerts.title);
  if (all.value && !concert) return <Missing />;
  return (
    <main class="page concert" id="main" style={{ '--hue': String(concert ? hueOf(concert) : 165) }}>
      <div class="concert-poster">{concert ? <Poster concert={concert} /> : <div class="bone bone-poster" />}</div>
      <div class="concert-text">
        <h1 tabIndex={-1}>{concert ? titleOf(concert, now) : texts.app.loading}</h1>
        {concert && (
          <p class="concert-facts">
            <span>{concert.artist}</span>
            <span>{venueOf(concert, now)}</span>
          </p>
        )}
        <h2>{texts.concert.schedules}</h2>
        {schedules.refused && <Trouble refused={schedules.refused} again={schedules.again} />}
        <ul class="schedules">
          {schedules.value?.map((schedule) => (
            <ScheduleRow key={schedule.concertScheduleId} schedule={schedule} />
          ))}
        </ul>
        {concert && <Door concert={concert} all={all.value ?? []} />}
      </div>
    </main>
  );
}

function ScheduleRow({ schedule }: { schedule: Schedule }) {
  const texts = useTexts();
  const now = useStore(language);
  const mine = useStore(place);
  const way = useStore(entering);
  const { concertId, concertScheduleId, startsAt, capacity, remaining, priceFrom, priceTo } = schedule;
  const join = async () => {
    const to = paths.door(concertId, concertScheduleId);
    go(to);
    if (!mine || mine.concertScheduleId !== concertScheduleId) await joinLine(concertId, concertScheduleId);
  };
  const price = priceFrom === priceTo ? won(priceFrom, now) : `${won(priceFrom, now)} – ${won(priceTo, now)}`;
  return (
    <li class="schedule">
      <div class="schedule-text">
        <strong>
          <time dateTime={startsAt}>{dateTime(startsAt, now)}</time>
        </strong>
        <span>{price}</span>
        <span class="schedule-left">
          <meter class="left-meter" min={0} max={capacity} value={remaining} aria-hidden="true" />
          {remaining > 0 ? texts.concert.left(number(remaining, now), number(capacity, now)) : texts.concert.soldOut}
        </span>
      </div>
      <button type="button" class="button primary" onClick={join} disabled={way.state === 'asking'}>
        {mine?.concertScheduleId === concertScheduleId ? texts.concert.rejoin : texts.concert.join}
      </button>
    </li>
  );
}

/** How it is at the door right now, before anybody decides to stand in line. */
function Door({ concert, all }: { concert: Concert; all: readonly Concert[] }) {
  const texts = useTexts();
  const now = useStore(language);
  const mine = useStore(place);
  const overview = useOverview();
  if (mine) {
    if (mine.concertId === concert.concertId) return null;
    const other = all.find((one) => one.concertId === mine.concertId);
    return other ? <p class="door-note">{texts.concert.inAnotherLine(titleOf(other, now))}</p> : null;
  }
  if (!overview) return null;
  const { waiting, active, cap, state, estimatedWaitSeconds } = overview;
  if (state !== 'OPEN') return <p class="door-note">{texts.concert.door.paused}</p>;
  if (waiting === 0 && active < cap) return <p class="door-note">{texts.concert.door.free}</p>;
  const wait = waitText(waitRange(estimatedWaitSeconds, [], Date.now()), texts, now);
  return <p class="door-note">{texts.concert.door.busy(number(waiting, now), wait)}</p>;
}

function Missing() {
  const texts = useTexts();
  return (
    <main class="page narrow" id="main">
      <h1 tabIndex={-1}>{texts.concert.missing}</h1>
      <Link to={paths.concerts} class="button primary">
        {texts.concert.allConcerts}
      </Link>
    </main>
  );
}
