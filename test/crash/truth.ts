import { call } from '../support/service.ts';
import type { Journal } from './journal.ts';

export interface Entry {
  amount: number;
  kind: string;
  reservationId?: string;
}

/** What the service says when all is over. */
export interface Truth {
  places: Map<string, { ticket: number; status: string } | null>;
  wallets: Map<string, { balance: number; entries: Entry[] }>;
  reservations: Map<string, { reservationId: string; status: string; price: number }[]>;
  /** The answer to asking again, key by key. */
  again: Map<string, { status: number; text: string; replayed: boolean }>;
}

const AT_ONCE = 32;

/** Asks the service for everything that a journal is about. */
export async function lookUp(url: string, { told, places }: Journal): Promise<Truth> {
  const truth: Truth = { places: new Map(), wallets: new Map(), reservations: new Map(), again: new Map() };
  await inParallel([...places.keys()], async (userId) => {
    const { status, body } = await call(url, 'GET', `/api/v1/token?userId=${userId}`);
    const place = { ticket: body.ticket as number, status: body.status as string };
    truth.places.set(userId, status === 200 ? place : null);
  });
  await inParallel([...new Set(told.map(({ userId }) => userId))], async (userId) => {
    const { body } = await call<{ balance: number }>(url, 'GET', `/api/v1/wallet/${userId}`);
    truth.wallets.set(userId, { balance: body.balance, entries: await ledger(url, userId) });
    const list = await call<{ items: [] }>(url, 'GET', `/api/v1/reservation?userId=${userId}`);
    truth.reservations.set(userId, list.body.items);
  });
  await inParallel(told, async ({ key, method, path, body }) => {
    if (key === null) return;
    const { status, text, headers } = await call(url, method, path, body, { 'idempotency-key': key });
    truth.again.set(key, { status, text, replayed: headers.get('idempotency-replayed') === 'true' });
  });
  return truth;
}

async function ledger(url: string, userId: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = null;
  do {
    const path: string = `/api/v1/wallet/${userId}/entries?limit=500${cursor === null ? '' : `&cursor=${cursor}`}`;
    const { body } = await call<{ items: Entry[]; nextCursor: string | null }>(url, 'GET', path);
    entries.push(...body.items);
    cursor = body.nextCursor;
  } while (cursor !== null);
  return entries;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
