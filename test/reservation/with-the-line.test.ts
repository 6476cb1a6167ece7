import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Queue } from '../../server/queue/queue.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { Reservations } from '../../server/reservation/reservation.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { ask, type Counter, codeOf, granted, openCounter, openVenue, someone } from './sale.ts';

const ACTIVE_SECONDS = 10_000;

// Both features over one database, as the service has them.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(`reserving with a line on ${target.name}`, () => {
    let home: TestDatabase;
    let counter: Counter;
    let queue: Queue;
    let reservations: Reservations;
    beforeAll(async () => {
      home = await target.open();
      queue = new Queue(
        sqlQueueStore(home.database, { cap: 1, activeSeconds: ACTIVE_SECONDS, noShowSeconds: ACTIVE_SECONDS }),
      );
      counter = openCounter(home.database);
      reservations = new Reservations(counter.store, queue, () => {});
    });
    afterAll(() => home?.dispose());

    const request = async (userId: string, queueId: string, seatId = 1) => ({
      ...ask(await openVenue(home.database), userId, seatId),
      queueId,
    });

    it('is for those inside', async () => {
      const [inside, waiting] = [someone(), someone()];
      await queue.enter(inside, 'a');
      await queue.enter(waiting, 'a');
      expect(codeOf(await reservations.reserve(await request(waiting, 'a')))).toBe('NOT_ADMITTED');
      expect(codeOf(await reservations.reserve(await request(inside, 'other')))).toBe('NOT_ADMITTED');
      expect(codeOf(await reservations.reserve(await request(someone(), 'a')))).toBe('NOT_ADMITTED');
      // A slot outlives a purchase.
      expect(codeOf(await reservations.reserve(await request(inside, 'a')))).toBe('OK');
      expect(codeOf(await reservations.reserve(await request(inside, 'a')))).toBe('OK');
      await queue.leave(inside, 'a');
      expect(codeOf(await reservations.hold(await request(waiting, 'a')))).toBe('OK');
    });

    it('lasts no longer than the slot', async () => {
      const userId = someone();
      const { expiresAt } = await queue.enter(userId, 'b');
      const { heldUntil } = granted(await reservations.hold(await request(userId, 'b')));
      expect(heldUntil).toBe(new Date(expiresAt as string | Date).toISOString());
    });

    it('gives the slot on with a purchase, where the line says so, however it was made', async () => {
      await queue.configure('c', { releaseOnConfirm: true });
      const [first, second, third] = [someone(), someone(), someone()];
      for (const userId of [first, second, third]) await queue.enter(userId, 'c');
      const purchase = await request(first, 'c');
      granted(await reservations.reserve(purchase));
      const { reservationId } = granted(await reservations.hold(await request(second, 'c')));
      expect(await queue.status(first, 'c')).toBeNull();
      granted(await reservations.pay({ reservationId, userId: second }));
      expect((await queue.status(third, 'c'))?.status).toBe('ACTIVE');
      // Only a purchase does: the seat that is theirs already costs nobody their new slot.
      await queue.leave(third, 'c');
      await queue.enter(first, 'c');
      granted(await reservations.reserve(purchase));
      expect((await queue.status(first, 'c'))?.status).toBe('ACTIVE');
    });

    it('costs who waits again no place in the line', async () => {
      await queue.configure('d', { releaseOnConfirm: true });
      const [userId, other] = [someone(), someone()];
      await queue.enter(userId, 'd');
      const { reservationId } = granted(await reservations.hold(await request(userId, 'd')));
      await queue.leave(userId, 'd');
      await queue.enter(other, 'd');
      await queue.enter(userId, 'd');
      granted(await reservations.pay({ reservationId, userId }));
      expect(await queue.status(userId, 'd')).toMatchObject({ status: 'WAITING', position: 1 });
    });
  });
}
