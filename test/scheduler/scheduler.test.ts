import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Job } from '../../server/scheduler/job.ts';
import type { SchedulerOptions } from '../../server/scheduler/options.ts';
import { Scheduler } from '../../server/scheduler/scheduler.ts';

const log = { warn: vi.fn() };

/** No chance: the first tick comes half a period after the start, the others exactly one period apart. */
const PLAIN: SchedulerOptions = { log, jitter: 0, random: () => 0.5 };

const every = (everyMilliseconds: number, run: () => unknown, rest: Partial<Job> = {}): Job => ({
  name: 'job',
  everyMilliseconds,
  run: async () => run(),
  ...rest,
});

const stateOf = (scheduler: Scheduler) => scheduler.state()[0];

describe('the scheduler', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    log.warn.mockClear();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('refuses two jobs with one name', () => {
    expect(() => new Scheduler([every(10, () => {}), every(20, () => {})], PLAIN)).toThrow('the same name');
  });

  it('runs a job at its pace and tells when and how long', async () => {
    const startedAt: number[] = [];
    const begin = Date.now();
    const scheduler = new Scheduler([every(100, () => startedAt.push(Date.now() - begin))], PLAIN);
    expect(stateOf(scheduler)).toMatchObject({ runs: 0, lastStartedAt: null, lastDurationMilliseconds: null });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(500);
    expect(startedAt).toEqual([50, 150, 250, 350, 450]);
    expect(stateOf(scheduler)).toEqual({
      name: 'job',
      everyMilliseconds: 100,
      running: false,
      runs: 5,
      failures: 0,
      lastStartedAt: new Date(begin + 450),
      lastDurationMilliseconds: 0,
      lastError: null,
      driftMilliseconds: 0,
    });
    await scheduler.stop();
  });

  it('comes soon after the start, however long the period', async () => {
    const run = vi.fn();
    const scheduler = new Scheduler([every(3_600_000, run)], PLAIN);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);
    await scheduler.stop();
  });

  it('moves ticks by chance, so that processes drift apart, and keeps the pace', async () => {
    const startedAt: number[] = [];
    const chances = [0, 0, 1, 0.5];
    const begin = Date.now();
    const scheduler = new Scheduler([every(100, () => startedAt.push(Date.now() - begin))], {
      log,
      jitter: 0.1,
      random: () => chances.shift() ?? 0.5,
    });
    scheduler.start();
    await vi.advanceTimersByTimeAsync(350);
    // At once; then 10 % earlier, 10 % later, and as planned.
    expect(startedAt).toEqual([0, 90, 200, 300]);
    await scheduler.stop();
  });

  it('goes on after a job that fails, by rejecting or by throwing, and tells why', async () => {
    const failures: (() => unknown)[] = [
      () => Promise.reject(new Error('first')),
      () => {
        throw new Error('second');
      },
      () => Promise.reject('no error at all'),
    ];
    const scheduler = new Scheduler([{ name: 'job', everyMilliseconds: 100, run: failing }], PLAIN);
    function failing() {
      return (failures.shift() ?? (() => Promise.resolve()))() as Promise<unknown>;
    }
    scheduler.start();
    for (const lastError of ['first', 'second', 'no error at all']) {
      await vi.advanceTimersByTimeAsync(100);
      expect(stateOf(scheduler)).toMatchObject({ lastError, running: false });
    }
    await vi.advanceTimersByTimeAsync(100);
    expect(stateOf(scheduler)).toMatchObject({ runs: 4, failures: 3, lastError: null });
    expect(log.warn).toHaveBeenCalledTimes(3);
    await scheduler.stop();
  });

  it('does not run a job twice at a time, nor hold up other jobs for one that hangs', async () => {
    const hanging = Promise.withResolvers<void>();
    const run = vi.fn(() => hanging.promise);
    const other = vi.fn();
    const slow = every(100, run, { timeoutMilliseconds: 1_000 });
    const scheduler = new Scheduler([slow, every(100, other, { name: 'other' })], PLAIN);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(800);
    expect(run).toHaveBeenCalledTimes(1);
    expect(other).toHaveBeenCalledTimes(8);
    expect(stateOf(scheduler)).toMatchObject({ running: true, runs: 0, lastError: null });

    await vi.advanceTimersByTimeAsync(300);
    expect(stateOf(scheduler)).toMatchObject({ running: true, runs: 1, lastError: 'not finished within 1000 ms' });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);

    hanging.resolve();
    await vi.advanceTimersByTimeAsync(200);
    expect(run.mock.calls.length).toBeGreaterThan(1);
    expect(stateOf(scheduler)).toMatchObject({ running: false, lastError: null });
    await scheduler.stop();
  });

  it('survives a job that fails after its time was up', async () => {
    const late = Promise.withResolvers<void>();
    const scheduler = new Scheduler([every(100, () => late.promise, { timeoutMilliseconds: 50 })], PLAIN);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(120);
    late.reject(new Error('late'));
    await vi.advanceTimersByTimeAsync(10);
    expect(stateOf(scheduler)).toMatchObject({ running: false, failures: 1, lastError: 'not finished within 50 ms' });
    await scheduler.stop();
  });

  it('tells how late a tick came, and does not make up for those it missed', async () => {
    const run = vi.fn();
    const scheduler = new Scheduler([every(100, run)], PLAIN);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(50);
    expect(run).toHaveBeenCalledTimes(1);
    // The event loop was blocked: time passed and no timer fired.
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 730);
    await vi.advanceTimersByTimeAsync(100);
    expect(run).toHaveBeenCalledTimes(2);
    expect(stateOf(scheduler)?.driftMilliseconds).toBe(730);
    await vi.advanceTimersByTimeAsync(100);
    expect(run).toHaveBeenCalledTimes(3);
    expect(stateOf(scheduler)?.driftMilliseconds).toBe(0);
    await scheduler.stop();
  });

  it.each([-3_600_000, 3_600_000])('keeps its pace when the wall clock jumps by %d ms', async (jump) => {
    const run = vi.fn();
    const scheduler = new Scheduler([every(100, run)], PLAIN);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(250);
    vi.setSystemTime(Date.now() + jump);
    const before = run.mock.calls.length;
    await vi.advanceTimersByTimeAsync(500);
    expect(run).toHaveBeenCalledTimes(before + 5);
    expect(stateOf(scheduler)).toMatchObject({ driftMilliseconds: 0, lastDurationMilliseconds: 0 });
    await scheduler.stop();
  });

  it('starts and stops as often as it is told, and starts again after a stop', async () => {
    const run = vi.fn();
    const scheduler = new Scheduler([every(100, run)], PLAIN);
    await scheduler.stop();
    scheduler.start();
    scheduler.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(run).toHaveBeenCalledTimes(1);
    await Promise.all([scheduler.stop(), scheduler.stop()]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(run).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
    scheduler.start();
    await vi.advanceTimersByTimeAsync(100);
    expect(run).toHaveBeenCalledTimes(2);
    await scheduler.stop();
  });

  it('waits in stop for the tick under way, but not for longer than its time', async () => {
    const work = Promise.withResolvers<void>();
    const good = new Scheduler([every(100, () => work.promise)], PLAIN);
    const hung = new Scheduler([every(100, () => new Promise(() => {}), { timeoutMilliseconds: 2_000 })], PLAIN);
    good.start();
    hung.start();
    await vi.advanceTimersByTimeAsync(60);

    const stopped: string[] = [];
    const stops = [good.stop().then(() => stopped.push('good')), hung.stop().then(() => stopped.push('hung'))];
    await vi.advanceTimersByTimeAsync(500);
    expect(stopped).toEqual([]);
    work.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toEqual(['good']);
    await vi.advanceTimersByTimeAsync(1_500);
    await Promise.all(stops);
    expect(stopped).toEqual(['good', 'hung']);
    expect(stateOf(hung)?.lastError).toBe('not finished within 2000 ms');
  });
});
