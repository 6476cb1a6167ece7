import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OPS_TOKEN } from '../../support/service.ts';
import { bearer } from '../support/modes.ts';
import { expectProblem, fresh, ISO, type Place, type World } from '../support/world.ts';

interface Receipt {
  queueId: string;
  ticket: number;
  status: string;
  head: { n: number; hash: string };
  commitment: string | null;
  receipt: string;
}
interface Page {
  after: { n: number; hash: string };
  items: { n: number; ticket: number; kind: string; hash: string }[];
  head: { n: number; hash: string };
}

const ROOT = join(import.meta.dirname, '../../..');
const LATER = { timeout: 20_000, interval: 50 };

export function receiptRoutes(world: () => World): void {
  const receiptOf = async (place: Place) =>
    (await world().ask<Receipt>('GET', '/api/v1/token/receipt', undefined, bearer(place.token))).body;
  const record = (queueId: string, query = '') =>
    world().ask<Page>('GET', `/api/v1/queue/${queueId}/admissions${query}`);
  const recorded = async (queueId: string) => (await record(queueId)).body.items.map(({ ticket }) => ticket);

  /** What a fan's own machine says, and how it ends. */
  const verify = (receipt: string) =>
    new Promise<{ code: unknown; said: string }>((resolve) => {
      const args = ['scripts/verify-receipt.ts', receipt, '--url', world().service.url];
      execFile(process.execPath, args, { cwd: ROOT }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, said: out + err }),
      );
    });

  async function entered(queueId: string, count: number): Promise<Place[]> {
    const places: Place[] = [];
    for (let i = 0; i < count; i++) places.push(await world().enter(await world().user(), queueId));
    return places;
  }

  describe('GET /api/v1/token/receipt and /api/v1/queue/{queueId}/admissions', () => {
    it('let whoever waited prove that nobody who came later was let in before them', async () => {
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 1 });
      const [first, second, third] = (await entered(queueId, 3)) as [Place, Place, Place];
      await expect.poll(() => recorded(queueId), LATER).toEqual([1]);
      const receipt = await receiptOf(second);
      expect(receipt).toMatchObject({ queueId, ticket: 2, status: 'WAITING', commitment: null });
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(first.token));
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(second.token));
      await expect.poll(() => recorded(queueId), LATER).toEqual([1, 2, 3]);
      expect(await verify(receipt.receipt)).toEqual({ code: 0, said: expect.stringMatching('let in at .*, entry 2') });
      expect((await receiptOf(third)).status).toBe('ACTIVE');
      const [header, said, signature] = receipt.receipt.split('.') as [string, string, string];
      const forged = Buffer.from(said, 'base64url').toString().replace('"ticket":2', '"ticket":1');
      const changed = `${header}.${Buffer.from(forged).toString('base64url')}.${signature}`;
      expect(await verify(changed)).toEqual({ code: 1, said: expect.stringMatching('the signature is not good') });
    });

    it('go together with a draw', async () => {
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 2, state: 'PRE_QUEUE', shuffle: true });
      const places = await entered(queueId, 4);
      const receipts = await Promise.all(places.map(receiptOf));
      expect(receipts[0]?.commitment).toMatch(/^[0-9a-f]{64}$/);
      await world().configure(queueId, { state: 'OPEN' });
      await expect.poll(() => recorded(queueId), LATER).toEqual([5, 6]);
      const { code, said } = await verify((receipts[0] as Receipt).receipt);
      expect(said).toMatch(/drawn to ticket [5-8], as announced/);
      expect(code).toBe(0);
    });

    it('read on from any entry; what is full or not there yet is remembered as long as it is true', async () => {
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 3 });
      await entered(queueId, 3);
      await expect.poll(() => recorded(queueId), LATER).toEqual([1, 2, 3]);
      const whole = await record(queueId);
      expect(whole.headers.get('cache-control')).toBe('public, max-age=1');
      expect(whole.body.items[2]).toEqual({
        n: 3,
        ticket: 3,
        admittedAt: expect.stringMatching(ISO),
        kind: 'IN_TURN',
        hash: whole.body.head.hash,
      });
      const rest = (await record(queueId, '?after=2')).body;
      expect(rest).toMatchObject({ after: { n: 2, hash: whole.body.items[1]?.hash }, items: [{ n: 3 }] });
      const beyond = await record(queueId, '?after=4');
      expect(beyond.body).toMatchObject({ after: { n: 3 }, items: [] });
      expect(beyond.headers.get('cache-control')).toBe('no-store');
      for (const bad of ['?after=-1', '?after=x', '?after=1e9', '?after=']) {
        expectProblem(await record(queueId, bad), 400, 'VALIDATION_FAILED');
      }
      expect((await record(fresh('nobody'))).body).toMatchObject({ after: { n: 0 }, items: [], head: { n: 0 } });
    });

    it('take a token, of a place that is there', async () => {
      const ask = (headers: Record<string, string> = {}) =>
        world().ask('GET', '/api/v1/token/receipt', undefined, headers);
      const user = await world().user();
      const place = await world().enter(user, fresh('queue'));
      for (const headers of [{}, user.login, bearer(OPS_TOKEN), bearer(`${place.token}x`)]) {
        expectProblem(await ask(headers), 401, 'UNAUTHENTICATED');
      }
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(place.token));
      expectProblem(await ask(bearer(place.token)), 404, 'NOT_IN_QUEUE');
    });
  });
}
