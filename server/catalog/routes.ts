import { Availability, ConcertParams, Concerts, ScheduleParams, Schedules, Seats } from '../../contract/catalog.ts';
import type { App, Routes } from '../lib/http.ts';
import { refusal } from '../lib/refusals.ts';
import type { Catalog } from './catalog.ts';
import { SeatBodies } from './seat-bodies.ts';

const PATH = '/api/v1/concerts';
const SCHEDULE = `${PATH}/:concertId/schedules/:concertScheduleId`;
const tags = ['catalogue'];

export const catalogRoutes =
  (catalog: Catalog): Routes =>
  (app: App) => {
    app.get(
      PATH,
      { schema: { tags, summary: 'Concerts, best-selling first', response: { 200: Concerts } } },
      async () => ({ items: await catalog.concerts() }),
    );

    app.get(
      `${PATH}/:concertId/schedules`,
      { schema: { tags, summary: 'When a concert plays', params: ConcertParams, response: { 200: Schedules } } },
      async (request) => {
        const items = await catalog.schedules(Number(request.params.concertId));
        if (!items) throw refusal('CONCERT_NOT_FOUND');
        return { items };
      },
    );
    addSeatRoutes(app, catalog);
  };

function addSeatRoutes(app: App, catalog: Catalog): void {
  const bodies = new SeatBodies();
  const idsOf = (params: { concertId: string; concertScheduleId: string }) =>
    [Number(params.concertId), Number(params.concertScheduleId)] as const;
  const missing = async (concertId: number) =>
    refusal((await catalog.schedules(concertId)) ? 'SCHEDULE_NOT_FOUND' : 'CONCERT_NOT_FOUND');

  app.get(
    `${SCHEDULE}/seats`,
    {
      schema: { tags, summary: 'Every seat and what is left of it', params: ScheduleParams, response: { 200: Seats } },
    },
    async (request, reply) => {
      const [concertId, scheduleId] = idsOf(request.params);
      const seats = await catalog.seats(concertId, scheduleId);
      if (!seats) throw await missing(concertId);
      const body = await bodies.of(seats, request.headers['accept-encoding']);
      reply.type('application/json; charset=utf-8').header('vary', 'accept-encoding');
      if (body.encoding) reply.header('content-encoding', body.encoding);
      // Written already: whatever the schema says, bytes are sent as they are.
      return reply.send(body.bytes as never);
    },
  );

  app.get(
    `${SCHEDULE}/availability`,
    {
      schema: {
        tags,
        summary: 'Which seats are taken, in short; cacheable',
        params: ScheduleParams,
        response: { 200: Availability },
      },
    },
    async (request, reply) => {
      const [concertId, scheduleId] = idsOf(request.params);
      const availability = await catalog.availability(concertId, scheduleId);
      if (!availability) throw await missing(concertId);
      reply.header('cache-control', 'public, max-age=1');
      return availability;
    },
  );
}
