import { describe, expect, it } from 'vitest';
import { openEvents } from '../../support/events.ts';
import { bearer } from '../support/modes.ts';
import { expectProblem, fresh, type World } from '../support/world.ts';

const EVENTS = '/api/v1/token/events';

export function eventRoutes(world: () => World): void {
  describe('GET /api/v1/token/events', () => {
    it('tells where somebody is at once, then every change, then ends', async () => {
      const queueId = fresh('queue');
      await world().configure(queueId, { cap: 1 });
      const [inside, first, second] = [await world().user(), await world().user(), await world().user()];
      const { token } = await world().enter(inside, queueId);
      const ahead = await world().enter(first, queueId);
      const place = await world().enter(second, queueId);
      const events = await openEvents(world().service.url, EVENTS, bearer(place.token));
      expect(events.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expect(events.headers.get('cache-control')).toBe('no-store');
      const mine = { userId: second.id, queueId, ticket: place.ticket };
      const { event, data } = await events.next();
      expect([event, data]).toMatchObject(['position', { ...mine, status: 'WAITING', position: 2, expiresAt: null }]);
      expect(Object.keys(data).sort()).toEqual(
        ['etaSeconds', 'expiresAt', 'pollAfterSeconds', 'position', 'queueId', 'status', 'ticket', 'userId'].sort(),
      );

      await world().ask('DELETE', '/api/v1/token', undefined, bearer(ahead.token));
      expect(await events.next()).toMatchObject({ event: 'position', data: { ...mine, position: 1 } });
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(token));
      expect(await events.next()).toMatchObject({ event: 'active', data: { ...mine, status: 'ACTIVE', position: 0 } });
      await world().ask('DELETE', '/api/v1/token', undefined, bearer(place.token));
      expect(await events.next()).toMatchObject({ event: 'expired', data: { ...mine, status: 'EXPIRED' } });
      await events.ended;
    });

    it('takes a user who says who they are', async () => {
      const user = await world().user();
      await world().enter(user, fresh('queue'));
      const { queueId } = await world().enter(user, fresh('queue'));
      const path = `${EVENTS}?userId=${user.id}&queueId=${queueId}`;
      const events = await openEvents(world().service.url, path, user.login);
      expect(await events.next()).toMatchObject({ event: 'active', data: { userId: user.id, queueId } });
      events.close();
    });

    it('refuses who has no place, as a problem and not as a stream', async () => {
      const user = await world().user();
      const answer = await world().ask('GET', `${EVENTS}?userId=${user.id}`, undefined, user.login);
      expectProblem(answer, 404, 'NOT_IN_QUEUE');
    });
  });
}
