import { useEffect, useState } from 'preact/hooks';
import { useSeconds } from '../../shared/clock.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import { concerts, hueOf, titleOf } from '../catalogue.ts';
import { paths } from '../router.ts';
import { Link } from '../shell/link.tsx';
import { useTitle } from '../shell/title.ts';
import { Trouble } from '../shell/trouble.tsx';
import { useTexts } from '../texts/index.ts';
import { type Entering, entering, joinLine } from './entering.ts';
import { LinePage } from './line-page.tsx';
import { ended, place } from './place.ts';
import { ReceiptNote } from './receipt-note.tsx';

interface DoorProps {
  concertId: number;
  concertScheduleId: number;
}

type SeatsPage = typeof import('../seats/seats-page.tsx').SeatsPage;
const loadSeatsPage = () => import('../seats/seats-page.tsx').then((module) => module.SeatsPage);

/** The way to a seat: the line while the fan waits, the hall when it is their turn, and a way back in when it is over. */
export function DoorPage({ concertId, concertScheduleId }: DoorProps) {
  const now = useStore(place);
  const SeatsPage = useSeatsPage(now?.status === 'ACTIVE');
  if (now?.status === 'ACTIVE' && SeatsPage) {
    return <SeatsPage place={now} concertId={concertId} concertScheduleId={concertScheduleId} />;
  }
  return (
    <Frame concertId={concertId}>
      {now === undefined || now?.status === 'ACTIVE' ? (
        <Waiting />
      ) : now === null ? (
        <NoPlace concertId={concertId} concertScheduleId={concertScheduleId} />
      ) : (
        <LinePage place={now} />
      )}
    </Frame>
  );
}

/** The hall's code: fetched while the fan waits, so that it is there when the door opens. */
function useSeatsPage(needed: boolean): SeatsPage | null {
  const [loaded, setLoaded] = useState<{ page: SeatsPage } | null>(null);
  // Needed now, and not there: try again
  useEffect(() => {
    let over = false;
    loadSeatsPage().then(
      (page) => !over && setLoaded({ page }),
      () => {},
    );
    return () => {
      over = true;
    };
  }, [needed]);
  return loaded?.page ?? null;
}

function Frame({ concertId, children }: { concertId: number; children: preact.ComponentChildren }) {
  const now = useStore(language);
  const all = useLoaded(concerts, []);
  const concert = all.value?.find((one) => one.concertId === concertId);
  useTitle(concert ? titleOf(concert, now) : '');
  return (
    <main class="page narrow door" id="main" style={{ '--hue': String(concert ? hueOf(concert) : 165) }}>
      <p class="door-concert">
        <Link to={paths.concert(concertId)}>{concert ? titleOf(concert, now) : ' '}</Link>
      </p>
      {children}
    </main>
  );
}

function Waiting() {
  const texts = useTexts();
  return (
    <section class="line" aria-busy="true">
      <h1 tabIndex={-1} class="line-title">
        {texts.line.entering}
      </h1>
      <div class="bone bone-number" />
    </section>
  );
}

/** What the browser is busy with, and that it ends. */
function Calculating() {
  const texts = useTexts();
  return (
    <section class="line" aria-busy="true">
      <h1 tabIndex={-1} class="line-title">
        {texts.line.calculating}
      </h1>
      <p class="lead" role="status">
        {texts.line.calculatingNote}
      </p>
      <div class="bone bone-number" />
    </section>
  );
}

/** No place (any more): why, and how to get one. */
function NoPlace({ concertId, concertScheduleId }: DoorProps) {
  const texts = useTexts();
  const way = useStore(entering);
  const why = useStore(ended);
  if (way.state === 'asking') return <Waiting />;
  if (way.state === 'calculating') return <Calculating />;
  if (way.state === 'crowded') return <Crowded way={way} />;
  const over = why === 'expired';
  return (
    <section class="line">
      <h1 tabIndex={-1}>{over ? texts.over.title : texts.over.lost}</h1>
      <p class="lead">{over ? texts.over.text : texts.over.lostText}</p>
      {way.state === 'refused' && <Trouble refused={way.refused} />}
      <button type="button" class="button primary wide" onClick={() => void joinLine(concertId, concertScheduleId)}>
        {over ? texts.over.again : texts.concert.join}
      </button>
      <ReceiptNote place={null} />
    </section>
  );
}

function Crowded({ way }: { way: Entering & { state: 'crowded' } }) {
  const texts = useTexts();
  useSeconds();
  const seconds = Math.max(1, Math.ceil((way.againAt - Date.now()) / 1_000));
  return (
    <section class="line" aria-busy="true">
      <h1 tabIndex={-1} class="line-title">
        {texts.line.entering}
      </h1>
      <p class="lead" role="status">
        {texts.line.crowded(seconds)}
      </p>
    </section>
  );
}
