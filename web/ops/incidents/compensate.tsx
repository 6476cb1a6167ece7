import { useState } from 'preact/hooks';
import { Confirm } from '../../shared/dialog.tsx';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useDoing } from '../parts/outcome.tsx';
import { useTexts } from '../texts/index.ts';
import { changeOps } from '../token.ts';
import type { CompensateBody, Compensated, Incident } from '../types.ts';

interface CompensateProps {
  id: number;
  compensations: Incident['compensations'];
  onChanged: () => void;
}

const KINDS = ['WALLET_CREDIT', 'PRIORITY_REENTRY'] as const;
const USUAL_WON = 5_000;

/** Makes good for an incident to everybody it hurt: tried dry first if one likes, given after a second look. */
export function Compensate({ id, compensations, onChanged }: CompensateProps) {
  const { incidents: texts, queue: words } = useTexts();
  const now = useStore(language);
  const [kind, setKind] = useState<CompensateBody['kind']>('WALLET_CREDIT');
  const [amount, setAmount] = useState(USUAL_WON);
  const [asking, setAsking] = useState(false);
  const doing = useDoing();
  const ready = kind === 'PRIORITY_REENTRY' || amount >= 1;
  const give = (dryRun: boolean) => {
    const body: CompensateBody = { kind, dryRun, ...(kind === 'WALLET_CREDIT' && { amount }) };
    return changeOps<Compensated>(`/ops/api/incidents/${id}/compensate`, { method: 'POST', body });
  };
  const dryRun = () =>
    doing.run(async () => {
      const { count, already } = await give(true);
      return texts.wouldGive(number(count, now), number(already, now));
    });
  const forReal = async () => {
    await doing.run(async () => {
      const { count } = await give(false);
      onChanged();
      return texts.didGive(number(count, now));
    });
    setAsking(false);
  };
  return (
    <div>
      <h3>{texts.compensate}</h3>
      <p class="quiet small">
        {texts.given(number(compensations.credited, now), number(compensations.prioritised, now))}
      </p>
      <div class="settings">
        <label>
          <span>{texts.kind}</span>
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as CompensateBody['kind'])}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {texts[one]}
              </option>
            ))}
          </select>
        </label>
        {kind === 'WALLET_CREDIT' && (
          <label>
            <span>{texts.amount}</span>
            <input
              type="number"
              min={1}
              max={1_000_000_000}
              value={amount}
              onInput={(event) => setAmount(event.currentTarget.valueAsNumber || 0)}
            />
          </label>
        )}
        <button type="button" class="button quiet" disabled={!ready || doing.busy} onClick={dryRun}>
          {texts.dryRun}
        </button>
        <button type="button" class="button primary" disabled={!ready || doing.busy} onClick={() => setAsking(true)}>
          {texts.give}
        </button>
      </div>
      {doing.line}
      {asking && (
        <Confirm
          title={texts.confirm}
          yes={words.yes}
          no={words.no}
          busy={doing.busy}
          onYes={() => void forReal()}
          onNo={() => setAsking(false)}
        >
          <p>{texts.confirmText}</p>
        </Confirm>
      )}
    </div>
  );
}
