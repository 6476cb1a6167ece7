/** A refusal's code, or nothing when there was no answer. */
export class CrowdRefused extends Error {
  readonly code: string;
  readonly retryAfterSeconds: number;
  constructor(code: string, retryAfterSeconds: number) {
    super(code);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const TIMEOUT_MILLISECONDS = 15_000;

/** @throws CrowdRefused */
export async function fetchJson<T>(method: string, path: string, body?: unknown): Promise<T | null> {
  const answer = await fetch(path, {
    method,
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw new CrowdRefused('OFFLINE', 1);
  });
  const text = await answer.text().catch(() => '');
  const parsed = text === '' ? null : JSON.parse(text);
  if (answer.ok) return parsed as T;
  throw new CrowdRefused(String(parsed?.code ?? answer.status), Number(answer.headers.get('retry-after')) || 1);
}

/** Runs the work of all, a few at a time; browsers open no more connections than this to one address anyway. */
export async function fewAtATime<T>(items: Iterable<T>, work: (item: T) => Promise<void>, atOnce = 6): Promise<void> {
  const rest = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = rest.next(); !next.done; next = rest.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
