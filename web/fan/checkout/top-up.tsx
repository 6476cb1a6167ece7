import { useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { won } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { explain, useTexts } from '../texts/index.ts';
import { charge } from './reservations.ts';

const ROUND_TO_WON = 10_000;
const USUAL_WON = [50_000, 100_000, 300_000];

/** Adds money to the wallet: what is missing, rounded up, or a usual amount. */
export function TopUp({ least = 0, onDone }: { least?: number; onDone?: () => void }) {
  const texts = useTexts();
  const now = useStore(language);
  const [busy, setBusy] = useState<number | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const missing = Math.ceil(least / ROUND_TO_WON) * ROUND_TO_WON;
  const amounts = least > 0 ? [missing, ...USUAL_WON.filter((usual) => usual > missing).slice(0, 2)] : USUAL_WON;
  const add = async (amount: number) => {
    setBusy(amount);
    setRefused(null);
    try {
      await charge(amount);
      onDone?.();
    } catch (error) {
      setRefused(error instanceof Refused ? error : new Refused({}, 0));
    }
    setBusy(null);
  };
  return (
    <div class="top-up">
      {amounts.map((amount, i) => (
        <button
          key={amount}
          type="button"
          class={i === 0 && least > 0 ? 'button primary' : 'button quiet'}
          disabled={busy !== null}
          onClick={() => add(amount)}
        >
          {busy === amount ? texts.checkout.charging : texts.checkout.chargeBy(won(amount, now))}
        </button>
      ))}
      {refused && (
        <p class="refused" role="alert">
          {explain(refused, texts)}
        </p>
      )}
    </div>
  );
}
