import { describe, expect, it } from 'vitest';
import { type Actors, short, users } from '../actors.ts';

/** What the line does in an incident, and what it makes good afterwards. */
export function storms(act: () => Actors): void {
  const atTheBack = async (queue: Actors, ...names: string[]) =>
    (
      await queue.line.store.enter(
        names.map((userId) => ({ userId, queueId: queue.queueId })),
        false,
      )
    ).map(short);

  describe('in a storm', () => {
    it('whoever enters waits although a slot is free, until the next tick', async () => {
      const queue = act();
      expect(await atTheBack(queue, 'a', 'b', 'c', 'd')).toEqual([1, 2, 3, 4]);
      expect((await queue.stats()).active).toBe(0);
      await queue.tick();
      expect(await queue.where('a', 'b', 'c', 'd')).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 1]);
    });

    it('places are kept, and nobody overtakes when doors open again', async () => {
      const queue = act();
      await queue.enter('in');
      expect(await atTheBack(queue, 'in', 'a', 'b', 'c')).toEqual(['ACTIVE', 1, 2, 3]);
      expect(await atTheBack(queue, 'b', 'a')).toEqual([2, 1]);
      expect((await queue.enter('late')).map(short)).toEqual([2]);
      expect(await queue.where('a', 'b', 'c', 'late')).toEqual(['ACTIVE', 'ACTIVE', 1, 2]);
    });
  });

  it('remembers whose slot ended, and since when', async () => {
    const queue = act();
    const { store } = queue.line;
    const before = new Date(Date.now() - 3_600_000);
    await queue.configure({ activeSeconds: 100 });
    await queue.enter('a', 'b');
    expect(await store.ended(queue.queueId, before)).toEqual([]);
    await queue.age(90);
    await queue.enter('c', 'd');
    await queue.age(20);
    const ended = async (since: Date) => (await store.ended(queue.queueId, since)).map(({ userId }) => userId).sort();
    // Whether or not a tick has noticed.
    expect(await ended(before)).toEqual(['a', 'b']);
    await queue.tick();
    expect(await ended(before)).toEqual(['a', 'b']);
    expect(await ended(new Date(Date.now() + 60_000))).toEqual([]);
    const [one] = await store.ended(queue.queueId, before);
    expect(Math.abs((one?.at.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await store.ended('no-such-queue', before)).toEqual([]);
  });

  describe('who was promised to be next', () => {
    const promise = (queue: Actors, ...names: string[]) =>
      queue.line.store.prioritise(names.map((userId) => ({ userId, queueId: queue.queueId })));

    it('goes before everybody else who waits, in order among themselves, and keeps the ticket', async () => {
      const queue = act();
      await queue.enter(...users(9));
      const [before] = await queue.places('user-8');
      expect(await promise(queue, 'user-8', 'nobody', 'user-1', 'user-7')).toEqual([true, false, false, true]);
      await queue.leave('user-1');
      expect(await queue.where('user-7', 'user-8', 'user-4')).toEqual(['ACTIVE', 4, 1]);
      await queue.leave('user-2', 'user-3');
      expect(await queue.where('user-8', 'user-4', 'user-5')).toEqual(['ACTIVE', 'ACTIVE', 1]);
      expect((await queue.places('user-8'))[0]?.ticket).toBe(before?.ticket);
      await queue.leave('user-4', 'user-7');
      expect(await queue.where('user-5', 'user-6', 'user-9')).toEqual(['ACTIVE', 'ACTIVE', 1]);
      expect(await queue.stats()).toMatchObject({ active: 3, waiting: 1 });
    });

    it('gets a free slot at once', async () => {
      const queue = act();
      expect(await atTheBack(queue, 'a', 'b', 'c', 'd')).toEqual([1, 2, 3, 4]);
      await promise(queue, 'd');
      expect(await queue.where('a', 'b', 'c', 'd')).toEqual(['ACTIVE', 'ACTIVE', 1, 'ACTIVE']);
    });
  });
}
