import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Call {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export type Answer = (call: Call, response: ServerResponse) => void;

/** Another system's web server, which notes who called. */
export class Receiver {
  readonly calls: Call[] = [];
  /** Connections that were opened so far. */
  connections = 0;
  answer: Answer;
  readonly #server = createServer((request, response) => void this.#take(request, response));
  #port = 0;

  constructor(answer: Answer = (_, response) => response.end()) {
    this.answer = answer;
    this.#server.on('connection', () => this.connections++);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hooks/jari?from=1`;
  }

  /** On the port it had before, if any. */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Connections are refused from now on, and those that are open are cut. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: await text(request) };
    this.calls.push(call);
    this.answer(call, response);
  }
}
