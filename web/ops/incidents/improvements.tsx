import { useState } from 'preact/hooks';
import { localDateTime } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useDoing } from '../parts/outcome.tsx';
import { useTexts } from '../texts/index.ts';
import { changeOps } from '../token.ts';
import type { Incident } from '../types.ts';

interface ImprovementsProps {
  id: number;
  improvements: Incident['improvements'];
  onChanged: () => void;
}

/** What to improve: drafted from evidence, until an operator puts it in their own words. */
export function Improvements({ id, improvements, onChanged }: ImprovementsProps) {
  const { incidents: texts } = useTexts();
  const now = useStore(language);
  const { drafted, edited, editedAt } = improvements;
  const draft = drafted.map(({ title, evidence }) => `${title}\n${evidence}`).join('\n\n');
  // What is being written stays while the draft grows with the incident.
  const [typed, setTyped] = useState<string | null>(null);
  const doing = useDoing();
  const keep = (words: string | null) =>
    doing.run(async () => {
      await changeOps(`/ops/api/incidents/${id}`, { method: 'PATCH', body: { improvements: words } });
      setTyped(null);
      onChanged();
      return texts.saved;
    });
  const field = `improvements-${id}`;
  return (
    <div>
      <h3>
        <label for={field}>{texts.improve}</label>
      </h3>
      <p class="quiet small">{editedAt === null ? texts.drafted : texts.edited(localDateTime(editedAt, now))}</p>
      <textarea
        id={field}
        rows={7}
        maxLength={20_000}
        value={typed ?? edited ?? draft}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <p class="row-of-buttons">
        <button
          type="button"
          class="button quiet"
          disabled={typed === null || doing.busy}
          onClick={() => void keep(typed)}
        >
          {texts.save}
        </button>
        {edited !== null && (
          <button type="button" class="link" disabled={doing.busy} onClick={() => void keep(null)}>
            {texts.undo}
          </button>
        )}
      </p>
      {doing.line}
    </div>
  );
}
