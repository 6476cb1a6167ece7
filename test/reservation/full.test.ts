// When buyers are turned away at the door: those who are on their way to the store count, not only who waits for it.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Reservations } from '../../server/reservation/reservation.ts';
import type { ReservationStore } from '../../server/reservation/store.ts';

const A_CALL = 128;
const LONGEST_WAIT_MILLISECONDS = 300;

it('counts buyers who are just being looked up in the line among those who wait', async () => {
  const away = new Error('the store is gone');
  const [line, store] = [Promise.withResolvers<Date | null>(), Promise.withResolvers<never>()];
  let hangs = false;
  const admission = { admittedUntil: () => (hangs ? line.promise : Promise.resolve(null)), confirmed: async () => {} };
  const reservations = new Reservations(
    { reserve: () => store.promise } as unknown as ReservationStore,
    admission,
    () => {},
  );
  const buyers: Promise<unknown>[] = [];
  const come = (count: number) => {
    for (let n = 0; n < count; n++) {
      const request = { userId: `u${n}`, concertId: 1, concertScheduleId: 1, seatId: 1, queueId: 'main' };
      buyers.push(reservations.reserve(request));
    }
  };
  // A call is under way, and takes longer than anybody should wait.
  come(1);
  await sleep(LONGEST_WAIT_MILLISECONDS + 50);
  hangs = true;
  come(A_CALL - 1);
  expect(reservations.full.taking()).toBe(false);
  come(1);
  expect(reservations.full.taking()).toBe(true);
  line.reject(away);
  store.reject(away);
  expect(new Set((await Promise.allSettled(buyers)).map(({ status }) => status))).toEqual(new Set(['rejected']));
  expect(reservations.full.taking()).toBe(false);
});
