// A URL as the client needs it. Scripts ask for the same few again and again, so what was parsed is kept.
import { Buffer } from 'node:buffer';

export interface Target {
  readonly href: string;
  /** `http://host:port`: what a connection belongs to. */
  readonly origin: string;
  readonly path: string;
  /** From `http://user:password@host`: a ready Authorization header. */
  readonly authorization: string | undefined;
  readonly url: URL;
}

const KEPT = 10_000;
const known = new Map<string, Target>();

/** Throws TypeError when the text is not an http or https URL. */
export function parseTarget(text: string): Target {
  const found = known.get(text);
  if (found) return found;
  const target = parse(text);
  if (known.size >= KEPT) known.clear();
  known.set(text, target);
  return target;
}

function parse(text: string): Target {
  if (!/^https?:\/\//i.test(text)) throw new TypeError(`invalid URL "${text}": it must begin with http:// or https://`);
  if (!URL.canParse(text)) throw new TypeError(`invalid URL "${text}"`);
  const url = new URL(text);
  const { username, password, origin, pathname, search } = url;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = username === '' ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { href: text, origin, path: pathname + search, authorization, url };
}
