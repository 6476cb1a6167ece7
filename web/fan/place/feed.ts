import { jittered } from '../../shared/random.ts';
import { connection, say, setListening, silentMilliseconds } from './hearing.ts';
import { lead } from './leader.ts';
import { type KeptPlace, kept, place } from './place.ts';
import { DEAD_AFTER_MILLISECONDS, poll, stream } from './sources.ts';

const BACKOFF_MILLISECONDS = { first: 500, most: 15_000 };
/** While streams don't get through, polls do, and a stream is tried again after one of them, two, four, and so on up to this. */
const MOST_POLLS_BETWEEN_STREAMS = 16;
const CHECK_EVERY_MILLISECONDS = 5_000;

/** Ends a pause early: the network is back, or somebody looks at the page again. */
let wake = () => {};
let checkNow = () => {};

/** Follows the fan's place for as long as there is one. Call once. */
export function followPlace(): void {
  let stop = () => {};
  let following: number | null = null;
  const update = () => {
    const mine = place.get() === null ? null : kept();
    if ((mine?.ticket ?? null) === following) return;
    stop();
    following = mine?.ticket ?? null;
    connection.set('connecting');
    stop = mine ? start(mine) : () => {};
  };
  place.follow(update);
  update();
  addEventListener('online', () => wake());
  addEventListener('offline', () => say('offline'));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    wake();
    checkNow();
  });
}

function start(mine: KeptPlace): () => void {
  // A page that has just been opened doesn't know; and the tab that listens for all may be asleep.
  void poll(mine);
  checkNow = () => {
    if (!document.hidden && silentMilliseconds() > DEAD_AFTER_MILLISECONDS) void poll(mine);
  };
  const check = setInterval(() => checkNow(), CHECK_EVERY_MILLISECONDS);
  setListening(false);
  const resign = lead(`listen.${mine.ticket}`, (signal) => listen(mine, signal));
  return () => {
    clearInterval(check);
    checkNow = () => {};
    resign();
  };
}

/** Streams for as long as that works, polls while it doesn't, until the place is over. */
async function listen(mine: KeptPlace, signal: AbortSignal): Promise<void> {
  setListening(true);
  let wait = BACKOFF_MILLISECONDS.first;
  let polls = 1;
  while (!signal.aborted && kept()?.ticket === mine.ticket) {
    const outcome = await stream(mine, signal);
    if (outcome === 'gone' || signal.aborted) break;
    if (outcome.streamed) {
      wait = BACKOFF_MILLISECONDS.first;
      polls = 1;
    } else if (await pollForAWhile(mine, polls, signal)) {
      polls = Math.min(polls * 2, MOST_POLLS_BETWEEN_STREAMS);
      continue;
    } else {
      say(navigator.onLine ? 'connecting' : 'offline');
      wait = Math.min(wait * 2, BACKOFF_MILLISECONDS.most);
    }
    await pause(Math.max(jittered(wait), outcome.retryAfterSeconds * 1_000), signal);
  }
  setListening(false);
}

/** Asks a few times, as often as the service wishes. False when it didn't answer: then there is nothing to be had now. */
async function pollForAWhile(mine: KeptPlace, times: number, signal: AbortSignal): Promise<boolean> {
  for (let polled = 0; polled < times && !signal.aborted && kept()?.ticket === mine.ticket; polled++) {
    if (!(await poll(mine))) return false;
    say('polling');
    await pause((place.get()?.pollAfterSeconds ?? 2) * 1_000, signal);
  }
  return true;
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      wake = () => {};
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
    wake = done;
  });
