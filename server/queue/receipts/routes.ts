import { QueueParams } from '../../../contract/queue.ts';
import { AdmissionsPage, AdmissionsQuery, Receipt, ReceiptKeys } from '../../../contract/receipts.ts';
import type { Identity } from '../../identity/identity.ts';
import type { ReceiptKeys as Keys } from '../../identity/receipt-keys.ts';
import { Failure } from '../../lib/failure.ts';
import type { Routes } from '../../lib/http.ts';
import type { Receipts } from './receipts.ts';
import { MOST_A_PAGE } from './record.ts';

/** Receipts for whoever has a place, and for everybody what these are checked with. */
export const receiptRoutes =
  (receipts: Receipts, keys: Keys, identity: Identity): Routes =>
  (app) => {
    app.get(
      '/api/v1/token/receipt',
      { schema: { tags: ['queue'], summary: 'A signed receipt of your place', response: { 200: Receipt } } },
      async (request) => {
        const pass = (await identity.holder(request.headers.authorization))?.pass;
        if (!pass) throw needsToken();
        const receipt = await receipts.issue(pass.userId, pass.queueId, pass.ticket);
        if (!receipt) throw new Failure('NOT_IN_QUEUE', 'There is no such place in the line any more.');
        return { ...receipt, receipt: keys.sign(receipt) };
      },
    );
    app.get(
      '/api/v1/queue/:queueId/admissions',
      {
        schema: {
          tags: ['queue'],
          summary: 'The public record of who was let in, by ticket, in order; cacheable',
          params: QueueParams,
          querystring: AdmissionsQuery,
          response: { 200: AdmissionsPage },
        },
      },
      async (request, reply) => {
        const asked = Number(request.query.after ?? 0);
        const { after, items, head } = await receipts.page(request.params.queueId, asked);
        // A page that is full stays as it is; one from before there was anything to show must not be shown later.
        const seconds = items.length < MOST_A_PAGE ? 1 : 3_600;
        if (after.n >= asked) reply.header('cache-control', `public, max-age=${seconds}`);
        return { after, items: items.map((item) => ({ ...item, admittedAt: item.admittedAt.toISOString() })), head };
      },
    );
    app.get(
      '/api/v1/receipt-keys',
      {
        schema: { tags: ['queue'], summary: 'The keys that receipts are signed with', response: { 200: ReceiptKeys } },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'public, max-age=60');
        return { keys: [...keys.published] };
      },
    );
  };

const needsToken = () =>
  new Failure('UNAUTHENTICATED', 'A receipt is for a place: send Authorization: Bearer with its token.', {
    'www-authenticate': 'Bearer',
  });
