import { useState } from 'preact/hooks';
import { Confirm } from '../../shared/dialog.tsx';
import { localDateTime, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useLoaded } from '../../shared/load.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps, changeOps } from '../token.ts';
import type { DeadLetter, ReplayOutcome } from '../types.ts';
import { useDoing } from './outcome.tsx';

const MOST_SHOWN = 200;
const letters = async () => (await askOps<{ items: DeadLetter[] }>('/ops/api/dead-letters')).items;

/** Events that a consumer gave up on: why, what a replay would do, and the replay. */
export function DeadLettersBox({ count }: { count: number | null }) {
  const { letters: texts, queue: words } = useTexts();
  const now = useStore(language);
  // Asked again whenever the count that /metrics tells is another.
  const { value, again } = useLoaded(letters, [count]);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [asking, setAsking] = useState(false);
  const doing = useDoing();
  const waiting = (value ?? []).filter(({ replayedAt }) => replayedAt === null);
  const ids = waiting.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const replay = (dryRun: boolean) =>
    changeOps<ReplayOutcome>('/ops/api/dead-letters/replay', { method: 'POST', body: { ids, dryRun } });
  const dryRun = () => doing.run(async () => texts.wouldReplay(number((await replay(true)).count, now)));
  const forReal = async () => {
    await doing.run(async () => {
      const { count: done } = await replay(false);
      setChosen(new Set());
      again();
      return texts.didReplay(number(done, now));
    });
    setAsking(false);
  };
  const choose = (id: number, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    setChosen(next);
  };
  return (
    <section class="box" aria-labelledby="letters-title">
      <div class="box-head">
        <h2 id="letters-title">{texts.title}</h2>
        {waiting.length > 0 && <span class="quiet">{texts.waiting(number(waiting.length, now))}</span>}
      </div>
      {value?.length === 0 && <p class="quiet">{texts.none}</p>}
      {waiting.length > 0 && (
        <div class="letter-tools">
          <label class="check">
            <input
              type="checkbox"
              checked={ids.length === waiting.length}
              onChange={(event) => setChosen(new Set(event.currentTarget.checked ? waiting.map(({ id }) => id) : []))}
            />
            {texts.all}
          </label>
          <button type="button" class="button quiet" disabled={ids.length === 0 || doing.busy} onClick={dryRun}>
            {texts.dryRun}
          </button>
          <button
            type="button"
            class="button primary"
            disabled={ids.length === 0 || doing.busy}
            onClick={() => setAsking(true)}
          >
            {texts.replay}
          </button>
        </div>
      )}
      {doing.line}
      <ul class="letters">
        {value?.slice(0, MOST_SHOWN).map((letter) => (
          <Letter key={letter.id} letter={letter} chosen={chosen.has(letter.id)} onChoose={choose} />
        ))}
      </ul>
      {asking && (
        <Confirm
          title={texts.confirm(number(ids.length, now))}
          yes={words.yes}
          no={words.no}
          busy={doing.busy}
          onYes={() => void forReal()}
          onNo={() => setAsking(false)}
        >
          <p>{texts.confirmText}</p>
        </Confirm>
      )}
    </section>
  );
}

interface LetterProps {
  letter: DeadLetter;
  chosen: boolean;
  onChoose: (id: number, on: boolean) => void;
}

function Letter({ letter, chosen, onChoose }: LetterProps) {
  const { letters: texts } = useTexts();
  const now = useStore(language);
  const { id, consumer, type, key, error, attempts, failedAt, replayedAt, payload } = letter;
  return (
    <li class={replayedAt === null ? 'letter' : 'letter replayed'}>
      {replayedAt === null && (
        <input
          type="checkbox"
          aria-label={texts.choose(id)}
          checked={chosen}
          onChange={(event) => onChoose(id, event.currentTarget.checked)}
        />
      )}
      <div>
        <p>
          <strong>{consumer}</strong> · <code>{type}</code> <span class="quiet">{key}</span>
        </p>
        <p class="cause">{error}</p>
        <p class="quiet">
          {localDateTime(failedAt, now)} · {texts.attempts(attempts)}
          {replayedAt !== null && ` · ${texts.replayed(localDateTime(replayedAt, now))}`}
        </p>
        <details>
          <summary>{texts.payload}</summary>
          <pre>{JSON.stringify(payload, null, 2)}</pre>
        </details>
      </div>
    </li>
  );
}
