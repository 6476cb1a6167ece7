import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

export interface EventStream {
  send(event: string, data: unknown): void;
  end(): void;
  /** Called once, however the stream ends. */
  onClosed(listener: () => void): void;
}

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

/** The open event streams (server-sent events) of this process: one heartbeat for all. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  #heartbeat: NodeJS.Timeout | null = null;

  open(reply: FastifyReply): EventStream {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, HEADERS);
    response.write('retry: 2000\n\n');
    // Whoever left while their place was looked up has been closed already.
    if (!response.destroyed) this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
    this.#heartbeat ??= setInterval(() => this.#beat(), HEARTBEAT_MILLISECONDS).unref();
    return {
      send: (event, data) => this.#write(response, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
      end: () => this.#end(response),
      onClosed: (listener) => {
        if (response.destroyed) listener();
        else response.once('close', listener);
      },
    };
  }

  /** Ends every stream; clients connect again, to another process. */
  end(): void {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    this.#heartbeat = null;
    for (const response of this.#open) this.#end(response);
  }

  /** It may take a while to leave; nothing may be written meanwhile. */
  #end(response: ServerResponse): void {
    this.#open.delete(response);
    response.end();
  }

  #beat(): void {
    for (const response of this.#open) this.#write(response, ':\n\n');
  }

  #write(response: ServerResponse, text: string): void {
    if (response.writableEnded) return;
    if (response.writableLength > MOST_BUFFERED_BYTES) response.destroy();
    else response.write(text);
  }
}
