import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalBus } from '../../server/events/local/bus.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { append, count, TABLES } from './support/outbox.ts';
import { PATIENT, Recorder } from './support/recorder.ts';
import { LOCAL } from './support/stores.ts';
import { until } from './support/until.ts';

// Two consumers of the same events: one is handed them, the other is given deliveries.
for (const target of DATABASES) {
  describe.skipIf(target.missing)(
    `a consumer that is handed its events beside one that is not, on ${target.name}`,
    () => {
      let home: TestDatabase;
      beforeAll(async () => {
        home = await target.open();
      });
      beforeEach(() => home.database.query(`TRUNCATE ${TABLES}`));
      afterAll(() => home?.dispose());

      it('has applied them when they are published, and only what failed waits in its deliveries', async () => {
        const { database } = home;
        const handed = Object.assign(
          new Recorder({
            name: 'handed',
            retry: PATIENT,
            verdict: ({ key }) => (key === 'bad' ? new Error('not now') : null),
          }),
          { immediate: true },
        );
        const given = new Recorder({ name: 'given' });
        const bus = new LocalBus(database, LOCAL);
        for (const consumer of [handed, given]) bus.subscribe(consumer);
        bus.start();
        try {
          const [first, bad, behind, last] = await append(database, [
            { key: 'a' },
            { key: 'bad' },
            { key: 'bad' },
            { key: 'b' },
          ]);
          expect(await bus.publishNext(10)).toBe(4);
          expect(handed.ids()).toEqual([first, last]);
          expect(handed.attemptsAt(bad as number)).toBe(1);
          const waiting = await database.query(
            `SELECT event_id, attempts FROM deliveries WHERE consumer = 'handed' ORDER BY event_id`,
          );
          expect(waiting).toEqual([
            { event_id: bad, attempts: 1 },
            { event_id: behind, attempts: 0 },
          ]);
          expect(await count(database, `inbox WHERE consumer = 'handed'`)).toBe(2);
          bus.nudge();
          await until('the other one has all of them', () => given.applied.length === 4);
          expect(given.ids('bad')).toEqual([bad, behind]);
        } finally {
          await bus.stop();
        }
      });
    },
  );
}
