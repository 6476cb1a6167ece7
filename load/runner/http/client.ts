// Requests of one virtual user: redirects, cookies, timeouts, retries on a connection that had gone away.
import { STATUS_CODES } from 'node:http';
import type { HostValue } from '../vm/values.ts';
import { type Answer, answerForScript, failedAnswer, noPeer, noTimings, type ResponseType } from './answer.ts';
import { decodeBody } from './coding.ts';
import type { ConnectSettings } from './connect.ts';
import type { Peer } from './connection.ts';
import { Connections } from './connections.ts';
import type { Cookie, CookieJar } from './cookies.ts';
import { describeFailure, InvalidUrl, type RequestFailure, RequestTimeout } from './errors.ts';
import { Exchange, type RawResponse, type Timings } from './exchange.ts';
import { headerMap } from './headers.ts';
import { buildRequest, followRedirect, type RequestDescription, type WireRequest } from './request.ts';

export interface HttpSettings extends ConnectSettings {
  readonly userAgent: string;
  readonly maxRedirects: number;
  readonly discardResponseBodies: boolean;
  readonly noConnectionReuse: boolean;
  /** Waits for this request's turn under the `rps` option; absent when there is no limit. */
  readonly turn: (() => Promise<void>) | undefined;
}

/** One request on the wire and its outcome: what the http_req_* metrics count. */
export interface Hop {
  readonly description: RequestDescription;
  readonly request: WireRequest;
  readonly status: number;
  readonly timings: Timings;
  readonly peer: Peer;
  readonly failure: RequestFailure | undefined;
}

export interface HttpEvents {
  hop(hop: Hop): void;
  warn(message: string): void;
}

export class HttpClient {
  readonly settings: HttpSettings;
  readonly events: HttpEvents;
  readonly connections: Connections;

  constructor(settings: HttpSettings, events: HttpEvents) {
    this.settings = settings;
    this.events = events;
    this.connections = new Connections(settings);
  }

  start(description: RequestDescription, body: Buffer | null, jar: CookieJar, timeoutMs: number): HttpCall {
    return new HttpCall(this, description, body, jar, timeoutMs);
  }
}

/** A request under way, with everything it redirects to. */
export class HttpCall {
  /** The answer, also of a request that failed; rejects only when it was cancelled. */
  readonly done: Promise<HostValue>;
  /** Why there was no response. */
  failure: RequestFailure | undefined;
  readonly #client: HttpClient;
  readonly #description: RequestDescription;
  readonly #jar: CookieJar;
  #exchange: Exchange | undefined;
  #ended: Error | undefined;

  constructor(
    client: HttpClient,
    description: RequestDescription,
    body: Buffer | null,
    jar: CookieJar,
    timeoutMs: number,
  ) {
    this.#client = client;
    this.#description = description;
    this.#jar = jar;
    const timer = timeoutMs > 0 ? setTimeout(() => this.cancel(new RequestTimeout()), timeoutMs) : undefined;
    this.done = this.#run(body).finally(() => clearTimeout(timer));
  }

  get title(): string {
    return `${this.#description.method} ${this.#description.url}`;
  }

  /** Ends the request with this error, wherever it is. */
  cancel(reason: Error): void {
    this.#ended = reason;
    this.#exchange?.cancel(reason);
  }

  async #run(body: Buffer | null): Promise<HostValue> {
    const { settings, events } = this.#client;
    const description = this.#description;
    const first = this.#firstRequest(body);
    if (first instanceof InvalidUrl) {
      this.failure = describeFailure(first);
      return failedAnswer(description.url, this.failure);
    }
    let request = first;
    const limit = description.redirects ?? settings.maxRedirects;
    for (let followed = 0; ; followed++) {
      const answer = await this.#hop(request);
      const location = answer.headers.Location;
      const redirects = [301, 302, 303, 307, 308].includes(answer.status) && location !== undefined;
      if (redirects && followed < limit) {
        request = followRedirect(request, answer.status, location, this.#jar);
        continue;
      }
      if (redirects && limit > 0)
        events.warn(
          `Stopped after ${limit} redirects and returned the redirection; pass { redirects: n } to follow more`,
        );
      return answerForScript(answer, this.#responseType());
    }
  }

  #firstRequest(body: Buffer | null): WireRequest | InvalidUrl {
    const { userAgent } = this.#client.settings;
    try {
      return buildRequest(this.#description, body, this.#jar, userAgent);
    } catch (error) {
      if (error instanceof TypeError) return new InvalidUrl(error.message);
      throw error;
    }
  }

  #responseType(): ResponseType {
    const asked = this.#description.responseType;
    if (asked === 'binary' || asked === 'none' || asked === 'text') return asked;
    return this.#client.settings.discardResponseBodies ? 'none' : 'text';
  }

  async #hop(request: WireRequest): Promise<Answer> {
    const { settings, events } = this.#client;
    if (settings.turn) await settings.turn();
    let timings = noTimings;
    let peer = noPeer;
    try {
      if (this.#ended) throw this.#ended;
      const response = await this.#exchangeWithRetry(request);
      timings = this.#exchange?.timings() ?? noTimings;
      peer = this.#exchange?.connection.peer ?? noPeer;
      const answer = this.#answer(request, response, timings, peer);
      events.hop({ description: this.#description, request, status: answer.status, timings, peer, failure: undefined });
      return answer;
    } catch (error) {
      if (this.#ended && !(this.#ended instanceof RequestTimeout)) throw this.#ended;
      const failure = describeFailure(error);
      this.failure = failure;
      timings = this.#exchange?.timings() ?? noTimings;
      peer = this.#exchange?.connection.peer ?? noPeer;
      events.hop({ description: this.#description, request, status: 0, timings, peer, failure });
      const nothing = { headers: {}, cookies: [], body: null, status: 0, statusText: '' };
      return { request, ...nothing, timings, peer, failure };
    }
  }

  /** Like Go's client, a request that may be repeated is sent again when the server had closed the idle connection. */
  async #exchangeWithRetry(request: WireRequest): Promise<RawResponse> {
    try {
      return await this.#send(request);
    } catch (error) {
      const exchange = this.#exchange;
      const lost = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (this.#ended || !lost || !exchange?.reused || exchange.answered || !mayRepeat(request)) throw error;
      return await this.#send(request);
    }
  }

  #send(request: WireRequest): Promise<RawResponse> {
    const { settings, connections } = this.#client;
    const exchange = new Exchange(connections.take(request.target), this.#responseType() !== 'none');
    this.#exchange = exchange;
    return exchange.run({
      method: request.method as 'GET',
      path: request.target.path,
      headers: request.headers as Record<string, string>,
      body: request.body,
      // undici would close the connection after a HEAD.
      reset: settings.noConnectionReuse,
    });
  }

  #answer(request: WireRequest, response: RawResponse, timings: Timings, peer: Peer): Answer {
    const { headers, setCookies } = headerMap(response.headers);
    const cookies: Cookie[] = [];
    for (const header of setCookies) {
      const cookie = this.#jar.receive(request.target.url, header);
      if (cookie) cookies.push(cookie);
    }
    const coding = headers['Content-Encoding'];
    const body = coding === undefined ? response.body : decodeBody(response.body, coding);
    const statusText = response.statusText || (STATUS_CODES[response.status] ?? '');
    return { request, status: response.status, statusText, headers, cookies, body, timings, peer, failure: undefined };
  }
}

function mayRepeat({ method, body, headers }: WireRequest): boolean {
  if (Object.keys(headers).some((name) => /^(x-)?idempotency-key$/i.test(name))) return true;
  return body === null && ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method);
}
