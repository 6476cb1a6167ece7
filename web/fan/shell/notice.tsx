import { makeStore, useStore } from '../../shared/store.ts';

interface Notice {
  text: string;
  tone: 'calm' | 'good';
}

const notice = makeStore<Notice | null>(null);
const SHOWN_MILLISECONDS = 6_000;
let hiding: ReturnType<typeof setTimeout> | undefined;

/** One line at the bottom that goes away by itself, and that screen readers speak. */
export function notify(text: string, tone: Notice['tone'] = 'calm'): void {
  clearTimeout(hiding);
  notice.set({ text, tone });
  hiding = setTimeout(() => notice.set(null), SHOWN_MILLISECONDS);
}

export function Notices() {
  const now = useStore(notice);
  return (
    <div class="notices" role="status" aria-live="polite">
      {now && <p class={`notice ${now.tone}`}>{now.text}</p>}
    </div>
  );
}
