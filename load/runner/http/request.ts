// What a script asks for, as the prelude's `k6/http` describes it, turned into what goes on the wire.
import { encodeBody } from './coding.ts';
import type { CookieJar } from './cookies.ts';
import { wireValue } from './headers.ts';
import { parseTarget, type Target } from './target.ts';

/** JSON from the prelude; everything beyond `method` and `url` only when the script gave it. */
export interface RequestDescription {
  readonly method: string;
  readonly url: string;
  readonly name?: string;
  /** Values as the script has them. */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly cookies?: Readonly<Record<string, { readonly value: string; readonly replace?: boolean }>>;
  readonly timeout?: string | number;
  readonly redirects?: number;
  readonly auth?: string;
  readonly responseType?: string;
  readonly compression?: string;
  readonly jar?: number;
  readonly contentType?: string;
  /** Ranges of statuses that are no failure; null when failures are not to be counted. */
  readonly expected?: readonly (readonly [number, number])[] | null;
}

export interface WireRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly (readonly [string, string])[];
  readonly body: Buffer | null;
}

/** undici and HTTP itself decide on these. */
const notSent = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'upgrade']);

export function buildRequest(
  description: RequestDescription,
  sent: Buffer | null,
  jar: CookieJar,
  userAgent: string,
): WireRequest {
  const target = parseTarget(description.url);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(description.headers ?? {})) {
    if (!notSent.has(name.toLowerCase())) headers[name] = wireValue(String(value));
  }
  let body = sent;
  if (body && description.compression) {
    const encoded = encodeBody(body, description.compression);
    body = encoded.body;
    addMissing(headers, 'Content-Encoding', encoded.contentEncoding);
  }
  if (description.contentType) addMissing(headers, 'Content-Type', description.contentType);
  if (target.authorization) addMissing(headers, 'Authorization', target.authorization);
  if (userAgent !== '') addMissing(headers, 'User-Agent', userAgent);
  const cookies = cookiePairs(description.cookies, jar, target);
  if (cookies.length > 0) {
    const value = wireValue(cookies.map(([name, text]) => `${name}=${text}`).join('; '));
    const own = find(headers, 'Cookie');
    headers[own ?? 'Cookie'] = own === undefined ? value : `${headers[own]}; ${value}`;
  }
  return { method: description.method, target, headers, cookies, body };
}

/** Where a redirect leads: 307 and 308 repeat the request, the others ask for the new place with GET. */
export function followRedirect(request: WireRequest, status: number, location: string, jar: CookieJar): WireRequest {
  const target = parseTarget(new URL(location, request.target.href).href);
  const repeats = status === 307 || status === 308;
  const changes = !repeats && request.method !== 'GET' && request.method !== 'HEAD';
  const elsewhere = target.url.hostname !== request.target.url.hostname;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const lower = name.toLowerCase();
    if (lower === 'cookie' || lower === 'host' || (elsewhere && lower === 'authorization')) continue;
    if (changes && lower.startsWith('content-')) continue;
    headers[name] = value;
  }
  const cookies = cookiePairs(undefined, jar, target);
  if (cookies.length > 0) headers.Cookie = wireValue(cookies.map(([name, text]) => `${name}=${text}`).join('; '));
  return { method: changes ? 'GET' : request.method, target, headers, cookies, body: changes ? null : request.body };
}

function cookiePairs(own: RequestDescription['cookies'], jar: CookieJar, target: Target): [string, string][] {
  const pairs: [string, string][] = [];
  if (!jar.isEmpty) {
    for (const { name, value } of jar.for(target.url)) if (!own?.[name]?.replace) pairs.push([name, value]);
  }
  for (const [name, { value }] of Object.entries(own ?? {})) pairs.push([name, value]);
  return pairs;
}

const find = (headers: Readonly<Record<string, string>>, name: string) => {
  if (name in headers) return name;
  const lower = name.toLowerCase();
  return Object.keys(headers).find((key) => key.toLowerCase() === lower);
};

function addMissing(headers: Record<string, string>, name: string, value: string): void {
  if (find(headers, name) === undefined) headers[name] = value;
}
