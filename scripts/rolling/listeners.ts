// People who listen to their place in a line, on whatever process there is: when their stream ends they listen again,
// elsewhere. What they are told must fit together, whichever release tells it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { ask, persist } from '../crash/ask.ts';
import type { Chances } from '../crash/chances.ts';

interface Told {
  ticket: number;
  position: number;
  status: string;
}

const QUEUE = 'listeners';
const STAY_MILLISECONDS = 400;
const AGAIN_AFTER_MILLISECONDS = 100;
const LOOK_EVERY_MILLISECONDS = 1_000;
/** So long somebody may be inside before their stream has said so. */
const MOST_UNHEARD_MILLISECONDS = 8_000;

export class Listeners {
  readonly #urls: readonly string[];
  readonly #complain: (what: string) => void;
  readonly #agent = new Agent({ connections: 64, bodyTimeout: 0 });
  readonly #leaving = new AbortController();
  #turn = 0;
  /** How often one heard that they are let in, and how often a stream ended before that. */
  admitted = 0;
  moved = 0;

  constructor(urls: readonly string[], complain: (what: string) => void) {
    this.#urls = urls;
    this.#complain = complain;
  }

  leave(): void {
    this.#leaving.abort();
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  /** One after the other comes, listens until they are let in, stays for a moment and goes. */
  async come(name: string, random: Chances): Promise<void> {
    for (let n = 1; !this.#leaving.signal.aborted; n++) await this.#visit(`${name}-${n}`, random);
  }

  async #visit(userId: string, random: Chances): Promise<void> {
    const body = { userId, queueId: QUEUE };
    const entered = await persist(() => ask(this.#nextUrl(), 'POST', '/api/v1/token/create', body));
    if (entered.status !== 200) return this.#complain(`${userId} enters and is told ${entered.status} ${entered.text}`);
    const { token, ...told } = JSON.parse(entered.text) as Told & { token: string };
    const proof = { authorization: `Bearer ${token}` };
    if (await this.#untilInside(userId, told, proof)) await this.#pause(STAY_MILLISECONDS * 2 * random());
    await persist(() => ask(this.#nextUrl(), 'DELETE', '/api/v1/token', undefined, proof));
  }

  /** Listens, again and again when a stream ends. @returns false when it is time to leave before that */
  async #untilInside(userId: string, entered: Told, proof: Record<string, string>): Promise<boolean> {
    const heard = { ...entered };
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#leaving.signal]);
    const watching = this.#lookBeside(userId, proof, signal);
    while (heard.status !== 'ACTIVE' && !signal.aborted) {
      const told = await this.#listen(userId, heard, proof, signal).catch(() => {});
      if (heard.status === 'ACTIVE' || signal.aborted) break;
      if (told) this.moved++;
      await sleep(AGAIN_AFTER_MILLISECONDS);
    }
    over.abort();
    await watching;
    if (heard.status === 'ACTIVE') this.admitted++;
    return heard.status === 'ACTIVE';
  }

  /** Resolves when the stream ends, or has said that they are inside: with whether there was one. */
  async #listen(userId: string, heard: Told, headers: Record<string, string>, signal: AbortSignal): Promise<boolean> {
    const url = `${this.#nextUrl()}/api/v1/token/events`;
    const { statusCode, body } = await request(url, { dispatcher: this.#agent, headers, signal });
    if (statusCode !== 200) {
      const text = await body.text();
      if (statusCode !== 503) this.#complain(`${userId} listens and is told ${statusCode} ${text}`);
      return false;
    }
    let rest = '';
    for await (const chunk of body) {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, event, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
        if (event && data) this.#hear(userId, event, heard, JSON.parse(data));
      }
      if (heard.status === 'ACTIVE') return true;
    }
    return true;
  }

  /** A place keeps its ticket and its position never gets worse. Nobody's place ends here by itself. */
  #hear(userId: string, event: string, heard: Told, now: Told): void {
    if (event === 'expired' || now.ticket !== heard.ticket || now.position > heard.position) {
      this.#complain(`${userId} was ${JSON.stringify(heard)} and hears ${event} ${JSON.stringify(now)}`);
    }
    Object.assign(heard, { position: now.position, status: event === 'active' ? 'ACTIVE' : now.status });
  }

  /** Whoever is inside must hear of it. */
  async #lookBeside(userId: string, proof: Record<string, string>, signal: AbortSignal): Promise<void> {
    let insideSince: number | undefined;
    while (!signal.aborted) {
      await sleep(LOOK_EVERY_MILLISECONDS, undefined, { signal }).catch(() => {});
      const answer = signal.aborted
        ? null
        : await ask(this.#nextUrl(), 'GET', '/api/v1/token', undefined, proof).catch(() => null);
      if (answer?.status !== 200 || JSON.parse(answer.text).status !== 'ACTIVE') continue;
      insideSince ??= performance.now();
      if (signal.aborted || performance.now() - insideSince < MOST_UNHEARD_MILLISECONDS) continue;
      return this.#complain(
        `${userId} is inside, and for ${MOST_UNHEARD_MILLISECONDS / 1_000} s no stream has said so`,
      );
    }
  }

  #nextUrl(): string {
    return this.#urls[this.#turn++ % this.#urls.length] as string;
  }

  #pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.#leaving.signal }).catch(() => {});
  }
}
