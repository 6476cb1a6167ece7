// What the prelude's Response is made from: [status, everything else as JSON, body].
import { type HostValue, Utf8 } from '../vm/values.ts';
import type { Peer } from './connection.ts';
import type { Cookie } from './cookies.ts';
import type { RequestFailure } from './errors.ts';
import type { Timings } from './exchange.ts';
import type { HeaderMap } from './headers.ts';
import type { WireRequest } from './request.ts';

export type ResponseType = 'text' | 'binary' | 'none';

export interface Answer {
  readonly request: WireRequest;
  readonly status: number;
  readonly statusText: string;
  readonly headers: HeaderMap;
  readonly cookies: readonly Cookie[];
  readonly body: Buffer | null;
  readonly timings: Timings;
  readonly peer: Peer;
  readonly failure: RequestFailure | undefined;
}

export const noTimings: Timings = {
  blocked: 0,
  connecting: 0,
  tlsHandshaking: 0,
  sending: 0,
  waiting: 0,
  receiving: 0,
  duration: 0,
};
export const noPeer: Peer = { ip: '', port: 0, tlsVersion: '', tlsCipherSuite: '' };

/** For a request that could not even be made. */
export function failedAnswer(url: string, failure: RequestFailure): HostValue {
  const request = { method: '', url, headers: {}, cookies: {} };
  const nothing = { ...about(noTimings, noPeer), headers: {}, cookies: {}, request };
  const { message: error, code: error_code } = failure;
  return [0, JSON.stringify({ status_text: '', url, error, error_code, proto: '', ...nothing }), null];
}

export function answerForScript(answer: Answer, responseType: ResponseType): HostValue {
  const { status, statusText, request, headers, cookies, failure, timings, peer, body } = answer;
  const failed = status === 0;
  const details = {
    status_text: failed ? '' : `${status} ${statusText}`,
    url: request.target.href,
    error: failure?.message ?? '',
    error_code: failure?.code ?? (status >= 400 ? 1000 + status : 0),
    proto: failed ? '' : 'HTTP/1.1',
    ...about(timings, peer),
    headers,
    cookies: cookies.length === 0 ? nothing : byName(cookies),
    request: sent(request),
  };
  return [status, JSON.stringify(details), bodyForScript(body, responseType)];
}

const nothing = {};

function about({ blocked, connecting, tlsHandshaking, sending, waiting, receiving, duration }: Timings, peer: Peer) {
  return {
    timings: {
      duration: toMicroseconds(duration),
      blocked: toMicroseconds(blocked),
      looking_up: 0,
      connecting: toMicroseconds(connecting),
      tls_handshaking: toMicroseconds(tlsHandshaking),
      sending: toMicroseconds(sending),
      waiting: toMicroseconds(waiting),
      receiving: toMicroseconds(receiving),
    },
    remote_ip: peer.ip,
    remote_port: peer.port,
    tls_version: peer.tlsVersion,
    tls_cipher_suite: peer.tlsCipherSuite,
  };
}

function sent({ method, target, headers, cookies }: WireRequest): object {
  const lists: Record<string, string[]> = {};
  for (const name in headers) lists[name] = [headers[name] ?? ''];
  const pairs = cookies.map(([name, value]) => [name, [{ name, value, replace: false }]] as const);
  return { method, url: target.href, headers: lists, cookies: Object.fromEntries(pairs) };
}

function byName(cookies: readonly Cookie[]): Record<string, object[]> {
  const map: Record<string, object[]> = {};
  for (const { name, value, domain, hostOnly, path, httpOnly, secure, maxAge, expiresAt } of cookies) {
    map[name] ??= [];
    map[name].push({
      name,
      value,
      domain: hostOnly ? '' : domain,
      path,
      http_only: httpOnly,
      secure,
      max_age: maxAge,
      expires: expiresAt ?? 0,
    });
  }
  return map;
}

function bodyForScript(body: Buffer | null, responseType: ResponseType): HostValue {
  if (body === null || responseType === 'none') return null;
  return responseType === 'binary' ? body : new Utf8(body);
}

const toMicroseconds = (milliseconds: number) => Math.round(milliseconds * 1000) / 1000;
