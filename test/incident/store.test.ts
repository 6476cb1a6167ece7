import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hurtUsers } from '../../server/incident/hurt.ts';
import type { Incident } from '../../server/incident/incident.ts';
import { entry } from '../../server/incident/respond/response.ts';
import { sqlIncidentArchive } from '../../server/incident/sql/archive.ts';
import { sqlIncidentStore } from '../../server/incident/sql/store.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';
import { well } from './support/samples.ts';

describe.each(DATABASES)('incidents in $name', (target) => {
  describe.skipIf(target.missing)('kept together by all processes', () => {
    let world: TestDatabase;
    beforeAll(async () => {
      world = await target.open();
    });
    afterAll(() => world?.dispose());
    beforeEach(() =>
      world.database.execute(
        'TRUNCATE incidents, incident_entries, incident_samples, incident_users, compensations RESTART IDENTITY CASCADE',
      ),
    );

    const process = (name: string) => sqlIncidentStore(world.database, name);
    const archive = () => sqlIncidentArchive(world.database);
    const opened = async (): Promise<Incident> =>
      (await process('a').pulse(['TOKEN_STORM'], new Date(Date.now() - 2_000)))?.incident as Incident;
    /** As though that much time had gone by since anybody saw anything. */
    const calm = (milliseconds: number) =>
      world.database.query(
        `UPDATE incidents SET unwell = (SELECT jsonb_object_agg(key, value::bigint - $1::bigint) FROM jsonb_each_text(unwell))`,
        [milliseconds],
      );

    it('open once, however many processes see it at the same moment', async () => {
      const pulses = await Promise.all(
        Array.from({ length: 12 }, (_, i) => process(`p${i}`).pulse(['RESERVATION_BOTTLENECK'], new Date())),
      );
      expect(new Set(pulses.map((pulse) => pulse?.incident.id)).size).toBe(1);
      expect(pulses.filter((pulse) => pulse?.fresh)).toHaveLength(1);
      expect(await archive().list(10)).toHaveLength(1);
    });

    it('are none while nobody sees anything', async () => {
      expect(await process('a').pulse([], null)).toBeNull();
    });

    it('are joined by what else goes wrong meanwhile', async () => {
      const { id } = await opened();
      const joined = await process('b').pulse(['EVENTS_STALLED', 'TOKEN_STORM'], new Date());
      expect(joined).toMatchObject({ fresh: false, incident: { id, kinds: ['TOKEN_STORM', 'EVENTS_STALLED'] } });
      const told = await process('c').pulse([], null);
      expect(told?.incident.unwellMilliseconds).toMatchObject({
        TOKEN_STORM: expect.any(Number),
        EVENTS_STALLED: expect.any(Number),
      });
    });

    it('close once, when all has been well for long enough and no cap is lowered', async () => {
      const { id } = await opened();
      const store = process('a');
      expect(await store.close(id, 10_000)).toBe(false);
      await calm(11_000);
      await store.claimCap(id, 'main', null, { own: 50, set: 40, was: 50 });
      expect(await store.close(id, 10_000)).toBe(false);
      const caps = (await store.pulse([], null))?.incident.caps;
      expect(await store.claimCap(id, 'main', caps?.main ?? null, null)).toBe(true);
      const closed = await Promise.all(['a', 'b', 'c', 'd'].map((name) => process(name).close(id, 10_000)));
      expect(closed.filter(Boolean)).toHaveLength(1);
      // Told for a moment, so that every process brings in what it saw; and the next one is another.
      expect((await process('b').pulse([], null))?.incident).toMatchObject({ id, closedAt: expect.any(Date) });
      expect((await process('b').pulse(['TOKEN_STORM'], new Date()))?.incident.id).toBe(id + 1);
    });

    it('have a cap claimed by one of many', async () => {
      const { id } = await opened();
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          process(`p${i}`).claimCap(id, 'main', null, { own: 50, set: 40 - i, was: 50 }),
        ),
      );
      expect(claims.filter(Boolean)).toHaveLength(1);
      const caps = (await process('a').pulse([], null))?.incident.caps;
      expect(await process('a').claimCap(id, 'main', null, { own: 50, set: 30, was: 40 })).toBe(false);
      expect(await process('a').claimCap(id, 'main', caps?.main ?? null, { own: 50, set: 30, was: 40 })).toBe(true);
    });

    it('have a timeline that says once what several processes found', async () => {
      const { id } = await opened();
      const notes = ['a', 'b', 'c'].map((name) => process(name).note(id, [entry('bypass', 'ON', { by: name })]));
      await Promise.all(notes);
      await process('a').note(id, [entry('bypass', 'OFF'), entry('bypass', 'OFF'), entry('bypass', 'ON')]);
      const step = { ...entry('cap:main', 'LOWERED', { to: 40 }), once: false };
      await process('b').note(id, [step, step]);
      const codes = (await archive().timeline(id)).map(({ subject, code }) => `${subject} ${code}`).sort();
      expect(codes).toEqual(['bypass OFF', 'bypass ON', 'bypass ON', 'cap:main LOWERED', 'cap:main LOWERED']);
    });

    it('list each user once, with all that happened to them, whoever saw it', async () => {
      const { id } = await opened();
      const at = Date.now();
      const harm = (userId: string, more: object) => ({ who: { userId }, at, ...more }) as never;
      const none = new Map<string, string>();
      await process('a').hurt(
        id,
        hurtUsers(
          [
            harm('ann', { what: 'FAILED', api: 'token', status: 503, milliseconds: 12 }),
            harm('ann', { what: 'FAILED', api: 'reservation', status: 500, milliseconds: 40 }),
            harm('bob', { what: 'SLOW', api: 'reservation', status: 200, milliseconds: 1_800 }),
          ],
          none,
        ),
      );
      await process('b').hurt(
        id,
        hurtUsers(
          [
            harm('ann', { what: 'SLOT_ENDED', at: at + 5_000 }),
            harm('ann', { what: 'SLOW', api: 'token', status: 200, milliseconds: 2_000 }),
          ],
          none,
        ),
      );
      expect(await archive().affectedUsers(id, 10)).toEqual([
        {
          userId: 'ann',
          failed: 2,
          slow: 1,
          slotEnded: true,
          holdEnded: false,
          worstStatus: 503,
          longestMilliseconds: 2_000,
          apis: ['reservation', 'token'],
          firstAt: new Date(at),
          lastAt: new Date(at + 5_000),
        },
        expect.objectContaining({ userId: 'bob', failed: 0, slow: 1, worstStatus: 200 }),
      ]);
      expect(await archive().affectedUsers(id, 1, 'ann')).toMatchObject([{ userId: 'bob' }]);
      expect(await archive().impact(id)).toEqual({ users: 2, failed: 1, slow: 2, slotEnded: 1, holdEnded: 0 });
    });

    it('list those whose hold ran out while it lasted, and know whose a reservation is', async () => {
      const { id } = await opened();
      const hold = (n: number, userId: string, seconds: number) =>
        world.database.query(
          `INSERT INTO reservations (reservation_id, user_id, concert_id, schedule_id, seat_id, queue_id, exclusive, status, price, held_until)
           VALUES ($1, $2, 1, 1, $3, 'main', true, 'EXPIRED', 1, clock_timestamp() + make_interval(secs => $4))`,
          [`00000000-0000-4000-8000-00000000000${n}`, userId, n, seconds],
        );
      await hold(1, 'during', -1);
      await hold(2, 'before', -600);
      await hold(3, 'after', 600);
      await process('a').hurtByHolds(id);
      await process('b').hurtByHolds(id);
      expect(await archive().affectedUsers(id, 10)).toMatchObject([{ userId: 'during', holdEnded: true, failed: 0 }]);
      const owners = await process('a').ownersOf(['00000000-0000-4000-8000-000000000002', crypto.randomUUID()]);
      expect([...owners.values()]).toEqual(['before']);
      await world.database.query('DELETE FROM reservations');
    });

    it('keep what each process saw, each second once', async () => {
      const { id } = await opened();
      const samples = [1, 2, 3].map((second) => well(1_700_000_000_000 + second * 1_000));
      await process('a').keepSamples(id, samples);
      await process('a').keepSamples(id, samples.slice(1));
      await process('b').keepSamples(id, samples.slice(2));
      const kept = await archive().samples(id);
      expect(kept.map(({ process: by, sample }) => `${by} ${(sample.at / 1_000) % 10}`)).toEqual([
        'a 1',
        'a 2',
        'a 3',
        'b 3',
      ]);
      expect(kept[0]?.sample).toEqual(JSON.parse(JSON.stringify(samples[0])));
    });

    it("keep an operator's words beside the draft", async () => {
      const { id } = await opened();
      await archive().saveDraft(id, [{ code: 'FIRST_LIMIT', facts: {} }]);
      expect(await archive().saveImprovements(id, '전부 다시 "쓴다" <b>')).toBe(true);
      expect(await archive().find(id)).toMatchObject({
        draft: [{ code: 'FIRST_LIMIT', facts: {} }],
        improvements: '전부 다시 "쓴다" <b>',
        improvementsAt: expect.any(Date),
      });
      expect(await archive().saveImprovements(id, null)).toBe(true);
      expect((await archive().find(id))?.improvements).toBeNull();
      expect(await archive().saveImprovements(999, 'x')).toBe(false);
      expect(await archive().find(999)).toBeNull();
    });
  });
});
