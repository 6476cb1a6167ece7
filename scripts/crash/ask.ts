import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';

export interface Answer {
  status: number;
  /** As it came. */
  text: string;
  replayed: boolean;
}

/** No request of the service takes so long; a process that was killed with it on its hands may never say so. */
const MOST_MILLISECONDS = 15_000;
const NOT_YET = new Set([429, 500, 503]);
const AGAIN_AFTER_MILLISECONDS = 100;
const agent = new Agent({
  connections: 64,
  connect: { timeout: 5_000 },
  headersTimeout: MOST_MILLISECONDS,
  bodyTimeout: MOST_MILLISECONDS,
});

/** One request, sent once. @throws when no answer came: then nothing is known of its effect */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await request(url + path, {
    method: method as 'GET' | 'POST' | 'DELETE' | 'PATCH',
    dispatcher: agent,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.body.text();
  return { status: response.statusCode, text, replayed: response.headers['idempotency-replayed'] === 'true' };
}

/** What came in place of an answer that was lost. */
export const LOST: Answer = { status: 503, text: '', replayed: false };

/** Whether an answer settles the matter; a lost connection, a busy or a stopping service does not. */
const settles = ({ status, text }: Answer): boolean => !NOT_YET.has(status) && !text.includes('"IN_PROGRESS"');

/** Asks again and again until an answer settles the matter, or until `patient` has seen one too many that does not. */
export async function persist(
  attempt: () => Promise<Answer>,
  patient: (unsettled: Answer) => boolean = () => true,
): Promise<Answer> {
  for (;;) {
    const answer = await attempt().catch(() => LOST);
    if (settles(answer) || !patient(answer)) return answer;
    await sleep(AGAIN_AFTER_MILLISECONDS);
  }
}
