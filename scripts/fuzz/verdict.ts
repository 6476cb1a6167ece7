// When all is sent: whether what was acknowledged is there, nothing was done twice, and the service says that it is sound.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { type Entry, type Memory, type Reservation, soldTwice } from './memory.ts';
import { login, type People } from './people.ts';
import { type FuzzedService, OPS_TOKEN } from './service.ts';

const AT_ONCE = 20;
const AUDITED_WITHIN_MILLISECONDS = 90_000;
const ANSWERED_WITHIN_MILLISECONDS = 60_000;
const LOOK_EVERY_MILLISECONDS = 1_000;

export async function verdict(service: FuzzedService, people: People, memory: Memory): Promise<string[]> {
  const ended = service.ended();
  if (ended) return [`the service ended by itself: ${ended}`, ...service.output.slice(-20)];
  const look = new Look(service.urls[0] as string);
  const wrong = await compared(look, people, memory).finally(look.close);
  const defects = service.output.filter((line) => /a defect|"level":(50|60)/.test(line));
  return [...wrong, ...defects.slice(0, 20).map((line) => `logged: ${line}`)];
}

async function compared(look: Look, people: People, memory: Memory): Promise<string[]> {
  const entries = new Map<string, Entry[]>();
  const users = [...people.users, people.smuggled];
  const wrong = await eachOf(users, async (userId) => {
    const own = await look.entries(userId);
    entries.set(userId, own);
    return memory.lost(userId, await look.balance(userId), own);
  });
  const found: Reservation[] = [];
  const told = [...memory.reservations.values()];
  wrong.push(
    ...(await eachOf(told, async ({ reservationId, userId }) => {
      const one = await look.reservation(reservationId, userId);
      if (!one) return [`${reservationId} was acknowledged and is not there`];
      found.push(one);
      return memory.changed(one, entries.get(userId) ?? (await look.entries(userId)));
    })),
  );
  return [...wrong, ...soldTwice(found, await look.sections()), ...(await audited(look))];
}

/** Events may still be on their way. */
async function audited(look: Look): Promise<string[]> {
  for (const deadline = Date.now() + AUDITED_WITHIN_MILLISECONDS; ; await sleep(LOOK_EVERY_MILLISECONDS)) {
    const { ok, checks } = await look.audit();
    if (ok) return [];
    if (Date.now() > deadline)
      return checks.filter((check) => !check.ok).map(({ name, detail }) => `audit: ${name}: ${detail}`);
  }
}

/** Asks as each user, by their login; where nobody has to prove it, it does no harm. */
class Look {
  /** It sends a path as it is: a user may be called `..`. */
  readonly #pool: Pool;

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: AT_ONCE });
  }

  close = () => this.#pool.destroy();

  balance = async (userId: string) =>
    (await this.#get<{ balance: number }>(`/api/v1/wallet/${userId}`, login(userId))).balance;

  async entries(userId: string): Promise<Entry[]> {
    const all: Entry[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path = `/api/v1/wallet/${userId}/entries?limit=500${cursor && `&cursor=${cursor}`}`;
      const page: { items: Entry[]; nextCursor: string | null } = await this.#get(path, login(userId));
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }

  reservation = (reservationId: string, userId: string) =>
    this.#find<Reservation>(`/api/v1/reservation/${reservationId}`, login(userId));

  audit = () =>
    this.#get<{ ok: boolean; checks: { name: string; ok: boolean; detail: string }[] }>('/ops/api/audit', OPS_TOKEN);

  async sections(): Promise<Set<number>> {
    const path = '/api/v1/concerts/123/schedules/456/seats';
    const { items } = await this.#get<{ items: { seatId: number; kind: string }[] }>(path, OPS_TOKEN);
    return new Set(items.filter(({ kind }) => kind === 'STANDING').map(({ seatId }) => seatId));
  }

  async #get<T>(path: string, token: string): Promise<T> {
    const found = await this.#find<T>(path, token);
    if (found === null) throw new Error(`GET ${path} answered 404`);
    return found;
  }

  /** Null for what is not there. A store that is busy yet is asked again. */
  async #find<T>(path: string, token: string): Promise<T | null> {
    for (const deadline = Date.now() + ANSWERED_WITHIN_MILLISECONDS; ; await sleep(LOOK_EVERY_MILLISECONDS)) {
      const headers = { authorization: `Bearer ${token}` };
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path, headers });
      const text = await body.text();
      if (statusCode === 200) return JSON.parse(text) as T;
      if (statusCode === 404) return null;
      if (statusCode !== 503 || Date.now() > deadline) throw new Error(`GET ${path} answered ${statusCode}: ${text}`);
    }
  }
}

async function eachOf<T>(items: readonly T[], look: (item: T) => Promise<string[]>): Promise<string[]> {
  const found: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) found.push(...(await look(items[next++] as T)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}
