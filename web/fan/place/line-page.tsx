import { useEffect, useRef, useState } from 'preact/hooks';
import { Confirm } from '../../shared/dialog.tsx';
import { clockTime, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { notify } from '../shell/notice.tsx';
import { useTexts } from '../texts/index.ts';
import { useDraw } from './draw.ts';
import { ToBeDrawn } from './draw-note.tsx';
import { progress, waitRange } from './estimate.ts';
import { connection } from './hearing.ts';
import { useOverview } from './overview.ts';
import { isToBeDrawn, leave, type PlaceState } from './place.ts';
import { ReceiptNote } from './receipt-note.tsx';
import { RollingNumber } from './rolling-number.tsx';
import { allowSound, chime, chimes, setChimes } from './turn.ts';
import { waitText } from './wait-text.ts';

/** The line: where the fan is, how long it may take, and that nothing they do costs them their place. */
export function LinePage({ place }: { place: PlaceState }) {
  const texts = useTexts();
  const now = useStore(language);
  const overview = useOverview(place.queueId);
  const shut = overview !== null && overview.state !== 'OPEN';
  const checked = useDraw(place, overview?.state);
  const toBeDrawn = isToBeDrawn(place);
  const { position, startPosition, etaSeconds, seen } = place;
  const before = position - 1;
  const done = progress(startPosition, position);
  const wait = waitText(waitRange(etaSeconds, seen, Date.now()), texts, now);
  const behind = overview ? Math.max(0, overview.waiting - position) : null;
  return (
    <section class="line" aria-labelledby="line-title">
      <h1 id="line-title" tabIndex={-1} class="line-title">
        {texts.line.title}
      </h1>
      {toBeDrawn ? (
        <ToBeDrawn waiting={position} commitment={place.draw?.commitment ?? ''} />
      ) : (
        <>
          <Before before={before} />
          <Way done={done} />
          <Facts wait={wait} behind={behind} shut={shut} />
        </>
      )}
      {checked && <p class={`line-checked ${checked}`}>{texts.line.draw.checked[checked]}</p>}
      <Announcer
        text={
          toBeDrawn ? texts.line.draw.title : texts.line.announce(number(before, now), shut ? texts.line.paused : wait)
        }
      />
      <ConnectionNote heardAt={place.heardAt} />
      <Steps />
      <ReceiptNote place={place} />
      <LineChoices />
    </section>
  );
}

/** How many are before the fan. */
function Before({ before }: { before: number }) {
  const texts = useTexts();
  return (
    <div class="line-place">
      {before > 0 ? (
        <>
          <RollingNumber value={before} />
          <p class="line-before">{texts.line.before}</p>
        </>
      ) : (
        <>
          <p class="line-next">{texts.line.next}</p>
          <p class="line-before">{texts.line.nextNote}</p>
        </>
      )}
    </div>
  );
}

/** What the fan can expect; or that the doors are shut. */
function Facts({ wait, behind, shut }: { wait: string; behind: number | null; shut: boolean }) {
  const texts = useTexts();
  const now = useStore(language);
  return shut ? (
    <div class="line-shut" role="status">
      <strong>{texts.line.paused}</strong>
      <span>{texts.line.pausedNote}</span>
    </div>
  ) : (
    <dl class="line-facts">
      <div>
        <dt>{texts.line.wait}</dt>
        <dd>{wait}</dd>
      </div>
      <div>
        <dt>{texts.line.behind}</dt>
        <dd>{behind === null ? '–' : texts.line.people(number(behind, now))}</dd>
      </div>
    </dl>
  );
}

/** The way to the door, with the fan on it. */
function Way({ done }: { done: number }) {
  const texts = useTexts();
  const percent = Math.floor(done * 100);
  return (
    <div
      class="way"
      role="progressbar"
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-label={texts.line.progress(percent)}
      style={{ '--done': String(done) }}
    >
      <span class="way-done" />
      <span class="way-fan" />
      <span class="way-door" />
    </div>
  );
}

function ConnectionNote({ heardAt }: { heardAt: number }) {
  const texts = useTexts();
  const now = useStore(language);
  const state = useStore(connection);
  return (
    <p class={`connection ${state}`}>
      <span class="connection-dot" aria-hidden="true" />
      {texts.line.connection[state]}
      {state !== 'live' && <span> · {texts.line.asOf(clockTime(heardAt, now))}</span>}
    </p>
  );
}

function Steps() {
  const { steps } = useTexts().line;
  return (
    <div class="steps">
      <h2>{steps.title}</h2>
      <ol>
        <li aria-current="step">{steps.wait}</li>
        <li>{steps.enter}</li>
        <li>{steps.seat}</li>
      </ol>
    </div>
  );
}

function LineChoices() {
  const texts = useTexts();
  const withSound = useStore(chimes);
  const [asking, setAsking] = useState(false);
  const give = () =>
    leave().then(
      () => setAsking(false),
      () => {
        setAsking(false);
        notify(texts.refusals.OFFLINE);
      },
    );
  return (
    <div class="line-choices">
      <label class="check">
        <input
          type="checkbox"
          checked={withSound}
          onChange={(event) => {
            allowSound();
            setChimes(event.currentTarget.checked);
          }}
        />
        {texts.line.sound}
      </label>
      <button
        type="button"
        class="link"
        onClick={() => {
          allowSound();
          chime();
        }}
      >
        {texts.line.soundTest}
      </button>
      <button type="button" class="link" onClick={() => setAsking(true)}>
        {texts.line.leave}
      </button>
      {asking && (
        <Confirm
          title={texts.line.leaveTitle}
          yes={texts.line.leaveYes}
          no={texts.line.leaveNo}
          grave
          onYes={give}
          onNo={() => setAsking(false)}
        >
          <p>{texts.line.leaveText}</p>
        </Confirm>
      )}
    </div>
  );
}

const SPOKEN_APART_MILLISECONDS = 20_000;

/** Tells screen readers where the fan is: at once, then every twenty seconds, not at every step. */
function Announcer({ text }: { text: string }) {
  const [spoken, setSpoken] = useState(text);
  const lastAt = useRef(Date.now());
  useEffect(() => {
    const wait = Math.max(0, lastAt.current + SPOKEN_APART_MILLISECONDS - Date.now());
    const timer = setTimeout(() => {
      lastAt.current = Date.now();
      setSpoken(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="unseen" role="status" aria-live="polite">
      {spoken}
    </p>
  );
}
