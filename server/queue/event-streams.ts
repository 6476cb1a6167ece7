import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/** Often enough that no proxy takes a silent stream for a dead one. */
const HEARTBEAT_MILLISECONDS = 15_000;
/** Whoever lets this much pile up has stopped reading. */
const MOST_BUFFERED_BYTES = 65_536;
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would collect events before it passes them on.
  'x-accel-buffering': 'no',
};

/** One listener's stream. There are many, and each lasts: what it keeps is counted in bytes. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #open: Set<EventStream>;
  #onClosed: (() => void)[] | null = [];

  constructor(response: ServerResponse, open: Set<EventStream>) {
    this.#response = response;
    this.#open = open;
    // Whoever left while their place was looked up has been closed already.
    if (response.destroyed) this.#closed();
    else this.#begin(response);
  }

  #begin(response: ServerResponse): void {
    this.#open.add(this);
    response.on('close', () => this.#closed());
    // Heartbeats tell whether anybody listens; a stream needs no clock of its own.
    response.socket?.setTimeout(0);
    response.socket?.cork();
    response.writeHead(200, HEADERS);
    // By itself, so that it is kept as one piece of text: ahead of a first chunk it stays in thirty, 1 kB a listener.
    response.flushHeaders();
    response.write('retry: 2000\n\n');
    response.socket?.uncork();
  }

  send(event: string, data: unknown): void {
    this.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  write(text: string): void {
    if (this.#response.writableEnded) return;
    if (this.#response.writableLength > MOST_BUFFERED_BYTES) this.#response.destroy();
    else this.#response.write(text);
  }

  /** It may take a while to leave; nothing may be written meanwhile. */
  end(): void {
    this.#open.delete(this);
    this.#response.end();
  }

  /** Called once, however the stream ends. */
  onClosed(listener: () => void): void {
    if (this.#onClosed) this.#onClosed.push(listener);
    else listener();
  }

  #closed(): void {
    this.#open.delete(this);
    const listeners = this.#onClosed ?? [];
    this.#onClosed = null;
    for (const listener of listeners) listener();
  }
}

/** The open event streams (server-sent events) of this process: one heartbeat for all. */
export class EventStreams {
  readonly #open = new Set<EventStream>();
  #heartbeat: NodeJS.Timeout | null = null;

  open(reply: FastifyReply): EventStream {
    reply.hijack();
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MILLISECONDS).unref();
    return new EventStream(reply.raw, this.#open);
  }

  /** Ends every stream; clients connect again, to another process. */
  end(): void {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    for (const stream of this.#open) stream.end();
  }

  #beat(): void {
    for (const stream of this.#open) stream.write(':\n\n');
  }
}
