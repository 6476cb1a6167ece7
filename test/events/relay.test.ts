import { describe, expect, it, vi } from 'vitest';
import type { EventBus } from '../../server/events/bus.ts';
import { Relay } from '../../server/events/relay.ts';
import { Repeater } from '../../server/events/repeater.ts';
import { until } from './support/until.ts';

/** The bus's side of the relay alone: an outbox that is a number. What is inside a real one: conformance. */
function outboxOf(unpublished: number) {
  const outbox = { unpublished, lost: false, rounds: [] as number[], nudges: 0 };
  const bus = {
    async publishNext(most: number) {
      if (outbox.lost) throw new Error('the store is away');
      const count = Math.min(most, outbox.unpublished);
      outbox.unpublished -= count;
      outbox.rounds.push(count);
      return count;
    },
    nudge: () => void outbox.nudges++,
  } as Pick<EventBus, 'publishNext' | 'nudge'> as EventBus;
  const log = { warn: vi.fn() };
  return { outbox, log, relay: new Relay(bus, { batchSize: 10, nudgeDelayMilliseconds: 5, log }) };
}

describe('the relay', () => {
  it('goes on until a batch is not full, and tells the bus of each that was not empty', async () => {
    const { outbox, relay } = outboxOf(25);
    await relay.run();
    expect(outbox).toMatchObject({ rounds: [10, 10, 5], nudges: 3 });
    await relay.run();
    expect(outbox).toMatchObject({ rounds: [10, 10, 5, 0], nudges: 3 });
  });

  it('takes many nudges for one', async () => {
    const { outbox, relay } = outboxOf(3);
    for (let i = 0; i < 100; i++) relay.nudge();
    await until('it has published', () => outbox.unpublished === 0);
    expect(outbox.rounds).toEqual([3]);
    outbox.unpublished = 4;
    relay.nudge();
    await until('it has published again', () => outbox.unpublished === 0);
  });

  it('survives a lost store when nudged, and tells who runs it', async () => {
    const { outbox, relay, log } = outboxOf(3);
    outbox.lost = true;
    relay.nudge();
    await until('it has noticed', () => log.warn.mock.calls.length === 1);
    await expect(relay.run()).rejects.toThrow('the store is away');
    outbox.lost = false;
    await relay.run();
    expect(outbox.unpublished).toBe(0);
  });

  it('publishes what is left when it stops, as often as it is told to', async () => {
    const { outbox, relay } = outboxOf(12);
    relay.nudge();
    await Promise.all([relay.stop(), relay.stop()]);
    expect(outbox.unpublished).toBe(0);
    outbox.unpublished = 1;
    relay.nudge();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(outbox.unpublished).toBe(1);
    outbox.lost = true;
    await relay.stop();
  });
});

describe('a repeater', () => {
  it('gives every caller a run that began after the call, and runs none side by side', async () => {
    let running = 0;
    let begun = 0;
    const repeater = new Repeater(async () => {
      expect(++running).toBe(1);
      begun++;
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    });
    const callers = Array.from({ length: 40 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i % 7));
      const before = begun;
      await repeater.run();
      expect(begun).toBeGreaterThan(before);
    });
    await Promise.all(callers);
    expect(begun).toBeLessThan(40);
  });

  it('starts afresh after a failure', async () => {
    let failing = true;
    const repeater = new Repeater(async () => {
      if (failing) throw new Error('no');
    });
    await expect(repeater.run()).rejects.toThrow('no');
    failing = false;
    await repeater.run();
    await repeater.idle();
  });
});
