import { expect, it } from 'vitest';
import { RESERVATIONS, WALLETS } from '../../../server/events/event.ts';
import type { World } from '../support/buses.ts';
import { append, count, type NewEvent } from '../support/outbox.ts';
import { PATIENT, Recorder, sorted } from '../support/recorder.ts';
import { until } from '../support/until.ts';

/** Events of `keys` keys that take turns, `each` a key. */
const takingTurns = (keys: number, each: number): NewEvent[] =>
  Array.from({ length: keys * each }, (_, i) => ({ key: `key-${i % keys}`, payload: { turn: Math.floor(i / keys) } }));

/** At least once, in order per key, retries, dead letters, start and stop. */
export function delivery(world: () => World): void {
  it('delivers each event once to each consumer of its topic, whole, and in order per key', async () => {
    const all = new Recorder({ name: 'all', topics: [RESERVATIONS, WALLETS], batchSize: 7 });
    const wallets = new Recorder({ name: 'wallets-only', topics: [WALLETS] });
    const { relay } = world().join(all, wallets);
    const ids = await append(world().database, takingTurns(9, 12));
    const [charge] = await append(world().database, [
      { topic: WALLETS, key: 'key-0', type: 'wallet.charged', payload: { 이름: '자리 "석"', balance: 2 ** 40 } },
    ]);
    await relay.run();
    await until('all are delivered', () => all.applied.length + wallets.applied.length >= ids.length + 2);

    expect(sorted(all.ids())).toEqual([...ids, charge]);
    for (let key = 0; key < 9; key++) {
      const turns = all.applied.filter((event) => event.topic === RESERVATIONS && event.key === `key-${key}`);
      expect(turns.map(({ payload }) => payload)).toEqual(Array.from({ length: 12 }, (_, turn) => ({ turn })));
    }
    const [event] = wallets.applied;
    expect(event).toEqual({
      eventId: charge,
      topic: WALLETS,
      key: 'key-0',
      type: 'wallet.charged',
      payload: { 이름: '자리 "석"', balance: 2 ** 40 },
      at: expect.any(Date),
    });
    expect(await count(world().database, 'outbox WHERE published_at IS NULL')).toBe(0);
    expect(await count(world().database, 'dead_letters')).toBe(0);
  });

  it('gives a consumer no two events of one key at a time, and no more than it takes', async () => {
    const batches: string[][] = [];
    class Watching extends Recorder {
      override handle(events: Parameters<Recorder['handle']>[0]) {
        batches.push(events.map((event) => event.key));
        return super.handle(events);
      }
    }
    const watching = new Watching({ batchSize: 4 });
    const { relay } = world().join(watching);
    const ids = await append(world().database, takingTurns(6, 8));
    await relay.run();
    await until('all are delivered', () => watching.applied.length >= ids.length);
    for (const keys of batches) {
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length).toBeLessThanOrEqual(4);
    }
  });

  it('tries a failed event again, later events of its key behind it', async () => {
    let failures = 2;
    const recorder = new Recorder({
      verdict: ({ eventId }) => (eventId === ids[0] && failures-- > 0 ? new Error('not yet') : null),
    });
    const { relay } = world().join(recorder);
    const ids = await append(world().database, takingTurns(1, 3));
    await relay.run();
    await until('all are applied', () => recorder.applied.length === 3);
    expect(recorder.ids()).toEqual(ids);
    expect(recorder.attemptsAt(ids[0] as number)).toBe(3);
    await until('nothing is pending', async () => (await count(world().database, 'deliveries')) === 0);
    expect(await count(world().database, 'dead_letters')).toBe(0);
  });

  it('gives an event up after its attempts, with the cause, and goes on behind it', async () => {
    const recorder = new Recorder({
      verdict: ({ eventId }) => (eventId === poison ? new Error('no such concert\0 at all') : null),
    });
    const { relay } = world().join(recorder);
    const [first, poison, third] = await append(world().database, [
      { key: 'a' },
      { key: 'a', type: 'test.poison', payload: { bad: ['data'] } },
      { key: 'a' },
    ]);
    await relay.run();
    await until('what is behind is applied', () => recorder.applied.length === 2);
    expect(recorder.ids()).toEqual([first, third]);
    expect(recorder.attemptsAt(poison as number)).toBe(3);
    const letters = await world().database.query(
      'SELECT consumer, event_id, topic, key, type, payload, attempts, error, replayed_at FROM dead_letters',
    );
    expect(letters).toEqual([
      {
        consumer: 'recorder',
        event_id: poison,
        topic: RESERVATIONS,
        key: 'a',
        type: 'test.poison',
        payload: { bad: ['data'] },
        attempts: 3,
        error: 'no such concert at all',
        replayed_at: null,
      },
    ]);
  });

  it('lets an event that fails hold up its own key only', async () => {
    const recorder = new Recorder({
      retry: PATIENT,
      batchSize: 3,
      verdict: ({ key }) => (key === 'key-2' ? new Error('fails for as long as the test lasts') : null),
    });
    const { relay } = world().join(recorder);
    const events = takingTurns(8, 5);
    const ids = await append(world().database, events);
    await relay.run();
    const others = ids.filter((_, i) => events[i]?.key !== 'key-2');
    await until('all other keys are through', () => recorder.applied.length >= others.length);
    // What comes later passes as well, and of the failing key nothing but its first was tried.
    const later = await append(world().database, [{ key: 'key-2' }, { key: 'key-9' }]);
    await relay.run();
    await until('the later one is through', () => recorder.ids().includes(later[1] as number));
    expect(sorted(recorder.ids())).toEqual([...others, later[1]]);
    expect(recorder.attempts.filter(({ key }) => key === 'key-2')).toHaveLength(1);
  });

  it('finds who is to blame when a batch is refused as a whole', async () => {
    const recorder = new Recorder({
      verdict: ({ key }) => (key === 'key-3' ? Promise.reject(new Error('broke the transaction')) : null),
    });
    const { relay } = world().join(recorder);
    const ids = await append(world().database, takingTurns(6, 1));
    await relay.run();
    await until('five are applied', () => recorder.applied.length === 5);
    await until('one is given up', async () => (await count(world().database, 'dead_letters')) === 1);
    expect(sorted(recorder.ids())).toEqual(ids.filter((_, i) => i !== 3));
    const [letter] = await world().database.query('SELECT event_id, error FROM dead_letters');
    expect(letter).toEqual({ event_id: ids[3], error: 'broke the transaction' });
  });

  it('does not take silence for success', async () => {
    class Forgetful extends Recorder {
      override async handle(events: Parameters<Recorder['handle']>[0]) {
        return (await super.handle(events)).slice(1);
      }
    }
    const { relay } = world().join(new Forgetful());
    await append(world().database, takingTurns(3, 1));
    await relay.run();
    await until('all are given up', async () => (await count(world().database, 'dead_letters')) === 3);
    const [letter] = await world().database.query('SELECT error FROM dead_letters');
    expect(letter).toEqual({ error: '0 outcomes for 1 events' });
  });

  it('starts once, refuses a second consumer of one name, and waits in stop for what is under way', async () => {
    const [entered, leave] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const recorder = new Recorder({
      batchSize: 1,
      verdict: async () => {
        entered.resolve();
        await leave.promise;
        return null;
      },
    });
    const { bus, relay } = world().join(recorder);
    expect(() => bus.subscribe(new Recorder())).toThrow('recorder');
    bus.start();
    const ids = await append(world().database, takingTurns(5, 1));
    const relaying = relay.run();
    await entered.promise;
    let stopped = false;
    const stopping = Promise.all([bus.stop(), bus.stop()]).then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stopped).toBe(false);
    leave.resolve();
    await Promise.all([relaying, stopping]);
    expect(recorder.applied).toHaveLength(1);
    bus.nudge();
    await relay.run();

    // What is left is delivered by the next process, and what was done is not.
    const next = new Recorder();
    world().join(next);
    await until('the rest is delivered', () => next.applied.length >= 4);
    expect(sorted([...recorder.ids(), ...next.ids()])).toEqual(ids);
  });
}
