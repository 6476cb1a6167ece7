import { mayPass, Refused } from '../../shared/api.ts';
import { jittered } from '../../shared/random.ts';
import { makeStore } from '../../shared/store.ts';
import { enter } from './place.ts';
import { allowSound } from './turn.ts';

/**
 * Entering the line, as it goes: asked; a calculation is done that the door wants first; asked again in a while because
 * the door is crowded; or refused for good.
 */
export type Entering =
  | { state: 'idle' | 'asking' | 'calculating' }
  | { state: 'crowded'; againAt: number }
  | { state: 'refused'; refused: Refused };

export const entering = makeStore<Entering>({ state: 'idle' });

const LEAST_MILLISECONDS = 1_000;

/** Enters on a click, and goes on asking for as long as the door says "later". Asking again never costs a place. */
export async function joinLine(concertId: number, concertScheduleId: number): Promise<boolean> {
  allowSound();
  const { state } = entering.get();
  if (state !== 'idle' && state !== 'refused') return false;
  for (let tried = 0; ; tried++) {
    entering.set({ state: 'asking' });
    try {
      await enter(concertId, concertScheduleId, () => entering.set({ state: 'calculating' }));
      entering.set({ state: 'idle' });
      return true;
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused({}, 0);
      if (!mayPass(refused)) {
        entering.set({ state: 'refused', refused });
        return false;
      }
      const wait = jittered(Math.max(refused.retryAfterSeconds * 1_000, LEAST_MILLISECONDS * Math.min(2 ** tried, 8)));
      entering.set({ state: 'crowded', againAt: Date.now() + wait });
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
