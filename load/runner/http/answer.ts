// What the prelude's Response is made from: [fields every script reads, everything else, body].
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
  const core = [0, '', url, failure.message, failure.code, '', 0, 0, 0, 0, 0, 0, 0];
  const details = { headers: {}, cookies: {}, request: { method: '', url, headers: {}, cookies: {} } };
  return [JSON.stringify(core), JSON.stringify(details), null];
}

export function answerForScript(answer: Answer, responseType: ResponseType): HostValue {
  const { status, statusText, request, failure, timings, body } = answer;
  const { blocked, connecting, tlsHandshaking, sending, waiting, receiving, duration } = timings;
  const failed = status === 0;
  const core = [
    status,
    failed ? '' : `${status} ${statusText}`,
    request.target.href,
    failure?.message ?? '',
    failure?.code ?? (status >= 400 ? 1000 + status : 0),
    failed ? '' : 'HTTP/1.1',
    ...[blocked, connecting, tlsHandshaking, sending, waiting, receiving, duration].map(toMicroseconds),
  ];
  return [JSON.stringify(core), JSON.stringify(details(answer)), bodyForScript(body, responseType)];
}

function details({ request, headers, cookies, peer }: Answer): object {
  const sent = Object.entries(request.headers).map(([name, value]) => [name, [value]]);
  const sentCookies = request.cookies.map(([name, value]) => [name, [{ name, value, replace: false }]]);
  return {
    headers,
    cookies: byName(cookies),
    request: {
      method: request.method,
      url: request.target.href,
      headers: Object.fromEntries(sent),
      cookies: Object.fromEntries(sentCookies),
    },
    remote_ip: peer.ip,
    remote_port: peer.port,
    tls_version: peer.tlsVersion,
    tls_cipher_suite: peer.tlsCipherSuite,
    ocsp: { produced_at: 0, this_update: 0, next_update: 0, revoked_at: 0, revocation_reason: '', status: 'unknown' },
  };
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
