import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from '../lib/http.ts';

const LOOK_EVERY_MILLISECONDS = 20;
/** New requests are still told to go elsewhere for this long after the last answer has left. */
const LULL_MILLISECONDS = 100;
/** Whoever has not taken their answer by then does not read it. */
const MOST_MILLISECONDS = 10_000;

/**
 * Keeps a server that closes open until everybody who was being answered has all of it. Node would cut answers that
 * are made but not yet sent, and wait for good for connections that are kept alive or were never used.
 * Call it after everything else that adds a preClose hook.
 */
export function drainBeforeClose(app: App, answering: Answering): void {
  app.addHook('preClose', async () => {
    const deadline = performance.now() + MOST_MILLISECONDS;
    do {
      while (answering.count > 0 && performance.now() < deadline) await sleep(LOOK_EVERY_MILLISECONDS);
      await sleep(LULL_MILLISECONDS);
    } while (answering.count > 0 && performance.now() < deadline);
    app.server.closeAllConnections();
  });
}

/** Counts the requests that are being answered, streams of events too. */
export class Answering {
  count = 0;
  readonly #ended = () => {
    this.count--;
  };

  began(response: ServerResponse): void {
    this.count++;
    // However it ends: sent to the last byte, or the client is gone.
    response.on('close', this.#ended);
  }
}
