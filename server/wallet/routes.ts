import { ChargeBody, EntriesQuery, Wallet, WalletEntries, WalletParams } from '../../contract/wallet.ts';
import type { Identity } from '../identity/identity.ts';
import { Failure } from '../lib/failure.ts';
import { answered, idempotencyKey, type Routes } from '../lib/http.ts';
import type { Wallets } from './wallet.ts';

const PATH = '/api/v1/wallet/:userId';
const tags = ['wallet'];

export const walletRoutes =
  (wallets: Wallets, identity: Identity): Routes =>
  (app) => {
    /** Somebody else's wallet answers like one that doesn't exist. */
    async function owned(authorization: string | undefined, userId: string): Promise<void> {
      const caller = await identity.caller(authorization);
      if (caller && caller.userId !== userId) throw new Failure('NOT_FOUND', 'There is no such wallet.');
    }

    app.get(
      PATH,
      { schema: { tags, summary: 'Balance', params: WalletParams, response: { 200: Wallet } } },
      async (request) => {
        await owned(request.headers.authorization, request.params.userId);
        return wallets.balance(request.params.userId);
      },
    );

    app.get(
      `${PATH}/entries`,
      {
        schema: {
          tags,
          summary: 'The ledger, newest first',
          params: WalletParams,
          querystring: EntriesQuery,
          response: { 200: WalletEntries },
        },
      },
      async (request) => {
        await owned(request.headers.authorization, request.params.userId);
        const { limit, cursor } = request.query;
        const page = { limit: Number(limit ?? 50), before: cursor === undefined ? undefined : Number(cursor) };
        return wallets.entries(request.params.userId, page);
      },
    );

    app.post(
      `${PATH}/charge`,
      { schema: { tags, summary: 'Add money', params: WalletParams, body: ChargeBody, response: { 200: Wallet } } },
      async (request, reply) => {
        const { userId } = request.params;
        await owned(request.headers.authorization, userId);
        const item = { userId, amount: request.body.amount, idempotency: idempotencyKey(request) };
        return answered(reply, await wallets.charge(item));
      },
    );
  };
