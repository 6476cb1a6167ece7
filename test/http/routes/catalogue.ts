import { describe, expect, it } from 'vitest';
import { expectProblem, ISO, type Reservation, type World } from '../support/world.ts';

const CONCERTS = '/api/v1/concerts';

interface Seat {
  seatId: number;
  kind: string;
  status: string;
  price: number;
  capacity: number;
  remaining: number;
}

export function catalogueRoutes(world: () => World): void {
  const seats = async () => {
    const { body } = await world().ask<{ items: Seat[] }>('GET', `${CONCERTS}/123/schedules/456/seats`);
    return new Map(body.items.map((seat) => [seat.seatId, seat]));
  };

  describe('the catalogue', () => {
    it('lists concerts, best-selling first', async () => {
      const { body } = await world().ask<{ items: { concertId: number; sold: number; rank: number }[] }>(
        'GET',
        CONCERTS,
      );
      expect(Object.keys(body)).toEqual(['items']);
      expect(body.items.length).toBeGreaterThan(1);
      expect(body.items.map(({ concertId }) => concertId)).toContain(123);
      expect(body.items.map(({ rank }) => rank)).toEqual(body.items.map(({ rank }) => rank).sort((a, b) => a - b));
    });

    it('lists the schedules of a concert', async () => {
      const { body } = await world().ask<{ items: Record<string, unknown>[] }>('GET', `${CONCERTS}/123/schedules`);
      expect(body.items).toMatchObject([
        { concertId: 123, concertScheduleId: 456, startsAt: expect.stringMatching(ISO), capacity: 102_000 },
      ]);
    });

    it('has the seats of 123/456 that the contract names, and nothing else about them', async () => {
      const all = await seats();
      expect([...all.keys()].sort((a, b) => a - b)).toEqual([1, ...Array.from({ length: 2_000 }, (_, i) => 1001 + i)]);
      expect(all.get(1)).toEqual({
        seatId: 1,
        label: expect.any(String),
        section: expect.any(String),
        kind: 'STANDING',
        price: expect.any(Number),
        capacity: 100_000,
        remaining: expect.any(Number),
        status: 'AVAILABLE',
      });
      for (const [id, seat] of all) {
        if (id !== 1) expect([seat.kind, seat.capacity]).toEqual(['SEAT', 1]);
        expect(Number.isSafeInteger(seat.price) && seat.price > 0).toBe(true);
      }
    });

    it('shows a seat held, sold and free again at once', async () => {
      const user = await world().inside();
      const seat = world().seat();
      const status = async () => {
        const { status, remaining } = (await seats()).get(seat.seatId) as Seat;
        return [status, remaining];
      };
      const body = { userId: user.id, queueId: user.queueId, ...seat };
      expect(await status()).toEqual(['AVAILABLE', 1]);
      const held = await world().ask<Reservation>('POST', '/api/v1/reservation/hold', body, user.login);
      expect(await status()).toEqual(['HELD', 0]);
      const path = `/api/v1/reservation/${held.body.reservationId}`;
      await world().ask('POST', `${path}/pay`, undefined, user.login);
      expect(await status()).toEqual(['SOLD', 0]);
      await world().ask('DELETE', path, undefined, user.login);
      expect(await status()).toEqual(['AVAILABLE', 1]);
    });

    it('counts the places of a standing section', async () => {
      const before = (await seats()).get(1)?.remaining as number;
      const user = await world().inside();
      const body = { userId: user.id, queueId: user.queueId, concertId: 123, concertScheduleId: 456, seatId: 1 };
      expect((await world().ask('POST', '/api/v1/reservation', body, user.login)).status).toBe(200);
      expect((await seats()).get(1)?.remaining).toBe(before - 1);
    });

    it('knows what does not exist', async () => {
      const ask = (path: string) => world().ask('GET', CONCERTS + path);
      expectProblem(await ask('/999/schedules'), 404, 'CONCERT_NOT_FOUND');
      expectProblem(await ask('/999/schedules/456/seats'), 404, 'CONCERT_NOT_FOUND');
      expectProblem(await ask('/123/schedules/999/seats'), 404, 'SCHEDULE_NOT_FOUND');
      expectProblem(await ask('/124/schedules/456/seats'), 404, 'SCHEDULE_NOT_FOUND');
    });
  });
}
