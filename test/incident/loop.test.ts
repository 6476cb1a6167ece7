import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../server/db/database.ts';
import { Harms } from '../../server/incident/hurt.ts';
import { LIMITS } from '../../server/incident/limits.ts';
import { IncidentLoop } from '../../server/incident/loop.ts';
import { Cap } from '../../server/incident/respond/cap.ts';
import type { Response } from '../../server/incident/respond/response.ts';
import { Switch } from '../../server/incident/respond/switch.ts';
import { sqlIncidentArchive } from '../../server/incident/sql/archive.ts';
import { sqlIncidentStore } from '../../server/incident/sql/store.ts';
import type { IncidentStore } from '../../server/incident/store.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import type { Sampler } from '../../server/monitor/sampler.ts';
import { Queue } from '../../server/queue/queue.ts';
import { sqlQueueStore } from '../../server/queue/sql/store.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { DATABASE, well } from './support/samples.ts';

const SLOW: Partial<Sample> = { database: { ...DATABASE, longestLockWaitMilliseconds: 2_000 } };

describe.each(DATABASES)('the loop of an incident on $name', (target) => {
  describe.skipIf(target.missing)('in several processes', () => {
    let world: TestDatabase;
    let queue: Queue;
    beforeAll(async () => {
      world = await target.open();
      queue = new Queue(sqlQueueStore(world.database, { cap: 50, activeSeconds: 1_000, noShowSeconds: 300 }));
    });
    afterAll(() => world?.dispose());
    beforeEach(async () => {
      await world.database.execute(
        'TRUNCATE incidents, incident_entries, incident_samples, incident_users, compensations RESTART IDENTITY CASCADE',
      );
      await queue.configure('main', { cap: 50, state: 'OPEN' });
    });

    /** A process: its loop over samples that the test hands it, real incidents, and a real line. */
    class Process {
      readonly harms = new Harms();
      readonly samples: Sample[] = [];
      readonly bypass: string[] = [];
      readonly finished: number[] = [];
      readonly store: IncidentStore;
      readonly loop: IncidentLoop;
      storeLost = false;

      constructor(name: string) {
        const real = sqlIncidentStore(world.database, name);
        this.store = {
          ...real,
          pulse: (seen, beganAt) =>
            this.storeLost ? Promise.reject(new StoreUnavailable('gone')) : real.pulse(seen, beganAt),
        };
        const responses: Response[] = [
          new Switch({
            name: 'batches',
            kinds: ['RESERVATION_BOTTLENECK'],
            on: () => this.bypass.push('on'),
            off: () => this.bypass.push('off'),
          }),
          new Cap({ store: this.store, line: queue, queueIds: () => ['main'], floorShare: 0.6, lowers: true }),
        ];
        this.loop = new IncidentLoop({
          store: this.store,
          sampler: { last: (most: number) => this.samples.slice(-most), onSample: () => {} } as unknown as Sampler,
          limits: LIMITS,
          responses,
          harms: this.harms,
          closed: async (id) => void this.finished.push(id),
          log: { warn: () => {}, error: () => {} },
        });
        for (let i = 0; i < 20; i++) this.samples.push(well(Date.now() - (20 - i) * 1_000));
      }

      /** So many seconds pass, without the waiting. */
      async see(over: Partial<Sample>, times = 1): Promise<void> {
        for (let i = 0; i < times; i++) {
          const sample = well(Date.now() + i, over);
          this.samples.push(sample);
          this.loop.sampled(sample);
          await this.loop.settled();
        }
      }
    }

    const cap = async () => (await queue.settings('main'))?.cap;
    const archive = () => sqlIncidentArchive(world.database);
    const codes = async (subject: string) =>
      (await archive().timeline(1)).filter((entry) => entry.subject === subject).map(({ code }) => code);
    /** The store's clock goes on: since a cap was lowered, and since anybody saw anything. */
    const later = (milliseconds: number) =>
      world.database.query(
        `UPDATE incidents SET unwell = (SELECT jsonb_object_agg(key, value::bigint - $1::bigint) FROM jsonb_each_text(unwell)),
           caps = coalesce((SELECT jsonb_object_agg(key, value || jsonb_build_object('at', (value ->> 'at')::bigint - $1::bigint))
             FROM jsonb_each(caps)), '{}')`,
        [milliseconds],
      );

    it('opens one incident, lowers the cap step by step, and never below its floor', async () => {
      const [a, b] = [new Process('a'), new Process('b')];
      await a.see(SLOW, 3);
      await b.see(SLOW, 3);
      expect(await archive().list(9)).toHaveLength(1);
      expect(await cap()).toBe(40);
      await Promise.all([a.see(SLOW), b.see(SLOW)]);
      expect(await cap()).toBe(40);
      for (let i = 0; i < 3; i++) {
        await later(3_100);
        await Promise.all([a.see(SLOW), b.see(SLOW)]);
      }
      expect(await cap()).toBe(30);
      expect(await codes('cap:main')).toEqual(['LOWERED', 'LOWERED']);
      expect(await codes('batches')).toEqual(['ON']);
      expect([a.bypass, b.bypass]).toEqual([['on'], ['on']]);
    });

    it('is taken back and closed by whoever is left, when those who lowered the cap have died', async () => {
      const dead = new Process('dead');
      await dead.see(SLOW, 3);
      await later(3_100);
      await dead.see(SLOW);
      expect(await cap()).toBe(30);

      const left = new Process('left');
      await left.see({});
      expect(left.bypass).toEqual(['on']);
      await later(6_000);
      await left.see({});
      expect([await cap(), left.bypass]).toEqual([40, ['on', 'off']]);
      for (let i = 0; i < 3; i++) {
        await later(6_000);
        await left.see({});
      }
      expect(await cap()).toBe(50);
      await left.see({});
      expect(await archive().list(9)).toMatchObject([{ closedAt: expect.any(Date), caps: {} }]);
      expect(await codes('cap:main')).toEqual(['LOWERED', 'LOWERED', 'RAISED', 'RESTORED']);
      expect(await codes('kind:RESERVATION_BOTTLENECK')).toEqual(['NOTICED', 'OVER']);
      expect(await codes('incident')).toEqual(['OPENED', 'CLOSED']);
      await left.loop.stop();
      expect(left.finished).toEqual([1]);
    });

    it('takes the step that another process claimed and died before', async () => {
      const dead = new Process('dead');
      await dead.see(SLOW, 3);
      // It claims the next step, and is killed before it tells the line.
      const { caps } = (await dead.store.pulse([], null))?.incident ?? {};
      await dead.store.claimCap(1, 'main', caps?.main ?? null, { own: 50, set: 30, was: 40 });
      expect(await cap()).toBe(40);
      await later(3_100);
      const left = new Process('left');
      await left.see(SLOW, 3);
      expect(await cap()).toBe(30);
    });

    it("leaves a cap alone that an operator set meanwhile, and doesn't restore over it", async () => {
      const a = new Process('a');
      await a.see(SLOW, 3);
      await queue.configure('main', { cap: 20 });
      await later(3_100);
      const left = new Process('left');
      await left.see({});
      expect(await codes('cap:main')).toEqual(['LOWERED', 'LEFT']);
      await later(20_000);
      await left.see({}, 2);
      expect(await cap()).toBe(20);
      expect(await archive().list(9)).toMatchObject([{ closedAt: expect.any(Date) }]);
    });

    it('responds while its store is lost, and writes it all down when that is back', async () => {
      const a = new Process('a');
      a.storeLost = true;
      a.harms.add({ who: { userId: 'ann' }, at: Date.now(), what: 'FAILED', api: 'reservation', status: 503 });
      await a.see({ database: null }, 4);
      expect(a.bypass).toEqual(['on']);
      expect(a.loop.open()).toMatchObject({ id: 0, kinds: ['RESERVATION_BOTTLENECK'] });
      expect(await archive().list(9)).toEqual([]);
      a.storeLost = false;
      await a.see({});
      expect(await archive().list(9)).toMatchObject([{ kinds: ['RESERVATION_BOTTLENECK'], affectedUsers: 1 }]);
      expect(await codes('batches')).toEqual(['ON']);
      expect(await codes('sign:DATABASE_LOST')).toEqual(['SEEN']);
    });

    it('has those on its list who were hurt before it was noticed, and nobody from long before', async () => {
      const a = new Process('a');
      const harm = (userId: string, ago: number) =>
        a.harms.add({ who: { userId }, at: Date.now() - ago, what: 'FAILED', api: 'reservation', status: 503 });
      harm('long-before', 600_000);
      harm('before', 5_000);
      await a.see(SLOW, 3);
      harm('during', 0);
      await a.see(SLOW);
      expect((await archive().affectedUsers(1, 9)).map(({ userId }) => userId)).toEqual(['before', 'during']);
    });

    it('keeps what was seen before it, each second once', async () => {
      const a = new Process('a');
      await a.see(SLOW, 5);
      const kept = await archive().samples(1);
      expect(kept.length).toBe(25);
      expect(new Set(kept.map(({ sample }) => sample.at)).size).toBe(25);
    });
  });
});
