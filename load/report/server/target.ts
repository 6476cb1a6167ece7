// What a target answers to somebody who looks at it. Never waits long, and never throws: a target that is busy or gone
// is what is being found out.
import { type Figures, parseMetrics } from '../../../web/ops/metrics/parse.ts';
import type { Audit, ServerSide } from '../record.ts';

/** A service that is overloaded takes its time, and that is when it is worth looking at. */
const LOOK_MILLISECONDS = 3_000;
/** The audit reads every row. */
const AUDIT_MILLISECONDS = 30_000;

export class Target {
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #hasToken: boolean;
  readonly #patience: number;
  /** Why the last look saw nothing. */
  silence: ServerSide['silence'] = null;

  constructor(url: string, token: string | undefined, patienceMilliseconds = LOOK_MILLISECONDS) {
    this.url = url;
    this.#patience = patienceMilliseconds;
    this.#hasToken = token !== undefined;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async isJari(): Promise<boolean> {
    const answer = await this.#ask('/openapi.json', this.#patience);
    if (!answer?.ok) return false;
    const { info } = (await answer.json().catch(() => ({}))) as { info?: { title?: string } };
    return info?.title === 'jari';
  }

  async metrics(): Promise<Figures | null> {
    const answer = await this.#ask('/metrics', this.#patience);
    const text = await answer?.text().catch(() => null);
    this.silence = this.#silenceOf(answer?.status);
    return answer?.ok && text ? parseMetrics(text) : null;
  }

  async audit(): Promise<Audit | null> {
    const answer = await this.#ask('/ops/api/audit', AUDIT_MILLISECONDS);
    return answer?.ok ? ((await answer.json().catch(() => null)) as Audit | null) : null;
  }

  #silenceOf(status: number | undefined): ServerSide['silence'] {
    if (status === undefined) return 'NO_ANSWER';
    if (status === 401 || status === 403) return this.#hasToken ? 'WRONG_TOKEN' : 'NO_TOKEN';
    return status === 200 ? null : 'NO_METRICS';
  }

  #ask(path: string, milliseconds: number): Promise<Response | null> {
    const signal = AbortSignal.timeout(milliseconds);
    return fetch(this.url + path, { headers: this.#headers, signal }).catch(() => null);
  }
}
