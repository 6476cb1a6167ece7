import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEventBacklog, sweepOutbox } from '../../server/events/sql/outbox.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { append, count } from './support/outbox.ts';

const HOUR_SECONDS = 3_600;

describe.each(DATABASES)('the outbox on $name', ({ missing, open }) => {
  let test: TestDatabase;
  let database: TestDatabase['database'];
  beforeAll(async () => {
    if (missing) return;
    test = await open();
    database = test.database;
  });
  beforeEach(() => database?.query('TRUNCATE outbox, inbox, deliveries, dead_letters'));
  afterAll(() => test?.dispose());
  const check = it.skipIf(missing);

  /** Events that were published two hours ago, and what two consumers remember of them. */
  async function longPublished(keys: number): Promise<number[]> {
    const ids = await append(
      database,
      Array.from({ length: keys }, (_, i) => ({ key: `key-${i}` })),
    );
    await database.query(
      `UPDATE outbox SET published_at = clock_timestamp() - interval '2 hours' WHERE published_at IS NULL`,
    );
    await database.query(
      `INSERT INTO inbox (event_id, consumer)
       SELECT event_id, consumer FROM outbox, (VALUES ('one'), ('other')) AS c(consumer) ON CONFLICT DO NOTHING`,
    );
    return ids;
  }
  const stillToDeliver = (eventId: number) =>
    database.query(
      `INSERT INTO deliveries (consumer, topic, key, event_id, next_attempt_at)
       SELECT 'one', topic, key, event_id, clock_timestamp() FROM outbox WHERE event_id = $1`,
      [eventId],
    );
  const deadLetter = (eventId: number, replayed: boolean) =>
    database.query(
      `INSERT INTO dead_letters (consumer, event_id, topic, key, type, payload, attempts, error, replayed_at)
       SELECT 'one', event_id, topic, key, type, payload, 3, 'no', CASE WHEN $2 THEN clock_timestamp() END
       FROM outbox WHERE event_id = $1`,
      [eventId, replayed],
    );
  const left = async () =>
    (await database.query<{ event_id: number }>('SELECT event_id FROM outbox ORDER BY 1')).map((row) => row.event_id);

  check('tells what is on its way', async () => {
    expect(await readEventBacklog(database)).toEqual({
      outboxUnpublished: 0,
      outboxOldestSeconds: 0,
      deliveriesPending: 0,
      deadLetters: 0,
    });
    const [delivery, waiting, replayed] = await longPublished(3);
    await stillToDeliver(delivery as number);
    await deadLetter(waiting as number, false);
    await deadLetter(replayed as number, true);
    const [unpublished] = await append(database, [{ key: 'a' }, { key: 'b' }]);
    await database.query(
      `UPDATE outbox SET created_at = clock_timestamp() - interval '90 seconds' WHERE event_id = $1`,
      [unpublished],
    );
    const backlog = await readEventBacklog(database);
    expect(backlog).toMatchObject({ outboxUnpublished: 2, deliveriesPending: 1, deadLetters: 1 });
    expect(backlog.outboxOldestSeconds).toBeGreaterThanOrEqual(90);
  });

  check('is swept of what was published long ago, with what consumers remember of it', async () => {
    const old = await longPublished(4);
    const young = await append(database, [{ key: 'published' }, { key: 'unpublished' }]);
    await database.query('UPDATE outbox SET published_at = clock_timestamp() WHERE event_id = $1', [young[0]]);
    await database.query(`INSERT INTO inbox (event_id, consumer) VALUES ($1, 'one')`, [young[0]]);
    expect(await sweepOutbox(database, HOUR_SECONDS)).toBe(old.length);
    expect(await left()).toEqual(young);
    expect(await database.query('SELECT event_id, consumer FROM inbox')).toEqual([
      { event_id: young[0], consumer: 'one' },
    ]);
    expect(await sweepOutbox(database, HOUR_SECONDS)).toBe(0);
  });

  check('keeps an old event that was never published', async () => {
    const ids = await append(database, [{ key: 'a' }]);
    await database.query(`UPDATE outbox SET created_at = clock_timestamp() - interval '1 year'`);
    expect(await sweepOutbox(database, HOUR_SECONDS)).toBe(0);
    expect(await left()).toEqual(ids);
  });

  check('keeps what is still to be delivered or replayed, and what its consumer remembers', async () => {
    const [pending, waiting, replayed, done] = await longPublished(4);
    await stillToDeliver(pending as number);
    await deadLetter(waiting as number, false);
    await deadLetter(replayed as number, true);
    expect(await sweepOutbox(database, HOUR_SECONDS)).toBe(2);
    expect(await left()).toEqual([pending, waiting]);
    expect(await count(database, 'inbox')).toBe(4);
    expect(await count(database, `inbox WHERE event_id IN (${replayed}, ${done})`)).toBe(0);
    // The letters themselves stay, to be read.
    expect(await count(database, 'dead_letters')).toBe(2);
  });

  check('forgets a letter that was replayed long ago, once its event is gone', async () => {
    const [unread, gone, late] = await longPublished(3);
    await deadLetter(unread as number, false);
    for (const eventId of [gone, late]) await deadLetter(eventId as number, true);
    await stillToDeliver(late as number);
    const letters = async () =>
      (await database.query<{ event_id: number }>('SELECT event_id FROM dead_letters ORDER BY id')).map(
        (row) => row.event_id,
      );
    const aged = (days: number) =>
      database.query(`UPDATE dead_letters SET failed_at = clock_timestamp() - interval '1 year',
        replayed_at = CASE WHEN replayed_at IS NOT NULL THEN clock_timestamp() - interval '${days} days' END`);
    await aged(29);
    await sweepOutbox(database, HOUR_SECONDS);
    expect(await letters()).toEqual([unread, gone, late]);
    await aged(31);
    await sweepOutbox(database, HOUR_SECONDS);
    expect(await letters()).toEqual([unread, late]);
    await database.query('DELETE FROM deliveries');
    await sweepOutbox(database, HOUR_SECONDS);
    expect(await letters()).toEqual([unread]);
  });

  check('gives consumers of a broker what they never heard of, before it is swept', async () => {
    const [heard, unheard, given, elsewhere] = await longPublished(4);
    await database.query('DELETE FROM inbox WHERE consumer = $1 AND event_id <> $2', ['one', heard]);
    await deadLetter(given as number, true);
    await database.query(`UPDATE outbox SET topic = 'wallets' WHERE event_id = $1`, [elsewhere]);
    const sweep = () =>
      sweepOutbox(database, HOUR_SECONDS, 10, [
        { name: 'one', topics: ['reservations'] },
        { name: 'other', topics: ['reservations', 'wallets'] },
      ]);
    expect(await sweep()).toBe(3);
    expect(await left()).toEqual([unheard]);
    expect(await database.query('SELECT consumer, event_id, attempts FROM deliveries')).toEqual([
      { consumer: 'one', event_id: unheard, attempts: 0 },
    ]);
    expect(await sweep()).toBe(0);
    await database.query('DELETE FROM deliveries');
    await database.query(`INSERT INTO inbox (event_id, consumer) VALUES ($1, 'one')`, [unheard]);
    expect(await sweep()).toBe(1);
  });

  check('is swept a few at a time, and past what has to stay', async () => {
    const kept = await longPublished(5);
    for (const eventId of kept) await deadLetter(eventId, false);
    await longPublished(6);
    const removed: number[] = [];
    do removed.push(await sweepOutbox(database, HOUR_SECONDS, 2));
    while (removed.at(-1) !== 0);
    // A round that comes to fewer is followed by one more, so it can be one too many.
    expect(Math.max(...removed)).toBeLessThanOrEqual(3);
    expect(removed.reduce((sum, count) => sum + count)).toBe(6);
    expect(await left()).toEqual(kept);
  });
});
