import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import type { PlaceState } from './place.ts';
import { type Checked, useReceipt, useReceiptCheck } from './receipt.ts';

/** The fan's receipt, and what this device makes of it; of the place they had, when `place` is null. */
export function ReceiptNote({ place }: { place: PlaceState | null }) {
  const texts = useTexts().line.receipt;
  const now = useStore(language);
  const { mine, now: getNow } = useReceipt(place);
  const { checked, start } = useReceiptCheck(mine, place?.status === 'WAITING');
  if (!place && !mine) return null;
  return (
    <details class="line-draw" onToggle={getNow}>
      <summary>{texts.title}</summary>
      {mine ? (
        <>
          <p>{texts.note(number(mine.ticket, now))}</p>
          <p>
            <button type="button" class="link" disabled={checked?.state === 'checking'} onClick={() => void start()}>
              {texts.check}
            </button>{' '}
            <a href={`/api/v1/queue/${encodeURIComponent(mine.queueId)}/admissions`} target="_blank" rel="noreferrer">
              {texts.record}
            </a>
          </p>
          <p role="status" class={`line-checked ${checked?.state ?? ''}`}>
            {checked && <Outcome checked={checked} />}
          </p>
          <p>{texts.keep}</p>
          <code>{mine.receipt}</code>
        </>
      ) : (
        <p>{texts.soon}</p>
      )}
    </details>
  );
}

function Outcome({ checked }: { checked: Checked }) {
  const texts = useTexts().line.receipt;
  const now = useStore(language);
  if (checked.state !== 'kept') return <>{texts.outcome[checked.state]}</>;
  const { mine, before, later } = checked.found;
  const said = [mine ? texts.outcome.inside(number(before, now)) : texts.outcome.waiting(number(before, now))];
  if (later.prioritised > 0) said.push(texts.outcome.prioritised(number(later.prioritised, now)));
  if (later.afterLoss > 0) said.push(texts.outcome.afterLoss(number(later.afterLoss, now)));
  return <>{said.join(' ')}</>;
}
