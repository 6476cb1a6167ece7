import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { useTexts } from '../texts/index.ts';

/** Where the fan is while a draw is pending: nowhere yet, and how many they wait with. */
export function ToBeDrawn({ waiting, commitment }: { waiting: number; commitment: string }) {
  const texts = useTexts().line.draw;
  const now = useStore(language);
  return (
    <div class="line-place">
      <p class="line-next">{texts.title}</p>
      <p class="line-before">{texts.note(number(waiting, now))}</p>
      <details class="line-draw">
        <summary>{texts.proof}</summary>
        <p>{texts.proofNote}</p>
        <code>{commitment}</code>
      </details>
    </div>
  );
}
