import type { Refused } from '../../shared/api.ts';
import { explain, useTexts } from '../texts/index.ts';

/** What went wrong, in words, and the way on. */
export function Trouble({ refused, again }: { refused: Refused; again?: () => void }) {
  const texts = useTexts();
  return (
    <div class="trouble" role="alert">
      <p>{explain(refused, texts)}</p>
      {again && (
        <button type="button" class="button quiet" onClick={again}>
          {texts.app.retry}
        </button>
      )}
    </div>
  );
}
