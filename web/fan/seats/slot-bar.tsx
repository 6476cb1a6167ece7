import { useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { until, useSeconds } from '../../shared/clock.ts';
import { Confirm } from '../../shared/dialog.tsx';
import { countdown } from '../../shared/format.ts';
import { leave, type PlaceState } from '../place/place.ts';
import { go, paths } from '../router.ts';
import { notify } from '../shell/notice.tsx';
import { useTitle } from '../shell/title.ts';
import { explain, useTexts } from '../texts/index.ts';

const HURRY_MILLISECONDS = 60_000;

/** What is sold here, how long the fan may stay, and the door. */
export function SlotBar({ place, title }: { place: PlaceState; title: string }) {
  const texts = useTexts();
  const [asking, setAsking] = useState(false);
  useSeconds();
  useTitle(title);
  const left = place.expiresAt === null ? null : until(place.expiresAt);
  return (
    <div class="slot">
      <h1 tabIndex={-1}>{title}</h1>
      {left !== null && (
        <p class={left < HURRY_MILLISECONDS ? 'slot-left hurry' : 'slot-left'}>
          <span>{texts.turn.left}</span> <b role="timer">{countdown(left)}</b>
        </p>
      )}
      <button type="button" class="button quiet" onClick={() => setAsking(true)}>
        {texts.turn.leaveYes}
      </button>
      {asking && <LeaveDialog onClose={() => setAsking(false)} />}
    </div>
  );
}

/** Asks, then gives the slot to the next fan. */
export function LeaveDialog({ onClose }: { onClose: () => void }) {
  const texts = useTexts();
  const [busy, setBusy] = useState(false);
  const out = async () => {
    setBusy(true);
    try {
      await leave();
      notify(texts.turn.left2, 'good');
      go(paths.tickets);
    } catch (error) {
      notify(explain(error instanceof Refused ? error : new Refused({}, 0), texts));
      onClose();
    }
  };
  return (
    <Confirm
      title={texts.turn.leaveTitle}
      yes={texts.turn.leaveYes}
      no={texts.turn.leaveNo}
      busy={busy}
      onYes={out}
      onNo={onClose}
    >
      <p>{texts.turn.leaveText}</p>
    </Confirm>
  );
}
