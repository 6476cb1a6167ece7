import { clockTime, number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import type { Draw } from '../../shared/types.ts';
import { useTexts } from '../texts/index.ts';

/** The latest draw of a line: what it is bound to, and whether it has been made. */
export function DrawLine({ draw }: { draw: Draw }) {
  const texts = useTexts().queue.draw;
  const now = useStore(language);
  const { firstTicket, lastTicket, revealedAt, commitment } = draw;
  const made = revealedAt !== null && firstTicket !== null && lastTicket !== null;
  return (
    <p class="quiet">
      {made
        ? texts.made(number(lastTicket - firstTicket + 1, now), clockTime(Date.parse(revealedAt), now))
        : texts.pending(clockTime(Date.parse(draw.committedAt), now))}{' '}
      {texts.commitment} <code class="commitment">{commitment}</code>
    </p>
  );
}
