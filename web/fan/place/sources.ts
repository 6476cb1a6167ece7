import { ask, Refused, send } from '../../shared/api.ts';
import type { Place, PlaceEvent } from '../../shared/types.ts';
import { readEvents } from './event-reader.ts';
import { gone, noteLife, pass, say } from './hearing.ts';
import type { KeptPlace } from './place.ts';

/** The service sends a heartbeat every 15 s; a stream that is silent for longer than two of them is dead. */
export const DEAD_AFTER_MILLISECONDS = 32_000;
/** A stream tells the place at once. One that doesn't is held back by something on the way. */
const FIRST_EVENT_WITHIN_MILLISECONDS = 6_000;

/** How a stream ended: the place is over; or it told something before it broke, or nothing. */
export type StreamEnd = 'gone' | { streamed: boolean; retryAfterSeconds: number };

/** One stream of the place's events, from its opening to its end. Never throws. */
export async function stream(mine: KeptPlace, signal: AbortSignal): Promise<StreamEnd> {
  const ending = new AbortController();
  const abort = () => ending.abort();
  let events = 0;
  let watchdog = setTimeout(abort, FIRST_EVENT_WITHIN_MILLISECONDS);
  const alive = () => {
    noteLife();
    if (events === 0) return;
    clearTimeout(watchdog);
    watchdog = setTimeout(abort, DEAD_AFTER_MILLISECONDS);
  };
  const onEvent = ({ data }: { data: string }) => {
    events++;
    say('live');
    pass(JSON.parse(data) as PlaceEvent);
  };
  addEventListener('offline', abort);
  try {
    const answer = await open(mine, AbortSignal.any([signal, ending.signal]));
    await readEvents(answer.body as ReadableStream<Uint8Array>, onEvent, alive);
    return { streamed: events > 0, retryAfterSeconds: 0 };
  } catch (error) {
    if (signal.aborted) return 'gone';
    if (error instanceof Refused && isOver(error)) {
      gone();
      return 'gone';
    }
    return { streamed: events > 0, retryAfterSeconds: error instanceof Refused ? error.retryAfterSeconds : 0 };
  } finally {
    clearTimeout(watchdog);
    removeEventListener('offline', abort);
  }
}

const open = (mine: KeptPlace, signal: AbortSignal) =>
  send('/api/v1/token/events', { token: mine.token, signal, timeoutSeconds: 86_400 });

/** Asks once. False when there was no answer to go by. */
export async function poll(mine: KeptPlace): Promise<boolean> {
  try {
    pass(await ask<Place>('/api/v1/token', { token: mine.token, timeoutSeconds: 8 }));
    return true;
  } catch (error) {
    if (error instanceof Refused && isOver(error)) gone();
    return false;
  }
}

/** Nothing that waiting could mend: there is no such place, or its token is not believed any more. */
const isOver = ({ code }: Refused) => code === 'NOT_IN_QUEUE' || code === 'UNAUTHENTICATED';
