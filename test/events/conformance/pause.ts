import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { World } from '../support/buses.ts';
import { append } from '../support/outbox.ts';
import { Recorder } from '../support/recorder.ts';
import { until } from '../support/until.ts';

/** Longer than any adapter waits before it looks by itself. */
const A_WHILE_MILLISECONDS = 1_500;

/** An incident rests the consumers; nothing may be lost by it. */
export function pausing(world: () => World): void {
  it('hands nothing over while it is paused, and all of it after', async () => {
    const recorder = new Recorder();
    const { bus, relay } = world().join(recorder);
    const before = await append(world().database, [{ key: 'a' }]);
    await relay.run();
    await until('the first is delivered', () => recorder.applied.length === 1);

    bus.pause();
    bus.pause();
    const during = await append(world().database, [{ key: 'a' }, { key: 'b' }, { key: 'a' }]);
    await relay.run();
    await sleep(A_WHILE_MILLISECONDS);
    expect(recorder.ids()).toEqual(before);

    bus.resume();
    await until('the rest is delivered', () => recorder.applied.length === 4);
    expect(recorder.ids('a')).toEqual([...before, during[0], during[2]]);
    await sleep(50);
    expect(recorder.applied).toHaveLength(4);
  });
}
