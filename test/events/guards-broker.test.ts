import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../server/db/migrate.ts';
import type { DomainEvent } from '../../server/events/event.ts';
import { Deliveries } from '../../server/events/sql/deliveries.ts';
import { OutboxLease } from '../../server/events/sql/outbox-lease.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { withoutGuard } from './support/guards.ts';
import { append, count, TABLES } from './support/outbox.ts';
import { Recorder } from './support/recorder.ts';

/** Each as it is, then with its guard taken out. */
describe.skipIf(POSTGRES.missing)('the guards of the events that go through a broker', () => {
  let test: TestDatabase;
  let database: TestDatabase['database'];
  beforeAll(async () => {
    test = await POSTGRES.open();
    database = test.database;
  });
  beforeEach(async () => {
    await migrate(database);
    await database.query(`TRUNCATE ${TABLES}`);
  });
  afterAll(() => test.dispose());

  const consumer = new Recorder({ name: 'c' });
  const event = (eventId: number): DomainEvent => ({
    eventId,
    topic: 'reservations',
    key: 'k',
    type: 'test.happened',
    payload: {},
    at: new Date(),
  });
  const aside = (eventId: number) => ({ event: event(eventId), attempts: 0, error: null, waitMilliseconds: 0 });

  describe('an event whose transaction commits after a later one', () => {
    async function relayedOfBoth() {
      const lease = new OutboxLease(database, 60_000);
      const relayed: number[] = [];
      const relay = async () => {
        const events = await lease.take(100);
        await lease.published(events);
        relayed.push(...events.map(({ eventId }) => eventId));
      };
      const [begun, commit] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const slow = database.transaction(async (sql) => {
        const ids = await append(sql, [{ key: 'slow' }]);
        begun.resolve();
        await commit.promise;
        return ids;
      });
      await begun.promise;
      const fast = await append(database, [{ key: 'fast' }]);
      await relay();
      commit.resolve();
      const both = [...(await slow), ...fast];
      await relay();
      return { both, relayed };
    }

    it('is relayed', async () => {
      const { both, relayed } = await relayedOfBoth();
      expect(relayed).toEqual([both[1], both[0]]);
    });

    it('vanishes when the relay goes by "id above the last"', async () => {
      await withoutGuard(
        database,
        'outbox_take.sql',
        'WHERE o.published_at IS NULL ORDER',
        'WHERE o.event_id > (SELECT coalesce(max(event_id), 0) FROM outbox WHERE published_at IS NOT NULL) ORDER',
      );
      const { both, relayed } = await relayedOfBoth();
      expect(relayed).toEqual([both[1]]);
    });
  });

  describe('two relays at once', () => {
    async function takenByBoth() {
      await append(database, [{ key: 'k' }]);
      const [one, other] = [new OutboxLease(database, 60_000), new OutboxLease(database, 60_000)];
      const taken = [(await one.take(10)).length, (await other.take(10)).length, (await one.take(10)).length];
      await one.release();
      return [...taken, (await other.take(10)).length];
    }

    it('do not send the same twice, and one takes over from the other', async () => {
      expect(await takenByBoth()).toEqual([1, 0, 1, 1]);
    });

    it('leave the lease to each other as soon as they have sent something', async () => {
      await append(database, [{ key: 'k' }, { key: 'k' }]);
      const [one, other] = [new OutboxLease(database, 60_000), new OutboxLease(database, 60_000)];
      const first = await one.take(1);
      expect(await other.take(10)).toEqual([]);
      await one.published(first);
      expect((await other.take(10)).map(({ eventId }) => eventId)).toEqual([(first[0]?.eventId ?? 0) + 1]);
    });

    it('do without the lease', async () => {
      await withoutGuard(database, 'outbox_take.sql', 'IF NOT FOUND THEN RETURN; END IF;');
      expect(await takenByBoth()).toEqual([1, 1, 1, 1]);
    });
  });

  describe('an event behind one that is put aside', () => {
    async function stateOfSecond() {
      const deliveries = new Deliveries(database);
      await deliveries.park(consumer, [aside(1)]);
      return (await deliveries.inspect(consumer, [event(2)], [])).get(2);
    }

    it('is put aside as well', async () => {
      expect(await stateOfSecond()).toBe('BEHIND');
    });

    it('overtakes it when nobody looks', async () => {
      await withoutGuard(database, 'deliveries_inspect.sql', /WHEN EXISTS \([^)]*\) THEN 'BEHIND'/);
      expect(await stateOfSecond()).toBe('NEW');
    });
  });

  describe('an event that was applied, and is put aside by a process that did not know', () => {
    async function deliveriesLeft() {
      const deliveries = new Deliveries(database);
      await deliveries.settle(consumer, [{ event: event(1) }], []);
      await deliveries.park(consumer, [aside(1)]);
      return count(database, 'deliveries');
    }

    it('is not delivered again', async () => {
      expect(await deliveriesLeft()).toBe(0);
    });

    it('is without the inbox', async () => {
      await withoutGuard(database, 'deliveries_park.sql', /NOT EXISTS \(SELECT FROM inbox[^)]*\)/, 'true');
      expect(await deliveriesLeft()).toBe(1);
    });
  });

  describe('records that were taken in hand before, and not finished', () => {
    async function statesOfTwice() {
      const deliveries = new Deliveries(database);
      const look = async (offset: number) =>
        (await deliveries.inspect(consumer, [event(1)], [{ topic: 'reservations', partition: 0, offset }])).get(1);
      return [await look(7), await look(7), await look(8)];
    }

    it('are suspects', async () => {
      expect(await statesOfTwice()).toEqual(['NEW', 'SUSPECT', 'NEW']);
    });

    it('would end one process after the other', async () => {
      await withoutGuard(database, 'deliveries_inspect.sql', `WHEN again THEN 'SUSPECT'`);
      expect(await statesOfTwice()).toEqual(['NEW', 'NEW', 'NEW']);
    });
  });
});
