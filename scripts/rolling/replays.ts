import { type Answer, ask, persist } from '../crash/ask.ts';
import type { Journal, Told } from '../crash/journal.ts';

const SAMPLE = 60;

/** Asks each process again for some of what was acknowledged, by whichever release: the same key, the same answer. */
export async function askedAgain(urls: readonly string[], { told }: Journal): Promise<string[]> {
  const keyed = told.filter(({ key }) => key !== null);
  const every = Math.max(1, Math.floor(keyed.length / SAMPLE));
  const wrong: string[] = [];
  for (const [i, one] of keyed.filter((_, n) => n % every === 0).entries()) {
    const again = await replay(urls[i % urls.length] as string, one);
    if (again.replayed && again.status === one.status && again.text === one.text) continue;
    const { action, userId, key, status, text } = one;
    wrong.push(`${action} of ${userId} with ${key} was ${status} ${text}, meanwhile it is ${JSON.stringify(again)}`);
  }
  return wrong;
}

const replay = (url: string, { method, path, body, key }: Told): Promise<Answer> =>
  persist(() => ask(url, method, path, body, { 'idempotency-key': key as string }));
