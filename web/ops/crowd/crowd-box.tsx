import { useState } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { useCrowd } from './use-crowd.ts';

const CROWDS = [100, 300, 1_000, 5_000];

/** Sends made-up people in, so that a newcomer sees the line work. */
export function CrowdBox() {
  const texts = useTexts().crowd;
  const now = useStore(language);
  const [people, setPeople] = useState(300);
  const [stay, setStay] = useState(6);
  const { run, report, leaving, enter, goHome } = useCrowd();
  const counts = report && (['waiting', 'inside', 'bought', 'gone', 'failed'] as const);
  const names = {
    waiting: texts.left,
    inside: texts.inside,
    bought: texts.bought,
    gone: texts.gone,
    failed: texts.failed,
  };
  return (
    <section class="box crowd" aria-labelledby="crowd-title">
      <h2 id="crowd-title">{texts.title}</h2>
      <p class="quiet">
        {texts.text}{' '}
        <a href="/" target="_blank" rel="noreferrer">
          {texts.fanPage}
        </a>
      </p>
      <form
        class="settings"
        onSubmit={(event) => {
          event.preventDefault();
          enter(people, stay);
        }}
      >
        <label>
          <span>{texts.people}</span>
          <select value={people} onChange={(event) => setPeople(Number(event.currentTarget.value))}>
            {CROWDS.map((size) => (
              <option key={size} value={size}>
                {number(size, now)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{texts.stay}</span>
          <input
            type="number"
            min={0}
            max={120}
            required
            value={stay}
            onInput={(event) => setStay(event.currentTarget.valueAsNumber || 0)}
          />
        </label>
        <button type="submit" class="button primary" disabled={run !== null}>
          {texts.start}
        </button>
        <button type="button" class="button quiet" disabled={run === null || leaving} onClick={goHome}>
          {texts.stop}
        </button>
      </form>
      {counts && (
        <dl class="counts crowd-counts" aria-live="off">
          {counts.map((name) => (
            <div key={name}>
              <dt>{names[name]}</dt>
              <dd>{number(report[name], now)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="quiet">
        <small>{texts.only}</small>
      </p>
    </section>
  );
}
