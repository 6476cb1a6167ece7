// Header names and values on their way out and in.

/** `Content-Type`, as k6 shows the names of a response's headers whatever the server sent. */
export function canonicalName(name: string): string {
  let canonical = canonicalNames.get(name);
  if (canonical === undefined) {
    canonical = name.toLowerCase().replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (canonicalNames.size < 1000) canonicalNames.set(name, canonical);
  }
  return canonical;
}
const canonicalNames = new Map<string, string>();

/** Headers go out as latin1 bytes; text beyond it goes as its UTF-8 bytes. */
export function wireValue(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test is for characters above ASCII
  return /^[\x00-\x7f]*$/.test(value) ? value : Buffer.from(value, 'utf8').toString('latin1');
}

export type HeaderMap = Record<string, string>;

/** undici's flat list of names and values as a map; repeated headers are joined with ", ". */
export function headerMap(raw: readonly (Buffer | string)[]): { headers: HeaderMap; setCookies: string[] } {
  const headers: HeaderMap = {};
  const setCookies: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = canonicalName(asText(raw[at] ?? ''));
    const value = asText(raw[at + 1] ?? '');
    const before = headers[name];
    headers[name] = before === undefined ? value : `${before}, ${value}`;
    if (name === 'Set-Cookie') setCookies.push(value);
  }
  return { headers, setCookies };
}

const asText = (item: Buffer | string) => (typeof item === 'string' ? item : item.toString('latin1'));
