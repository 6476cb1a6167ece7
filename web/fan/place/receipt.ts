import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask } from '../../shared/api.ts';
import { Altered, check, type Found } from '../../shared/receipt-check.ts';
import { remembered } from '../../shared/remembered.ts';
import { makeStore, useStore } from '../../shared/store.ts';
import type { Receipt, RecordHead, RecordPage } from '../../shared/types.ts';
import { fan } from '../identity.ts';
import { kept, type PlaceState } from './place.ts';

/** The receipt of the fan's latest place. It stays in this browser when the place is over: it is for afterwards. */
export interface KeptReceipt {
  userId: string;
  queueId: string;
  /** The one that the place is admitted by: after a draw, the drawn one. */
  ticket: number;
  /** The end of the public record when the receipt was given. */
  head: RecordHead;
  /** Signed. */
  receipt: string;
}

/** What this device found in the record: see `Found`. Untold: it could not be checked now, or not here. */
export type Checked = { state: 'checking' | 'broken' | 'untold' } | { state: 'kept'; found: Found };

/** A crowd that came at once is not to come for its receipts at once. */
const ASKED_WITHIN_MILLISECONDS = 30_000;

const receipt = makeStore(remembered.get<KeptReceipt>('receipt'));
remembered.follow('receipt', () => receipt.set(remembered.get<KeptReceipt>('receipt')));

/** The receipt of a place, or of the last one that the fan had; null while there is none. `now` asks for it at once. */
export function useReceipt(place: PlaceState | null): { mine: KeptReceipt | null; now: () => void } {
  const found = useStore(receipt);
  const mine = found && found.userId === fan.get()?.userId && (!place || isOf(found, place)) ? found : null;
  const { queueId, ticket } = place ?? {};
  const missing = place !== null && mine?.ticket !== ticket;
  // The place itself changes with every step of the line.
  const now = useCallback(() => void (missing && get()), [missing, queueId, ticket]);
  useEffect(() => {
    if (!missing) return;
    // Again and again, should the answer get lost.
    const timer = setInterval(now, mine ? 100 : 1_000 + ASKED_WITHIN_MILLISECONDS * Math.random());
    return () => clearInterval(timer);
  }, [now, missing, mine]);
  return { mine, now };
}

const isOf = ({ queueId, ticket }: KeptReceipt, place: PlaceState): boolean =>
  queueId === place.queueId && (ticket === place.ticket || ticket === place.draw?.ticket);

async function get(): Promise<void> {
  const place = kept();
  const before = receipt.get();
  if (!place) return;
  const { userId, queueId, ticket, token } = place;
  const keep = (next: KeptReceipt) => {
    remembered.set('receipt', next);
    receipt.set(next);
  };
  // A draw gave the place another ticket: the receipt from before it is worth more than one from after it.
  if (before?.userId === userId && before.queueId === queueId && before.ticket === place.draw?.ticket) {
    keep({ ...before, ticket });
    return;
  }
  const given = await ask<Receipt>('/api/v1/token/receipt', { token }).catch(() => null);
  if (given) keep({ userId, queueId, ticket: given.ticket, head: given.head, receipt: given.receipt });
}

/** Checks a receipt against the record, on this device, when the fan asks for it. */
export function useReceiptCheck(mine: KeptReceipt | null, stillWaits: boolean) {
  const [checked, setChecked] = useState<Checked | null>(null);
  useEffect(() => setChecked(null), [mine]);
  const start = async () => {
    if (!mine) return;
    setChecked({ state: 'checking' });
    setChecked(await look(mine, stillWaits));
  };
  return { checked, start };
}

async function look({ queueId, ticket, head }: KeptReceipt, stillWaits: boolean): Promise<Checked> {
  // Browsers have Web Crypto on https only.
  if (!globalThis.crypto.subtle) return { state: 'untold' };
  const path = `/api/v1/queue/${encodeURIComponent(queueId)}/admissions`;
  const heldAt = stillWaits ? Number.POSITIVE_INFINITY : head.n;
  try {
    const page = (after: number) => ask<RecordPage>(`${path}?after=${after}`);
    const found = await check({ queueId, ticket, seen: [head], heldAt }, head.n, page);
    if (found.later.unexplained > 0) return { state: 'broken' };
    return found.later.perhapsLeft > 0 ? { state: 'untold' } : { state: 'kept', found };
  } catch (error) {
    return { state: error instanceof Altered ? 'broken' : 'untold' };
  }
}
