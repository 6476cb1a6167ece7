import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Bounded } from '../../server/monitor/bounded.ts';
import { Recent } from '../../server/monitor/recent.ts';
import type { DatabaseFigures, EventFigures, Sample } from '../../server/monitor/sample.ts';
import { Sampler, type Sources } from '../../server/monitor/sampler.ts';
import { DATABASE, EVENTS, JOB, LINE } from '../incident/support/samples.ts';

const sources = (over: Partial<Sources> = {}): Sources => ({
  database: async () => DATABASE,
  events: async () => EVENTS,
  line: async () => LINE,
  jobs: async () => [JOB],
  ...over,
});

const never = <T>(): Promise<T> => new Promise<T>(() => {});

describe('a sample', () => {
  it('has the figures of every source, and what was counted since the one before', async () => {
    const sampler = new Sampler(sources());
    sampler.traffic.answered('token', 200, 12, false);
    sampler.traffic.answered('token', 503, 1, true);
    sampler.traffic.answered('reservation', 500, 20, false);
    const first = await sampler.take();
    expect(first).toMatchObject({ database: DATABASE, events: EVENTS, line: LINE, jobs: [JOB], redis: undefined });
    expect(first.http.token).toMatchObject({ all: 2, failed: 0, shed: 1, statuses: { '2xx': 1, '503': 1 } });
    expect(first.http.reservation).toMatchObject({ all: 1, failed: 1, statuses: { '500': 1 } });
    expect((await sampler.take()).http).toEqual({});
    expect(sampler.last(10)).toHaveLength(2);
  });

  it('does without a source that hangs or fails, and is not late for it', async () => {
    const sampler = new Sampler(
      sources({ database: () => never<DatabaseFigures>(), events: () => Promise.reject(new Error('gone')) }),
      50,
    );
    const sample = await sampler.take();
    expect(sample).toMatchObject({ database: null, events: null, line: LINE });
  });

  it('keeps what it knew of the jobs when they cannot be asked', async () => {
    let answers = true;
    const sampler = new Sampler(sources({ jobs: () => (answers ? Promise.resolve([JOB]) : never()) }), 50);
    await sampler.take();
    answers = false;
    expect((await sampler.take()).jobs).toEqual([JOB]);
  });

  it('is taken each second until it is stopped, and told to who listens', async () => {
    const sampler = new Sampler(sources());
    const heard: Sample[] = [];
    sampler.onSample((sample) => heard.push(sample));
    sampler.start();
    sampler.start();
    for (const until = Date.now() + 20_000; heard.length < 2 && Date.now() < until; ) await sleep(50);
    await sampler.stop();
    await sampler.stop();
    const count = heard.length;
    expect(count).toBeGreaterThanOrEqual(2);
    await sleep(1_300);
    expect(heard).toHaveLength(count);
  });
});

describe('a bounded reading', () => {
  it('is not begun again while the one before is under way', async () => {
    let begun = 0;
    const waiting: ((events: EventFigures) => void)[] = [];
    const bounded = new Bounded(100, () => {
      begun++;
      return new Promise<EventFigures>((resolve) => waiting.push(resolve));
    });
    expect(await bounded.now()).toBeNull();
    expect(await bounded.now()).toBeNull();
    expect(begun).toBe(1);
    waiting[0]?.(EVENTS);
    await sleep(5);
    const third = bounded.now();
    await sleep(1);
    waiting[1]?.(EVENTS);
    expect(await third).toEqual(EVENTS);
    expect(begun).toBe(2);
  });

  it('never rejects, also when reading throws at once', async () => {
    const bounded = new Bounded<number>(30, () => {
      throw new Error('at once');
    });
    expect(await bounded.now()).toBeNull();
    expect(await bounded.now()).toBeNull();
  });
});

describe('a recent reading', () => {
  it('counts until it is too old, and is asked for one at a time', async () => {
    const waiting: { resolve: (value: number) => void; reject: (error: Error) => void }[] = [];
    const recent = new Recent(120, () => new Promise<number>((resolve, reject) => waiting.push({ resolve, reject })));
    const first = recent.now();
    await sleep(1);
    waiting[0]?.resolve(1);
    expect(await first).toBe(1);
    expect(await recent.now()).toBe(1);
    expect(await recent.now()).toBe(1);
    expect(waiting).toHaveLength(2);
    waiting[1]?.reject(new Error('away'));
    await sleep(1);
    expect(await recent.now()).toBe(1);
    await sleep(150);
    expect(await recent.now()).toBeNull();
    expect(waiting).toHaveLength(3);
    waiting[2]?.resolve(2);
    await sleep(1);
    expect(await recent.now()).toBe(2);
  });
});
