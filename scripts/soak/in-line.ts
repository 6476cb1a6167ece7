// People who listen to their place in line: they come, wait, go in, stay for a moment, and others come in their place.
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

/** At any moment. */
export const PEOPLE = 30;
const STAY_MILLISECONDS = 6_000;
/** Each so-manieth goes without a word, and each so-manieth again is gone before it is let in. */
const SILENT = 7;
const IMPATIENT = 5;
const IMPATIENT_MILLISECONDS = 3_000;

export class PeopleInLine {
  readonly #url: string;
  readonly #agent = new Agent({ connections: PEOPLE * 2, bodyTimeout: 0 });
  readonly #stopping = new AbortController();
  #crowd: Promise<void>[] = [];
  #came = 0;
  /** What they heard of being let in. */
  admitted = 0;
  failures = 0;

  constructor(url: string) {
    this.#url = url;
  }

  start(): void {
    this.#crowd = Array.from({ length: PEOPLE }, () => this.#oneAfterTheOther());
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#crowd);
    await this.#agent.close();
  }

  async #oneAfterTheOther(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#visit(++this.#came).catch(() => {
        if (!this.#stopping.signal.aborted) this.failures++;
      });
      await this.#pause(100);
    }
  }

  async #visit(number: number): Promise<void> {
    const userId = `listener_${number}`;
    await this.#ask('POST', '/api/v1/token/create', { userId });
    const patience = new AbortController();
    if (number % IMPATIENT === 0) setTimeout(() => patience.abort(), IMPATIENT_MILLISECONDS);
    if (await this.#listen(userId, patience.signal)) {
      this.admitted++;
      await this.#pause(STAY_MILLISECONDS);
    }
    if (number % SILENT !== 0) await this.#ask('DELETE', `/api/v1/token?userId=${userId}`);
  }

  /** Resolves with whether they were let in before they lost patience. */
  async #listen(userId: string, patience: AbortSignal): Promise<boolean> {
    const signal = AbortSignal.any([patience, this.#stopping.signal]);
    try {
      const path = `${this.#url}/api/v1/token/events?userId=${userId}`;
      const { body } = await request(path, { dispatcher: this.#agent, signal });
      for await (const chunk of body) if (String(chunk).includes('event: active')) return true;
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    return false;
  }

  async #ask(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const answer = await request(this.#url + path, {
      method,
      dispatcher: this.#agent,
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    await answer.body.dump();
    if (answer.statusCode >= 400 && answer.statusCode !== 404) throw new Error(`${path} answered ${answer.statusCode}`);
  }

  #pause(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
