import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AGAIN, Batcher } from '../../server/lib/batcher.ts';

const LIMITS = { maxBatchItems: 3, maxCallsInFlight: 1, maxWaitingItems: 5, overloaded: () => new Error('full') };

/** A store whose calls end when the test says so. */
function controlled() {
  const calls: {
    items: number[];
    answer: (outcomes: (string | typeof AGAIN)[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const call = (items: number[]) =>
    new Promise<(string | typeof AGAIN)[]>((answer, fail) => {
      calls.push({ items, answer, fail });
    });
  return { calls, call };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Batcher', () => {
  it('calls once when idle for all who came together, and lets what comes meanwhile share the next calls in order', async () => {
    const { calls, call } = controlled();
    const batcher = new Batcher(LIMITS, call);
    const answers = [batcher.add(1), batcher.add(2)];
    expect(calls).toEqual([]);
    await turn();
    expect(calls.map(({ items }) => items)).toEqual([[1, 2]]);
    answers.push(...[3, 4, 5, 6].map((item) => batcher.add(item)));
    await turn();
    expect(calls).toHaveLength(1);
    calls[0]?.answer(['a', 'b']);
    await turn();
    expect(calls[1]?.items).toEqual([3, 4, 5]);
    calls[1]?.answer(['c', 'd', 'e']);
    await turn();
    calls[2]?.answer(['f']);
    expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('waits for nobody more when a call is full', () => {
    const { calls, call } = controlled();
    const batcher = new Batcher(LIMITS, call);
    for (const item of [1, 2, 3, 4]) void batcher.add(item);
    expect(calls.map(({ items }) => items)).toEqual([[1, 2, 3]]);
  });

  it('sends calls ahead while a whole batch waits, where it is told to, and else one at a time', async () => {
    const { calls, call } = controlled();
    const batcher = new Batcher({ ...LIMITS, maxWaitingItems: 20, callsAhead: 1 }, call);
    const answers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((item) => batcher.add(item));
    expect(calls.map(({ items }) => items)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    calls[0]?.answer(['', '', '']);
    await turn();
    expect(calls[2]?.items).toEqual([7, 8, 9]);
    calls[1]?.answer(['', '', '']);
    await turn();
    // The last one is no whole batch.
    expect(calls).toHaveLength(3);
    calls[2]?.answer(['', '', '']);
    await turn();
    calls[3]?.answer(['']);
    expect(await Promise.all(answers)).toHaveLength(10);
  });

  it('asks again for who must wait for another, ahead of newer ones', async () => {
    const { calls, call } = controlled();
    const batcher = new Batcher(LIMITS, call);
    const first = batcher.add(1);
    await turn();
    const later = [batcher.add(2), batcher.add(3), batcher.add(4), batcher.add(5)];
    calls[0]?.answer([AGAIN]);
    await turn();
    expect(calls[1]?.items).toEqual([1, 2, 3]);
    calls[1]?.answer(['a', 'b', 'c']);
    await turn();
    calls[2]?.answer(['d', 'e']);
    expect([await first, ...(await Promise.all(later))]).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('fails an item that calls put off for ever, and only that one', async () => {
    const batcher = new Batcher(LIMITS, async (items: number[]) => items.map((item) => (item === 1 ? AGAIN : 'done')));
    const [stuck, other] = [batcher.add(1), batcher.add(2)];
    await expect(stuck).rejects.toThrow('not decided');
    expect(await other).toBe('done');
  });

  it('refuses at once what does not fit, and serves the rest', async () => {
    const { calls, call } = controlled();
    const batcher = new Batcher(LIMITS, call);
    const fitting = Array.from({ length: 8 }, (_, i) => batcher.add(i));
    await expect(batcher.add(99)).rejects.toThrow('full');
    for (let i = 0; i < 3; i++) {
      calls[i]?.answer((calls[i]?.items ?? []).map(String));
      await turn();
    }
    expect(await Promise.all(fitting)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('fails the items of a call that failed, and no others', async () => {
    const { calls, call } = controlled();
    const batcher = new Batcher(LIMITS, call);
    const lost = batcher.add(1);
    await turn();
    const kept = batcher.add(2);
    calls[0]?.fail(new Error('the store is lost'));
    await expect(lost).rejects.toThrow('the store is lost');
    calls[1]?.answer(['b']);
    expect(await kept).toBe('b');
  });
});

describe('Batcher with a bound on waiting', () => {
  const BOUND = { ...LIMITS, maxWaitingItems: 1_000, longestWaitMilliseconds: 300 };
  let now = 0;
  beforeEach(() => {
    now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => vi.restoreAllMocks());

  /** A batcher whose calls took so long lately, with a call under way and so many waiting. */
  async function loaded({ callMilliseconds, waiting }: { callMilliseconds: number; waiting: number }) {
    const { calls, call } = controlled();
    const batcher = new Batcher(BOUND, call);
    const answers: Promise<string>[] = [];
    const end = async () => {
      await turn();
      const last = calls.at(-1);
      now += callMilliseconds;
      last?.answer(last.items.map(String));
      await turn();
    };
    for (let n = 0; n < 20; n++) {
      answers.push(batcher.add(-1));
      await turn();
      await end();
    }
    answers.push(batcher.add(0));
    await turn();
    for (let n = 1; n <= waiting; n++) answers.push(batcher.add(n));
    const inTime = async () => {
      for (let n = 0; n <= waiting / BOUND.maxBatchItems + 1; n++) await end();
      return Promise.all(answers);
    };
    return { batcher, calls, inTime };
  }

  it('is full when the calls ahead, as long as they take at present, take longer than the bound', async () => {
    // Three a call, 100 ms each: nine of those who wait are three calls, 300 ms, and twelve are 400.
    expect((await loaded({ callMilliseconds: 100, waiting: 11 })).batcher.isFull()).toBe(false);
    const { batcher } = await loaded({ callMilliseconds: 100, waiting: 12 });
    expect(batcher.isFull()).toBe(true);
    expect(batcher.refuses).toBe(false);
  });

  it('lets ten times as many wait for a store that is ten times as fast', async () => {
    expect((await loaded({ callMilliseconds: 10, waiting: 92 })).batcher.isFull()).toBe(false);
    expect((await loaded({ callMilliseconds: 10, waiting: 93 })).batcher.isFull()).toBe(true);
  });

  it('counts those who are on their way to it', async () => {
    const { batcher } = await loaded({ callMilliseconds: 100, waiting: 3 });
    expect(batcher.isFull(8)).toBe(false);
    expect(batcher.isFull(9)).toBe(true);
  });

  it('refuses who comes all the same and would wait twice the bound; nothing is asked for them', async () => {
    const { batcher, calls, inTime } = await loaded({ callMilliseconds: 100, waiting: 21 });
    await expect(batcher.add(99)).rejects.toThrow('full');
    expect(await inTime()).toHaveLength(42);
    expect(calls.flatMap(({ items }) => items)).not.toContain(99);
    expect(batcher.isFull()).toBe(false);
    expect(batcher.waiting).toBe(0);
  });

  it('never refuses who fits the next call, however slow the store is', async () => {
    const { batcher } = await loaded({ callMilliseconds: 60_000, waiting: 2 });
    expect(batcher.isFull()).toBe(false);
    void batcher.add(3);
    expect(batcher.waiting).toBe(3);
  });

  it('does not take the time that it had nothing to do for a call that hangs', async () => {
    const { batcher, inTime } = await loaded({ callMilliseconds: 1, waiting: 0 });
    await inTime();
    now += 60_000;
    expect(batcher.isFull(BOUND.maxBatchItems)).toBe(false);
    for (let n = 1; n < BOUND.maxBatchItems; n++) void batcher.add(n);
    expect(batcher.refuses).toBe(false);
    void batcher.add(BOUND.maxBatchItems);
    void batcher.add(BOUND.maxBatchItems + 1);
    expect(batcher.refuses).toBe(false);
  });

  it('sees a call that hangs before it has ended', async () => {
    const { batcher } = await loaded({ callMilliseconds: 1, waiting: 3 });
    expect(batcher.isFull()).toBe(false);
    now += 301;
    expect(batcher.isFull()).toBe(true);
    now += 300;
    expect(batcher.refuses).toBe(true);
  });
});
