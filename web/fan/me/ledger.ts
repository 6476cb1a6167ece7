import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../shared/api.ts';
import { useStore } from '../../shared/store.ts';
import type { WalletEntries } from '../../shared/types.ts';
import { type Fan, fan } from '../identity.ts';

type Entry = WalletEntries['items'][number];
const A_PAGE = 12;

/** The wallet's entries, newest first, again when the balance changes. `more` fetches older ones; null: there are none. */
export function useLedger(balance: number | null): { entries: Entry[]; more: (() => void) | null } {
  const me = useStore(fan);
  const [entries, setEntries] = useState<Entry[]>([]);
  const [cursor, setCursor] = useState<string | null>(null);
  // A new balance is a new entry
  useEffect(() => {
    if (!me) return;
    page(me, null).then(
      ({ items, nextCursor }) => {
        setEntries(items);
        setCursor(nextCursor);
      },
      () => {},
    );
  }, [me, balance]);
  const more = async () => {
    if (!me || cursor === null) return;
    const { items, nextCursor } = await page(me, cursor);
    setEntries((before) => [...before, ...items]);
    setCursor(nextCursor);
  };
  return { entries, more: cursor === null ? null : () => void more().catch(() => {}) };
}

function page({ userId, login }: Fan, cursor: string | null): Promise<WalletEntries> {
  const query = new URLSearchParams({ limit: String(A_PAGE), ...(cursor !== null && { cursor }) });
  return ask<WalletEntries>(`/api/v1/wallet/${encodeURIComponent(userId)}/entries?${query}`, { token: login });
}
