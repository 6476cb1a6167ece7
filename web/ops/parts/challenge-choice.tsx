import { useState } from 'preact/hooks';
import { Confirm } from '../../shared/dialog.tsx';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';
import { changeOps } from '../token.ts';
import type { ChallengeSetting } from '../types.ts';
import { useDoing } from './outcome.tsx';

/** From hardly anything to half a minute of an old phone. */
const BITS = [0, 14, 16, 18, 20, 22];

interface ChallengeChoiceProps {
  setting: ChallengeSetting;
  put: (setting: ChallengeSetting) => void;
}

/** Whether entering a line takes a calculation, and how long a one. */
export function ChallengeChoice({ setting: { queueId, bits, own }, put }: ChallengeChoiceProps) {
  const all = useTexts();
  const texts = all.queue.challenge;
  const now = useStore(language);
  const [wanted, setWanted] = useState<number | null>(null);
  const doing = useDoing();
  const nameOf = (some: number) => (some === 0 ? texts.none : texts.bits(some));
  const apply = async (next: number) => {
    await doing.run(async () => {
      const path = `/ops/api/queues/${encodeURIComponent(queueId)}/challenge`;
      put(await changeOps<ChallengeSetting>(path, { method: 'PATCH', body: { bits: next } }));
      return all.queue.done;
    });
    setWanted(null);
  };
  return (
    <>
      <fieldset class="choice">
        <legend>{texts.title}</legend>
        {BITS.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={bits === one}
            disabled={bits === one}
            onClick={() => setWanted(one)}
          >
            {nameOf(one)}
          </button>
        ))}
      </fieldset>
      {bits > 0 && (
        <p class="quiet">
          {texts.asks(nameOf(bits), number(2 ** bits, now))} {own === null && texts.follows}
        </p>
      )}
      {doing.line}
      {wanted !== null && (
        <Confirm
          title={texts.confirm(queueId, nameOf(wanted))}
          yes={all.queue.yes}
          no={all.queue.no}
          grave={wanted > 0}
          busy={doing.busy}
          onYes={() => void apply(wanted)}
          onNo={() => setWanted(null)}
        >
          <p>{wanted === 0 ? texts.ends : texts.means(number(2 ** wanted, now))}</p>
        </Confirm>
      )}
    </>
  );
}
