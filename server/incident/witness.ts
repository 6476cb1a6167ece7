import type { Identity } from '../identity/identity.ts';
import type { Answered } from '../monitor/requests.ts';
import { type Harms, SLOW_MILLISECONDS } from './hurt.ts';
import type { Passes } from './passes.ts';
import { askers } from './who.ts';

export interface WitnessParts {
  harms: Harms;
  identity: Identity;
  /** Whether a request may name its user without proving it. */
  believed: boolean;
}

/** Lines that sell at present are few; somebody may make up more. */
const MOST_QUEUES = 16;

/** Sees every answer, and remembers those that hurt somebody. */
export class RequestWitness {
  readonly #harms: Harms;
  readonly #whoAsked: ReturnType<typeof askers>;
  readonly #queueIds = new Set(['main']);

  constructor({ harms, identity, believed }: WitnessParts) {
    this.#harms = harms;
    this.#whoAsked = askers(identity, believed);
  }

  /** Lines that somebody reserved through lately, "main" first. */
  queueIds(): string[] {
    return [...this.#queueIds];
  }

  /** On the path of every request: two comparisons for one that went well. */
  answered({ request, api, status, milliseconds }: Answered): void {
    if (api === 'reservation' && status === 200) this.#sold(request.body);
    if (status < 500 && milliseconds <= SLOW_MILLISECONDS) return;
    const at = Date.now();
    const what = status >= 500 ? 'FAILED' : 'SLOW';
    this.#whoAsked(request).then(
      (who) => who && this.#harms.add({ who, at, what, api, status, milliseconds }),
      () => {}, // whoever it was can't be told
    );
  }

  /** Somebody took a place in a line: perhaps they were promised one at its front. */
  entered({ request }: Answered, passes: Pick<Passes, 'entered'>): void {
    const { userId, queueId = 'main' } = request.body as { userId: string; queueId?: string };
    passes.entered(userId, queueId);
  }

  #sold(body: unknown): void {
    const queueId = (body as { queueId?: string } | null | undefined)?.queueId;
    if (queueId !== undefined && this.#queueIds.size < MOST_QUEUES) this.#queueIds.add(queueId);
  }
}
