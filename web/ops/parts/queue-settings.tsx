import { useState } from 'preact/hooks';
import { useTexts } from '../texts/index.ts';
import type { QueueAdmin, QueuePatch } from '../types.ts';

const DEFAULTS = { cap: 50, activeSeconds: 300, releaseOnConfirm: false };

interface QueueSettingsProps {
  queue: QueueAdmin | null;
  /** What differs from what is, once somebody wants it applied. */
  onWanted: (patch: QueuePatch) => void;
}

/** The settings of a line as a form; what has been typed stays while the line's figures change around it. */
export function QueueSettings({ queue, onWanted }: QueueSettingsProps) {
  const texts = useTexts().queue;
  const [typed, setTyped] = useState<QueuePatch>({});
  const is = queue ?? DEFAULTS;
  const changed = Object.fromEntries(
    Object.entries(typed).filter(([key, value]) => !queue || value !== queue[key as keyof typeof DEFAULTS]),
  ) as QueuePatch;
  const submit = (event: Event) => {
    event.preventDefault();
    onWanted(changed);
  };
  return (
    <form class="settings" onSubmit={submit}>
      <label>
        <span>{texts.cap}</span>
        <input
          type="number"
          min={0}
          max={100_000}
          required
          value={typed.cap ?? is.cap}
          onInput={(event) => setTyped({ ...typed, cap: event.currentTarget.valueAsNumber })}
        />
      </label>
      <label>
        <span>{texts.slot}</span>
        <input
          type="number"
          min={1}
          max={86_400}
          required
          value={typed.activeSeconds ?? is.activeSeconds}
          onInput={(event) => setTyped({ ...typed, activeSeconds: event.currentTarget.valueAsNumber })}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={typed.releaseOnConfirm ?? is.releaseOnConfirm}
          onChange={(event) => setTyped({ ...typed, releaseOnConfirm: event.currentTarget.checked })}
        />
        <span>{texts.release}</span>
      </label>
      <button type="submit" class="button primary" disabled={Object.keys(changed).length === 0}>
        {texts.apply}
      </button>
    </form>
  );
}
