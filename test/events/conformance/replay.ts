import { expect, it } from 'vitest';
import { DeadLetters } from '../../../server/events/dead-letters.ts';
import { SqlDeadLetterStore } from '../../../server/events/sql/dead-letters.ts';
import type { Participant, World } from '../support/buses.ts';
import { append, count } from '../support/outbox.ts';
import { Recorder, sorted } from '../support/recorder.ts';
import { until } from '../support/until.ts';

/** Dead letters and their second chance. */
export function replay(world: () => World): void {
  /** A consumer that gave up on some events and is well again, and another one that had no trouble. */
  async function someGivenUp(keys: number) {
    let broken = true;
    const recorder = new Recorder({ verdict: () => (broken ? new Error('the shelf is full') : null) });
    const other = new Recorder({ name: 'other' });
    const participant: Participant = world().join(recorder, other);
    const letters = new DeadLetters(new SqlDeadLetterStore(world().database), () => participant.bus.nudge());
    const ids = await append(
      world().database,
      Array.from({ length: keys }, (_, i) => ({ key: `key-${i}`, payload: { i } })),
    );
    await participant.relay.run();
    await until('all are given up', async () => (await count(world().database, 'dead_letters')) === keys);
    await until('the other one has them', () => other.applied.length === keys);
    return { recorder, other, letters, ids, mend: () => (broken = false) };
  }

  it('are listed with what failed and why, those that wait first', async () => {
    const { letters, ids, mend } = await someGivenUp(3);
    const items = await letters.list();
    expect(sorted(items.map(({ eventId }) => eventId))).toEqual(ids);
    expect(items[0]).toMatchObject({
      consumer: 'recorder',
      topic: 'reservations',
      type: 'test.happened',
      error: 'the shelf is full',
      attempts: 3,
      failedAt: expect.any(Date),
      replayedAt: null,
    });
    mend();
    const newest = items[0]?.id as number;
    await letters.replay({ ids: [newest] });
    const after = await letters.list();
    expect(after.map(({ id, replayedAt }) => [id, replayedAt !== null])).toEqual([
      [items[1]?.id, false],
      [items[2]?.id, false],
      [newest, true],
    ]);
  });

  it('are only looked at in a dry run', async () => {
    const { recorder, letters, ids } = await someGivenUp(3);
    const attempts = recorder.attempts.length;
    const outcome = await letters.replay({ dryRun: true });
    expect(outcome).toMatchObject({ dryRun: true, count: 3 });
    expect(sorted(outcome.items.map(({ eventId }) => eventId))).toEqual(ids);
    const [, second] = outcome.items;
    expect(await letters.replay({ dryRun: true, ids: [second?.id as number] })).toMatchObject({
      count: 1,
      items: [second],
    });
    expect(await count(world().database, 'deliveries')).toBe(0);
    expect(await count(world().database, 'dead_letters WHERE replayed_at IS NULL')).toBe(3);
    expect(recorder.attempts).toHaveLength(attempts);
  });

  it('are replayed to their consumer only, each once', async () => {
    const { recorder, other, letters, ids, mend } = await someGivenUp(4);
    mend();
    const outcome = await letters.replay({});
    expect(outcome).toMatchObject({ dryRun: false, count: 4 });
    expect(outcome.items.every(({ replayedAt }) => replayedAt instanceof Date)).toBe(true);
    await until('all are applied', () => recorder.applied.length >= 4);
    expect(await letters.replay({})).toEqual({ dryRun: false, count: 0, items: [] });
    expect(await letters.replay({ ids: outcome.items.map(({ id }) => id) })).toMatchObject({ count: 0 });
    await until('nothing is pending', async () => (await count(world().database, 'deliveries')) === 0);
    expect(sorted(recorder.ids())).toEqual(ids);
    expect(other.applied).toHaveLength(4);
  });

  it('are replayed by id, whatever ids are asked for', async () => {
    const { recorder, letters, mend } = await someGivenUp(3);
    mend();
    const [, chosen] = (await letters.replay({ dryRun: true })).items;
    const ids = [chosen?.id as number, chosen?.id as number, 999_999_999, Number.MAX_SAFE_INTEGER];
    expect(await letters.replay({ ids })).toMatchObject({ count: 1, items: [{ id: chosen?.id }] });
    expect(await letters.replay({ ids: [] })).toMatchObject({ count: 0 });
    await until('it is applied', () => recorder.applied.length === 1);
    expect(recorder.ids()).toEqual([chosen?.eventId]);
    expect(await count(world().database, 'dead_letters WHERE replayed_at IS NULL')).toBe(2);
  });

  it('are replayed once by many who ask at the same time', async () => {
    const { recorder, letters, ids, mend } = await someGivenUp(20);
    mend();
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => letters.replay({})));
    const replayed = outcomes.flatMap(({ items }) => items.map(({ eventId }) => eventId));
    expect(sorted(replayed)).toEqual(ids);
    await until('all are applied', () => recorder.applied.length >= 20);
    await until('nothing is pending', async () => (await count(world().database, 'deliveries')) === 0);
    expect(sorted(recorder.ids())).toEqual(ids);
  });

  it('become new ones when the replay fails again', async () => {
    const { recorder, letters } = await someGivenUp(1);
    const { items } = await letters.replay({});
    await until('it is given up again', async () => (await count(world().database, 'dead_letters')) === 2);
    const listed = await letters.list();
    expect(listed.map(({ replayedAt }) => replayedAt !== null)).toEqual([false, true]);
    expect(listed[0]).toMatchObject({ eventId: items[0]?.eventId, attempts: 3, error: 'the shelf is full' });
    expect(recorder.attempts).toHaveLength(6);
  });
}
