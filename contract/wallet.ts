import Type from 'typebox';
import { CLOSED, Time, UserId, Won } from './common.ts';

/** One charge may not exceed this. A wallet holds at most 2^53 - 1 won. */
export const LARGEST_CHARGE_WON = 1_000_000_000_000;

export const WalletParams = Type.Object({ userId: UserId });
export const Wallet = Type.Object({ userId: UserId, balance: Won });

export const ChargeBody = Type.Object(
  { amount: Type.Integer({ minimum: 1, maximum: LARGEST_CHARGE_WON, description: 'Whole won to add' }) },
  CLOSED,
);

export const EntriesQuery = Type.Object({
  limit: Type.Optional(
    Type.String({ pattern: '^([1-9][0-9]?|[1-4][0-9]{2}|500)$', description: '1 to 500; 50 unless told otherwise' }),
  ),
  cursor: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,14}$', description: 'nextCursor of the page before' })),
});

export const WalletEntries = Type.Object({
  items: Type.Array(
    Type.Object({
      entryId: Type.Integer(),
      amount: Won,
      kind: Type.Unsafe<'OPENING' | 'CHARGE' | 'PAYMENT' | 'REFUND'>({
        type: 'string',
        enum: ['OPENING', 'CHARGE', 'PAYMENT', 'REFUND'],
      }),
      reservationId: Type.Optional(Type.String()),
      at: Time,
    }),
  ),
  nextCursor: Type.Unsafe<string | null>({ type: ['string', 'null'], description: 'Null on the last page' }),
});
