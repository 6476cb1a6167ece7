import { type Answer, ask, persist } from './ask.ts';
import type { Journal } from './journal.ts';

export interface Entry {
  amount: number;
  kind: string;
  reservationId?: string;
}
export interface FoundReservation {
  reservationId: string;
  status: string;
  price: number;
}

/** What the service says when all is over. */
export interface Truth {
  places: Map<string, { ticket: number; status: string } | null>;
  wallets: Map<string, { balance: number; entries: Entry[] }>;
  reservations: Map<string, readonly FoundReservation[]>;
  /** The answer to asking again, key by key. */
  again: Map<string, Answer>;
}

const AT_ONCE = 32;
/** A service that has just come up, on a busy machine, may say "not now" to some. */
const MOST_TRIES = 100;

/**
 * Asks the service for everything that a journal is about.
 * @param reservationsOf all of a user, where they may have more than the service lists
 */
export async function lookUp(
  url: string,
  { told, places }: Journal,
  reservationsOf = (userId: string) => listed(url, userId),
): Promise<Truth> {
  const truth: Truth = { places: new Map(), wallets: new Map(), reservations: new Map(), again: new Map() };
  await inParallel([...places.values()], async ({ userId, queueId }) => {
    const { status, text } = await settled(url, 'GET', `/api/v1/token?userId=${userId}&queueId=${queueId}`);
    if (status !== 200 && status !== 404) throw new Error(`asking for the place of ${userId}: ${status} ${text}`);
    truth.places.set(userId, status === 200 ? JSON.parse(text) : null);
  });
  await inParallel([...new Set(told.map(({ userId }) => userId))], async (userId) => {
    const { balance } = await json<{ balance: number }>(url, `/api/v1/wallet/${userId}`);
    truth.wallets.set(userId, { balance, entries: await ledger(url, userId) });
    truth.reservations.set(userId, await reservationsOf(userId));
  });
  await inParallel(told, async ({ key, method, path, body }) => {
    if (key !== null) truth.again.set(key, await settled(url, method, path, body, { 'idempotency-key': key }));
  });
  return truth;
}

async function listed(url: string, userId: string): Promise<FoundReservation[]> {
  return (await json<{ items: FoundReservation[] }>(url, `/api/v1/reservation?userId=${userId}`)).items;
}

async function ledger(url: string, userId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  do {
    const query: string = `limit=500${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: { items: Entry[]; nextCursor: string | null } = await json(
      url,
      `/api/v1/wallet/${userId}/entries?${query}`,
    );
    entries.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return entries;
}

function settled(...asked: Parameters<typeof ask>): Promise<Answer> {
  let tries = 0;
  return persist(
    () => ask(...asked),
    () => ++tries < MOST_TRIES,
  );
}

async function json<T>(url: string, path: string): Promise<T> {
  const { status, text } = await settled(url, 'GET', path);
  if (status !== 200) throw new Error(`GET ${path} answers ${status} ${text}`);
  return JSON.parse(text) as T;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
