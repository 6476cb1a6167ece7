import { useState } from 'preact/hooks';
import { Confirm } from '../../shared/dialog.tsx';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import type { Draw } from '../../shared/types.ts';
import { useTexts } from '../texts/index.ts';
import { changeOps } from '../token.ts';
import type { QueueAdmin, QueuePatch } from '../types.ts';
import { ChallengeChoice } from './challenge-choice.tsx';
import { DrawLine } from './draw-line.tsx';
import { useDoing } from './outcome.tsx';
import { QueueSettings } from './queue-settings.tsx';
import { useQueue } from './use-queue.ts';

const DOORS = ['OPEN', 'PAUSED', 'PRE_QUEUE', 'DRAWN'] as const;
type Door = (typeof DOORS)[number];

const isPending = (draw: Draw | null) => draw !== null && draw.revealedAt === null;
const toPatch = (door: Door): QueuePatch =>
  door === 'DRAWN' ? { state: 'PRE_QUEUE', shuffle: true } : { state: door };
const doorOf = ({ state, shuffle }: QueuePatch): Door | undefined => (shuffle ? 'DRAWN' : state);

/** A line's doors and settings. Nothing changes without a second look. */
export function QueueBox() {
  const texts = useTexts();
  const now = useStore(language);
  const [queueId, setQueueId] = useState('main');
  const { queue, draw, challenge, missing, put, putChallenge } = useQueue(queueId);
  const door =
    queue && doorOf({ state: queue.state, ...(isPending(draw) && queue.state === 'PRE_QUEUE' && { shuffle: true }) });
  const [wanted, setWanted] = useState<QueuePatch | null>(null);
  const wantedDoor = wanted ? doorOf(wanted) : undefined;
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
        {DOORS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={door === one}
            disabled={door === one || (door === 'DRAWN' && one === 'PRE_QUEUE')}
            onClick={() => setWanted(toPatch(one))}
          >
            {texts.queue.states[one]}
          </button>
        ))}
      </fieldset>
      {queue && door && (
        <p class="quiet">
          {texts.queue.explain[door]} {texts.tiles.active} {number(queue.active, now)} · {texts.tiles.waiting}{' '}
          {number(queue.waiting, now)}
        </p>
      )}
      {draw && <DrawLine draw={draw} />}
      {(queue || missing) && <QueueSettings key={queueId} queue={queue} onWanted={setWanted} />}
      {doing.line}
      {challenge && <ChallengeChoice key={queueId} setting={challenge} put={putChallenge} />}
      {wanted && (
        <Confirm
          title={
            wantedDoor
              ? texts.queue.confirmState(queueId, texts.queue.states[wantedDoor])
              : texts.queue.confirmSettings(queueId)
          }
          yes={texts.queue.yes}
          no={texts.queue.no}
          grave={wanted.state !== undefined && wanted.state !== 'OPEN'}
          busy={doing.busy}
          onYes={() => void apply(wanted)}
          onNo={() => setWanted(null)}
        >
          <Consequences queue={queue} draw={draw} wanted={wanted} />
        </Confirm>
      )}
    </section>
  );
}

/** What a change means, before it is made. */
function Consequences({ queue, draw, wanted }: { queue: QueueAdmin | null; draw: Draw | null; wanted: QueuePatch }) {
  const texts = useTexts().queue;
  const door = doorOf(wanted);
  const flag = (value: boolean | undefined) => (value === undefined ? '–' : value ? texts.on : texts.off);
  const lines = [
    wanted.cap !== undefined && texts.was(texts.cap, String(queue?.cap ?? '–'), String(wanted.cap)),
    wanted.activeSeconds !== undefined &&
      texts.was(texts.slot, String(queue?.activeSeconds ?? '–'), String(wanted.activeSeconds)),
    wanted.releaseOnConfirm !== undefined &&
      texts.was(texts.release, flag(queue?.releaseOnConfirm), flag(wanted.releaseOnConfirm)),
    door !== undefined && texts.explain[door],
    door === 'OPEN' && isPending(draw) && texts.draw.opens,
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
