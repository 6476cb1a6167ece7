import { createHmac } from 'node:crypto';
import type { Consumer } from '../bus.ts';
import { type DomainEvent, RESERVATIONS, WALLETS } from '../event.ts';
import type { RetrySchedule } from '../retry.ts';

export interface WebhookOptions {
  url: string;
  secret: string;
  /** Calls under way at the same time. */
  concurrency?: number;
  /** A receiver that takes longer has not received it. */
  timeoutMilliseconds?: number;
  retry?: RetrySchedule;
}

/** About half an hour of a receiver's downtime, then the dead letters. */
const RETRY: RetrySchedule = { maxAttempts: 14, firstDelayMilliseconds: 1_000, maxDelayMilliseconds: 300_000 };
/** Rounds of calls in a batch; with the timeout it must stay well below the lease of a delivery. */
const CALLS_EACH = 4;

/**
 * Tells another system about every event: a signed POST each, in order per key. A receiver may get an event again and
 * knows it by `jari-event-id`; it believes the body when {@link signature} agrees and the time is recent.
 */
export class Webhook implements Consumer {
  readonly name = 'webhook';
  readonly topics = [RESERVATIONS, WALLETS];
  readonly batchSize: number;
  readonly retry: RetrySchedule;
  readonly #url: string;
  readonly #secret: string;
  readonly #concurrency: number;
  readonly #timeoutMilliseconds: number;

  constructor(options: WebhookOptions) {
    this.#url = options.url;
    this.#secret = options.secret;
    this.#concurrency = options.concurrency ?? 16;
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 5_000;
    this.retry = options.retry ?? RETRY;
    this.batchSize = this.#concurrency * CALLS_EACH;
  }

  async handle(events: readonly DomainEvent[]): Promise<(Error | null)[]> {
    const outcomes: (Error | null)[] = new Array(events.length).fill(null);
    const rest = events.entries();
    const caller = async () => {
      for (const [i, event] of rest) outcomes[i] = await this.#send(event);
    };
    await Promise.all(Array.from({ length: Math.min(this.#concurrency, events.length) }, caller));
    return outcomes;
  }

  async #send(event: DomainEvent): Promise<Error | null> {
    const body = JSON.stringify(event);
    const seconds = Math.floor(Date.now() / 1000);
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'jari-webhook',
          'jari-event-id': String(event.eventId),
          'jari-signature': `t=${seconds},v1=${signature(this.#secret, seconds, body)}`,
        },
        body,
        // What is signed for one receiver is not for where it points to.
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#timeoutMilliseconds),
      });
      await response.body?.cancel();
      return response.ok ? null : new Error(`the receiver answered ${response.status || 'a redirect'}`);
    } catch (error) {
      return new Error(`the receiver could not be reached: ${causeOf(error)}`, { cause: error });
    }
  }
}

/** HMAC-SHA256 of `timestamp.body`, hex. @param seconds since 1970 */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function causeOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  return cause?.code ?? cause?.message ?? message;
}
