import type { Decided } from '../lib/decide.ts';
import type { IdempotencyKey } from '../lib/outcome.ts';

export interface WalletView {
  userId: string;
  balance: number;
}

export interface WalletEntry {
  entryId: number;
  amount: number;
  kind: 'OPENING' | 'CHARGE' | 'PAYMENT' | 'REFUND';
  reservationId?: string;
  /** ISO-8601 UTC. */
  at: string;
}

export interface ChargeItem {
  userId: string;
  amount: number;
  idempotency?: IdempotencyKey | undefined;
}

/** The wallet's port. @throws StoreUnavailable */
export interface WalletStore {
  /** Does one call after the other, in the order in which they are sent: the embedded database. */
  readonly inTurn?: boolean;
  /** Balance, opening the wallet when the user is new. */
  balance(userId: string): Promise<number>;
  /** Newest first, older than `before`. */
  entries(userId: string, page: { limit: number; before?: number | undefined }): Promise<WalletEntry[]>;
  charge(items: readonly ChargeItem[]): Promise<Decided<WalletView & { code: 'OK' }>[]>;
  /** Gives each user `amount` won for what `reference` names, once for good. Answers who got it by this call. */
  credit(userIds: readonly string[], amount: number, reference: string): Promise<string[]>;
}
