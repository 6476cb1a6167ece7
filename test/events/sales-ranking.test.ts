import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SalesRanking } from '../../server/events/consumers/sales-ranking.ts';
import type { DomainEvent } from '../../server/events/event.ts';
import { SqlSalesRankingStore } from '../../server/events/sql/sales-ranking.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { cancelled, confirmed, type NewEvent } from './support/outbox.ts';

let lastEventId = 0;
const stored = (event: NewEvent): DomainEvent => ({
  eventId: ++lastEventId,
  topic: 'reservations',
  type: 'test.happened',
  payload: null,
  at: new Date(),
  ...event,
});

describe.each(DATABASES)('the sales ranking on $name', ({ missing, open }) => {
  let test: TestDatabase;
  let store: SqlSalesRankingStore;
  let ranking: SalesRanking;
  beforeAll(async () => {
    if (missing) return;
    test = await open();
    store = new SqlSalesRankingStore(test.database);
    ranking = new SalesRanking(store);
  });
  afterAll(() => test?.dispose());

  it.skipIf(missing)('counts what was sold and not given back, best first', async () => {
    const events = [
      confirmed(1, 'a'),
      confirmed(2, 'b'),
      confirmed(2, 'c'),
      confirmed(3, 'd'),
      confirmed(3, 'e'),
      confirmed(3, 'f'),
      // Refunded; a hold that was let go was never sold; neither are holds and those that ran out.
      cancelled(3, 'f', 'CONFIRMED'),
      cancelled(2, 'g', 'HELD'),
      { key: 'h', type: 'reservation.held', payload: { concertId: 1, status: 'HELD' } },
      { key: 'h', type: 'reservation.expired', payload: { concertId: 1, status: 'EXPIRED', previousStatus: 'HELD' } },
    ].map(stored);
    expect(await ranking.handle(events)).toEqual(events.map(() => null));
    const best = [
      { concertId: 2, sold: 2 },
      { concertId: 3, sold: 2 },
      { concertId: 1, sold: 1 },
    ];
    expect(await store.best(10)).toEqual(best);
    expect(await store.best(2)).toEqual(best.slice(0, 2));

    await ranking.handle(events);
    await ranking.handle([...events].reverse());
    expect(await store.best(10)).toEqual(best);

    // A concert that gave everything back is not a best seller.
    await ranking.handle([stored(cancelled(1, 'a', 'CONFIRMED'))]);
    expect(await store.best(10)).toEqual(best.slice(0, 2));
  });

  it.skipIf(missing)('refuses a sale of no concert, and that one alone', async () => {
    const before = await store.best(10);
    const broken: unknown[] = [null, 'text', [], {}, { concertId: '7' }, { concertId: 1.5 }, { concertId: 2 ** 60 }];
    const events = broken.map((payload) => stored({ key: 'x', type: 'reservation.confirmed', payload }));
    const outcomes = await ranking.handle([...events, stored(confirmed(9, 'y'))]);
    expect(outcomes.slice(0, -1).map((outcome) => outcome?.message)).toEqual(
      broken.map(() => 'payload.concertId is not a whole number'),
    );
    expect(outcomes.at(-1)).toBeNull();
    expect(await store.best(10)).toEqual([...before, { concertId: 9, sold: 1 }]);
  });
});
