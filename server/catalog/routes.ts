import { ConcertParams, Concerts, ScheduleParams, Schedules, Seats } from '../../contract/catalog.ts';
import type { App, Routes } from '../lib/http.ts';
import { refusal } from '../lib/refusals.ts';
import type { Catalog } from './catalog.ts';

const PATH = '/api/v1/concerts';
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

    app.get(
      `${PATH}/:concertId/schedules/:concertScheduleId/seats`,
      {
        schema: {
          tags,
          summary: 'Every seat and what is left of it',
          params: ScheduleParams,
          response: { 200: Seats },
        },
      },
      async (request) => {
        const concertId = Number(request.params.concertId);
        const items = await catalog.seats(concertId, Number(request.params.concertScheduleId));
        if (items) return { items };
        throw refusal((await catalog.schedules(concertId)) ? 'SCHEDULE_NOT_FOUND' : 'CONCERT_NOT_FOUND');
      },
    );
  };
