import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { World } from '../support/buses.ts';
import { append } from '../support/outbox.ts';
import { Recorder, sorted } from '../support/recorder.ts';
import { until } from '../support/until.ts';

const WRITERS = 8;
const EACH = 15;

/** Transactions that are open side by side, and commit in another order than that of their events. */
export function lateCommits(world: () => World): void {
  it('publishes everything, whatever the order of the commits, in order per key', async () => {
    const recorder = new Recorder({ batchSize: 20 });
    const { relay } = world().join(recorder);
    let writing = true;
    const relaying = (async () => {
      for (; writing; await sleep(1)) await relay.run();
    })();
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      const ids: number[] = [];
      for (let turn = 0; turn < EACH; turn++) {
        await world().database.transaction(async (sql) => {
          ids.push(...(await append(sql, [{ key: `writer-${writer}` }, { key: `writer-${writer}` }])));
          // Long enough for others to begin later and commit earlier.
          await sleep(((writer * 7 + turn * 13) % 10) * 3);
        });
      }
      return ids;
    });
    const perWriter = await Promise.all(writers);
    writing = false;
    await relaying;
    await relay.run();
    const total = WRITERS * EACH * 2;
    await until('all are delivered', () => recorder.applied.length >= total);
    expect(sorted(recorder.ids())).toEqual(sorted(perWriter.flat()));
    perWriter.forEach((ids, writer) => {
      expect(recorder.ids(`writer-${writer}`)).toEqual(ids);
    });
  });
}
