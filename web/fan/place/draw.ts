import { useEffect, useState } from 'preact/hooks';
import { drawsOf } from '../../shared/draws.ts';
import { jittered } from '../../shared/random.ts';
import type { Draw, QueueOverview } from '../../shared/types.ts';
import { type Checked, check } from './draw-check.ts';
import { isToBeDrawn, noteDraw, type PlaceState } from './place.ts';

const AGAIN_AFTER_MILLISECONDS = 4_000;
const CHECKED_AFTER_MILLISECONDS = 3_000;

/**
 * Keeps what the draw of the fan's place is bound to while the doors are shut, and checks the draw once it has been made.
 * Null before that, and without a draw.
 */
export function useDraw(place: PlaceState, doors: QueueOverview['state'] | undefined): Checked | null {
  const [checked, setChecked] = useState<Checked | null>(null);
  const { queueId, ticket, draw } = place;
  const shut = doors !== undefined && doors !== 'OPEN';
  useEffect(() => {
    if (!shut || draw !== undefined) return;
    const note = (draws: Draw[]) => {
      const pending = draws.find(({ revealedAt }) => revealedAt === null);
      if (pending && pending.firstTicket !== null && ticket >= pending.firstTicket)
        noteDraw(ticket, pending.commitment);
    };
    return onceTold(queueId, 0, note);
  }, [queueId, ticket, shut, draw]);

  const made = draw !== undefined && !isToBeDrawn(place);
  useEffect(() => {
    setChecked(null);
    if (!made) return;
    let over = false;
    // All who wait are told of the draw at the same moment.
    const stop = onceTold(queueId, jittered(CHECKED_AFTER_MILLISECONDS), async (draws) => {
      const found = await check(draws, draw, ticket);
      if (!over) setChecked(found);
    });
    return () => {
      over = true;
      stop();
    };
  }, [queueId, ticket, made]);
  return checked;
}

/** Asks for the draws after a while, and again until there is an answer. @returns stops it */
function onceTold(queueId: string, afterMilliseconds: number, told: (draws: Draw[]) => void): () => void {
  let over = false;
  const ask = () =>
    drawsOf(queueId).then(
      (draws) => {
        if (!over) told(draws);
      },
      () => {
        if (!over) timer = setTimeout(ask, jittered(AGAIN_AFTER_MILLISECONDS));
      },
    );
  let timer = setTimeout(ask, afterMilliseconds);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
