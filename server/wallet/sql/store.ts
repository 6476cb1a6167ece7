import type { Database, Row } from '../../db/database.ts';
import type { Decided } from '../../lib/decide.ts';
import type { FailureCode } from '../../lib/failure.ts';
import type { ChargeItem, WalletStore, WalletView } from '../store.ts';

interface EntryRow extends Row {
  entry_id: number;
  amount: number;
  kind: 'OPENING' | 'CHARGE' | 'PAYMENT' | 'REFUND';
  reservation_id: string | null;
  at: Date;
}

interface DecisionRow extends Row {
  code: 'OK' | 'REPLAY' | FailureCode | null;
  balance: number;
  /** What was remembered, with REPLAY. */
  answer: Decided<WalletView & { code: 'OK' }>['answer'];
  request_id: string | null;
}

/** Wallets and their ledger in the database. */
export function sqlWalletStore(database: Database, openingBalance: number): WalletStore {
  const find = (userId: string) =>
    database.query<{ balance: number }>('SELECT balance FROM wallets WHERE user_id = $1', [userId]);
  return {
    inTurn: database.kind === 'pglite',
    async balance(userId) {
      const known = (await find(userId))[0];
      if (known) return known.balance;
      await database.query('SELECT jari_ensure_wallets($1, $2)', [[userId], openingBalance]);
      return (await find(userId))[0]?.balance ?? openingBalance;
    },

    async entries(userId, { limit, before }) {
      const rows = await database.query<EntryRow>(
        `SELECT entry_id, amount, kind, reservation_id, at FROM wallet_entries
         WHERE user_id = $1 AND entry_id < $2 ORDER BY entry_id DESC LIMIT $3`,
        [userId, before ?? Number.MAX_SAFE_INTEGER, limit],
      );
      return rows.map(({ entry_id, reservation_id, at, amount, kind }) => ({
        entryId: entry_id,
        amount,
        kind,
        ...(reservation_id !== null && { reservationId: reservation_id }),
        at: at.toISOString(),
      }));
    },

    async charge(items) {
      const rows = await database.query<DecisionRow>('SELECT * FROM jari_charge($1, $2, $3, $4, $5, $6, $7)', [
        items.map((item) => item.userId),
        items.map((item) => item.amount),
        items.map((item) => item.idempotency?.key ?? null),
        items.map((item) => item.idempotency?.hash ?? null),
        items.map((item) => item.idempotency?.requestId ?? null),
        openingBalance,
        Number.MAX_SAFE_INTEGER,
      ]);
      return rows.map((row, i) => toDecided(row, (items[i] as ChargeItem).userId));
    },

    async credit(userIds, amount, reference) {
      const rows = await database.query<{ user_id: string }>(
        'SELECT user_id FROM jari_credit($1, $2, $3, $4, $5) AS credited (user_id)',
        [[...userIds], amount, reference, openingBalance, Number.MAX_SAFE_INTEGER],
      );
      return rows.map((row) => row.user_id);
    },
  };
}

function toDecided({ code, balance, answer, request_id: requestId }: DecisionRow, userId: string) {
  if (code === 'REPLAY') return { answer, replayed: true, requestId };
  if (code !== 'OK') return { answer: code && { code }, replayed: false, requestId: null };
  return { answer: { code, userId, balance }, replayed: false, requestId: null };
}
