// One request and its response on a connection: undici's events, and when each happened.
import type { Dispatcher } from 'undici';
import type { Connection } from './connection.ts';

/** Milliseconds, by the names of k6's metrics. */
export interface Timings {
  readonly blocked: number;
  readonly connecting: number;
  readonly tlsHandshaking: number;
  readonly sending: number;
  readonly waiting: number;
  readonly receiving: number;
  /** sending + waiting + receiving */
  readonly duration: number;
}

export interface RawResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (Buffer | string)[];
  readonly body: Buffer;
}

const NOTHING = Buffer.alloc(0);

export class Exchange implements Dispatcher.DispatchHandler {
  readonly connection: Connection;
  readonly keepsBody: boolean;
  /** True once a byte of the response has come: from then on the request must not be sent again. */
  answered = false;
  /** True when the connection had been opened for an earlier request. */
  reused = false;
  #finish: ((response: RawResponse) => void) | undefined;
  #fail: ((error: Error) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #cancelled: Error | undefined;
  readonly #askedAt = performance.now();
  #startedAt = 0;
  #sentAt = 0;
  #firstByteAt = 0;
  #endedAt = 0;
  #opening: { connectingMs: number; tlsHandshakingMs: number } | undefined;
  #status = 0;
  #statusText = '';
  #headers: readonly (Buffer | string)[] = [];
  #chunks: Buffer[] = [];

  constructor(connection: Connection, keepsBody: boolean) {
    this.connection = connection;
    this.keepsBody = keepsBody;
  }

  run(options: Dispatcher.DispatchOptions): Promise<RawResponse> {
    return new Promise((resolve, reject) => {
      this.#finish = resolve;
      this.#fail = reject;
      this.connection.dispatch(options, this);
    });
  }

  /** Ends the exchange at once; the connection is not used again. */
  cancel(reason: Error): void {
    this.#cancelled = reason;
    if (this.#controller) this.#controller.abort(reason);
    else this.connection.close();
    this.#end(reason);
  }

  timings(): Timings {
    const ended = this.#endedAt || performance.now();
    const started = this.#startedAt || ended;
    const sent = this.#sentAt || this.#firstByteAt || ended;
    const firstByte = this.#firstByteAt || ended;
    return {
      blocked: started - this.#askedAt,
      connecting: this.#opening?.connectingMs ?? 0,
      tlsHandshaking: this.#opening?.tlsHandshakingMs ?? 0,
      sending: sent - started,
      waiting: firstByte - sent,
      receiving: ended - firstByte,
      duration: ended - started,
    };
  }

  // ---- called by undici ----
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#opening = this.connection.takeOpening();
    this.reused = this.#opening === undefined;
    this.#startedAt = performance.now();
    if (this.#cancelled) controller.abort(this.#cancelled);
  }
  onRequestSent(): void {
    this.#sentAt = performance.now();
  }
  onResponseStarted(): void {
    this.answered = true;
    this.#firstByteAt = performance.now();
  }
  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string,
  ): void {
    if (this.#firstByteAt === 0) this.onResponseStarted();
    this.#status = status;
    this.#statusText = statusText ?? '';
    const raw = controller.rawHeaders;
    this.#headers = Array.isArray(raw) ? raw : [];
  }
  onResponseData(_controller: unknown, chunk: Buffer): void {
    if (this.keepsBody) this.#chunks.push(chunk);
  }
  onResponseEnd(): void {
    this.#endedAt = performance.now();
    const body = this.#chunks.length === 1 ? (this.#chunks[0] ?? NOTHING) : Buffer.concat(this.#chunks);
    this.connection.busy = false;
    this.#finish?.({ status: this.#status, statusText: this.#statusText, headers: this.#headers, body });
  }
  onResponseError(_controller: unknown, error: Error): void {
    this.#end(this.#cancelled ?? error);
  }

  #end(error: Error): void {
    if (this.#endedAt === 0) this.#endedAt = performance.now();
    this.connection.busy = false;
    this.#fail?.(error);
  }
}
