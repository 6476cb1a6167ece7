import { createHmac } from 'node:crypto';
import type { Consumer } from '../bus.ts';
import { type DomainEvent, RESERVATIONS, WALLETS } from '../event.ts';
import type { RetrySchedule } from '../retry.ts';

export interface WebhookOptions {
  url: string;
  secret: string;
  /** Calls under way at the same time, and events of a batch. */
  concurrency?: number;
  /** A receiver that takes longer has not received it. */
  timeoutMilliseconds?: number;
  retry?: RetrySchedule;
}

/** 20 to 30 minutes of a receiver's downtime, then the dead letters. */
const RETRY: RetrySchedule = { maxAttempts: 14, firstDelayMilliseconds: 1_000, maxDelayMilliseconds: 300_000 };
/** A receiver's answer is read up to here, so that the connection can be used again. */
const MOST_ANSWER_BYTES = 65_536;

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
  readonly #timeoutMilliseconds: number;

  constructor(options: WebhookOptions) {
    this.#url = options.url;
    this.#secret = options.secret;
    this.#timeoutMilliseconds = options.timeoutMilliseconds ?? 5_000;
    this.retry = options.retry ?? RETRY;
    // One call each, so that a batch takes one timeout at the most: well below the lease of a delivery.
    this.batchSize = options.concurrency ?? 16;
  }

  handle(events: readonly DomainEvent[]): Promise<(Error | null)[]> {
    return Promise.all(events.map((event) => this.#send(event)));
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
      // What it says after its status changes nothing any more.
      await readAnswer(response).catch(() => {});
      return response.ok ? null : new Error(`the receiver answered ${response.status}`);
    } catch (error) {
      return new Error(`the receiver could not be reached: ${causeOf(error)}`, { cause: error });
    }
  }
}

/** HMAC-SHA256 of `timestamp.body`, hex. @param seconds since 1970 */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}

async function readAnswer(response: Response): Promise<void> {
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_ANSWER_BYTES) break;
  }
}

/** fetch says "fetch failed" and keeps the reason in its cause. */
function causeOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  return cause?.code ?? cause?.message ?? message;
}
