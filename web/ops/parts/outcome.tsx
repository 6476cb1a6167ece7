import { useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { useTexts } from '../texts/index.ts';

/** What became of the last thing that was asked for. */
export interface Doing {
  busy: boolean;
  /** Runs it, one at a time; `said` is shown when it went well. */
  run: (work: () => Promise<string>) => Promise<void>;
  line: preact.ComponentChild;
}

export function useDoing(): Doing {
  const texts = useTexts();
  const [state, setState] = useState<{ busy: boolean; said: string; failed: boolean }>({
    busy: false,
    said: '',
    failed: false,
  });
  const run = async (work: () => Promise<string>) => {
    setState({ busy: true, said: '', failed: false });
    try {
      setState({ busy: false, said: await work(), failed: false });
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused({}, 0);
      setState({ busy: false, said: `${texts.failed(refused.code)} ${refused.message}`.trim(), failed: true });
    }
  };
  const line = (
    <p class={state.failed ? 'outcome failed' : 'outcome'} role="status" aria-live="polite">
      {state.said}
    </p>
  );
  return { busy: state.busy, run, line };
}
