import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { Confirm } from '../../shared/dialog.tsx';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { askOps, changeOps } from '../token.ts';
import type { QueueAdmin, QueuePatch } from '../types.ts';
import { useDoing } from './outcome.tsx';
import { QueueSettings } from './queue-settings.tsx';

const EVERY_MILLISECONDS = 2_000;
const STATES = ['OPEN', 'PAUSED', 'PRE_QUEUE'] as const;

/** A line's doors and settings. Nothing changes without a second look. */
export function QueueBox() {
  const texts = useTexts();
  const now = useStore(language);
  const [queueId, setQueueId] = useState('main');
  const { queue, missing, put } = useQueue(queueId);
  const [wanted, setWanted] = useState<QueuePatch | null>(null);
  const doing = useDoing();
  const apply = async (patch: QueuePatch) => {
    await doing.run(async () => {
      put(
        await changeOps<QueueAdmin>(`/ops/api/queues/${encodeURIComponent(queueId)}`, { method: 'PATCH', body: patch }),
      );
      return texts.queue.done;
    });
    setWanted(null);
  };
  return (
    <section class="box" aria-labelledby="queue-title">
      <div class="box-head">
        <h2 id="queue-title">{texts.queue.title}</h2>
        <label class="inline">
          <span>{texts.queue.name}</span>
          <input
            value={queueId}
            size={10}
            maxLength={64}
            onChange={(event) => setQueueId(event.currentTarget.value || 'main')}
          />
        </label>
      </div>
      {missing && <p class="quiet">{texts.queue.missing}</p>}
      <fieldset class="choice">
        <legend>{texts.queue.state}</legend>
        {STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={queue?.state === state}
            disabled={queue?.state === state}
            onClick={() => setWanted({ state })}
          >
            {texts.queue.states[state]}
          </button>
        ))}
      </fieldset>
      {queue && (
        <p class="quiet">
          {texts.queue.explain[queue.state]} {texts.tiles.active} {number(queue.active, now)} · {texts.tiles.waiting}{' '}
          {number(queue.waiting, now)}
        </p>
      )}
      {(queue || missing) && <QueueSettings key={queueId} queue={queue} onWanted={setWanted} />}
      {doing.line}
      {wanted && (
        <Confirm
          title={
            wanted.state
              ? texts.queue.confirmState(queueId, texts.queue.states[wanted.state])
              : texts.queue.confirmSettings(queueId)
          }
          yes={texts.queue.yes}
          no={texts.queue.no}
          grave={wanted.state !== undefined && wanted.state !== 'OPEN'}
          busy={doing.busy}
          onYes={() => void apply(wanted)}
          onNo={() => setWanted(null)}
        >
          <Consequences queue={queue} wanted={wanted} />
        </Confirm>
      )}
    </section>
  );
}

/** What a change means, before it is made. */
function Consequences({ queue, wanted }: { queue: QueueAdmin | null; wanted: QueuePatch }) {
  const texts = useTexts().queue;
  const flag = (value: boolean | undefined) => (value === undefined ? '–' : value ? texts.on : texts.off);
  const lines = [
    wanted.cap !== undefined && texts.was(texts.cap, String(queue?.cap ?? '–'), String(wanted.cap)),
    wanted.activeSeconds !== undefined &&
      texts.was(texts.slot, String(queue?.activeSeconds ?? '–'), String(wanted.activeSeconds)),
    wanted.releaseOnConfirm !== undefined &&
      texts.was(texts.release, flag(queue?.releaseOnConfirm), flag(wanted.releaseOnConfirm)),
    wanted.state !== undefined && texts.explain[wanted.state],
    wanted.cap !== undefined && queue && wanted.cap < queue.active && texts.drains,
  ].filter((line) => typeof line === 'string');
  return (
    <ul class="consequences">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** A line as it is now, asked for every two seconds. */
function useQueue(queueId: string) {
  const [state, setState] = useState<{ queue: QueueAdmin | null; missing: boolean }>({ queue: null, missing: false });
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    setState({ queue: null, missing: false });
    const look = async () => {
      const path = `/ops/api/queues/${encodeURIComponent(queueId)}`;
      const found = await askOps<QueueAdmin>(path).catch((error: Refused) => error);
      if (over) return;
      if (!(found instanceof Refused)) setState({ queue: found, missing: false });
      else if (found.code === 'NOT_FOUND') setState({ queue: null, missing: true });
      timer = setTimeout(look, EVERY_MILLISECONDS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [queueId]);
  return { ...state, put: (queue: QueueAdmin) => setState({ queue, missing: false }) };
}
