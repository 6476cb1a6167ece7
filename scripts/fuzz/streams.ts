// Event streams: opened, read for a moment, and left.
import type { Dispatcher } from 'undici';
import { PlaceEvent } from '../../contract/queue.ts';
import { checkOf, closed, type JsonSchema, type Operation } from './document.ts';
import { wrongWith } from './oracle.ts';
import type { Credential, People } from './people.ts';
import type { FuzzRequest } from './requests.ts';

const READ_MILLISECONDS = 60;
const EVENTS = ['position', 'active', 'expired'];
const CREDENTIALS: readonly Credential[] = ['right', 'right', 'place', 'place', 'none', 'forged', 'expired'];
const eventSchema = closed(PlaceEvent as unknown as JsonSchema);

/** Reads what a stream says of one place for a moment. Returns what is wrong with it. */
export async function wrongWithStream(
  pool: Dispatcher,
  operation: Operation,
  people: People,
  n: number,
): Promise<string[]> {
  const request = streamRequest(operation, people, n);
  const { path, headers } = request;
  const { statusCode: status, headers: given, body } = await pool.request({ method: 'GET', path, headers });
  const type = String(given['content-type'] ?? '');
  const answered = { ...(given as Record<string, string>), 'content-type': type };
  if (status !== 200) return wrongWith(request, { status, headers: answered, text: await body.text() }, people);
  let text = '';
  body.on('error', () => {}); // we leave in the middle
  body.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  await new Promise((resolve) => setTimeout(resolve, READ_MILLISECONDS));
  body.destroy();
  return [...wrongWith(request, { status, headers: answered, text }, people), ...wrongEvents(text)];
}

function streamRequest(operation: Operation, people: People, n: number): FuzzRequest {
  const actor = people.users[n % people.users.length] as string;
  const credential = CREDENTIALS[n % CREDENTIALS.length] as Credential;
  const authorization = people.authorization(credential, actor, n);
  return {
    operation,
    method: 'GET',
    path: `/api/v1/token/events?userId=${actor}`,
    headers: authorization === undefined ? {} : { authorization },
    body: undefined,
    actor,
    credential,
    fits: true,
    asked: { userId: actor },
  };
}

function wrongEvents(text: string): string[] {
  const whole = text.split('\n\n').slice(0, -1);
  return whole.flatMap((block) => {
    if (/^(:|retry: \d+$)/.test(block)) return [];
    const [, event, data] = /^event: (\w+)\ndata: (.+)$/.exec(block) ?? [];
    if (!EVENTS.includes(event as string)) return [`an event that is none: ${block}`];
    return checkOf(eventSchema)(JSON.parse(data as string)) ? [] : [`a place that is none: ${data}`];
  });
}
