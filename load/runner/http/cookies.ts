// A cookie jar after RFC 6265: which cookies a response sets, which a request sends.
import { isIP } from 'node:net';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  /** Only this very host, because the server named no domain. */
  readonly hostOnly: boolean;
  readonly path: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** Milliseconds since 1970; undefined ends with the jar. */
  readonly expiresAt: number | undefined;
  readonly maxAge: number;
}

export interface CookieAttributes {
  readonly domain?: string;
  readonly path?: string;
  readonly expires?: string;
  readonly max_age?: number;
  readonly secure?: boolean;
  readonly http_only?: boolean;
}

export class CookieJar {
  readonly #cookies = new Map<string, Cookie>();

  get isEmpty(): boolean {
    return this.#cookies.size === 0;
  }

  /** One Set-Cookie header; undefined when it is not for this host. */
  receive(url: URL, header: string): Cookie | undefined {
    const [pair = '', ...rest] = header.split(';');
    const equals = pair.indexOf('=');
    if (equals < 1) return undefined;
    const attributes: Record<string, string> = {};
    for (const item of rest) {
      const at = item.indexOf('=');
      const name = (at < 0 ? item : item.slice(0, at)).trim().toLowerCase();
      attributes[name] = at < 0 ? '' : item.slice(at + 1).trim();
    }
    const { domain, path, expires } = attributes;
    const maxAge = attributes['max-age'];
    return this.set(
      url,
      pair.slice(0, equals).trim(),
      pair
        .slice(equals + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
      {
        ...(domain !== undefined && { domain }),
        ...(path !== undefined && { path }),
        ...(expires !== undefined && { expires }),
        ...(maxAge !== undefined && /^-?\d+$/.test(maxAge) && { max_age: Number(maxAge) }),
        secure: 'secure' in attributes,
        http_only: 'httponly' in attributes,
      },
    );
  }

  set(url: URL, name: string, value: string, attributes: CookieAttributes): Cookie | undefined {
    const asked = (attributes.domain ?? '').replace(/^\./, '').toLowerCase();
    const hostOnly = asked === '';
    const domain = hostOnly ? url.hostname : asked;
    if (!domainMatches(url.hostname, domain)) return undefined;
    const path = attributes.path?.startsWith('/') ? attributes.path : defaultPath(url.pathname);
    const maxAge = attributes.max_age ?? 0;
    const cookie: Cookie = {
      name,
      value,
      domain,
      hostOnly,
      path,
      secure: attributes.secure ?? false,
      httpOnly: attributes.http_only ?? false,
      expiresAt: expiry(attributes),
      maxAge,
    };
    const key = `${domain};${path};${name}`;
    if (cookie.expiresAt !== undefined && cookie.expiresAt <= Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, cookie);
    return cookie;
  }

  /** The cookies a request to this URL carries, longer paths first. */
  for(url: URL): Cookie[] {
    const now = Date.now();
    const sent = [...this.#cookies.values()].filter(
      (cookie) =>
        (cookie.expiresAt === undefined || cookie.expiresAt > now) &&
        (cookie.hostOnly ? url.hostname === cookie.domain : domainMatches(url.hostname, cookie.domain)) &&
        pathMatches(url.pathname, cookie.path) &&
        (!cookie.secure || url.protocol === 'https:'),
    );
    return sent.sort((a, b) => b.path.length - a.path.length);
  }

  delete(url: URL, name?: string): void {
    for (const cookie of this.for(url)) {
      if (name === undefined || cookie.name === name)
        this.#cookies.delete(`${cookie.domain};${cookie.path};${cookie.name}`);
    }
  }
}

function expiry({ max_age: maxAge, expires }: CookieAttributes): number | undefined {
  if (maxAge !== undefined && maxAge !== 0) return maxAge < 0 ? 0 : Date.now() + maxAge * 1000;
  const at = Date.parse(expires ?? '');
  return Number.isNaN(at) ? undefined : at;
}

const domainMatches = (host: string, domain: string) =>
  host === domain || (host.endsWith(`.${domain}`) && isIP(host) === 0);

const pathMatches = (requested: string, path: string) =>
  requested === path || (requested.startsWith(path) && (path.endsWith('/') || requested[path.length] === '/'));

const defaultPath = (pathname: string) => pathname.slice(0, Math.max(1, pathname.lastIndexOf('/')));
