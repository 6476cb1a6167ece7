import { describe, expect, it } from 'vitest';
import { Cached } from '../../server/lib/cached.ts';

/** Loads count up; each ends when the test says so. */
function counted(options = { freshMilliseconds: 60_000, apartMilliseconds: 0 }) {
  const ends: (() => void)[] = [];
  let loads = 0;
  const cached = new Cached<string, number | null>(options, async () => {
    const mine = ++loads;
    await new Promise<void>((resolve) => ends.push(resolve));
    return mine;
  });
  return { cached, end: () => ends.shift()?.(), loads: () => loads };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
};

describe('Cached', () => {
  it('loads once for all who ask while it is fresh', async () => {
    const { cached, end, loads } = counted();
    const both = [cached.get('a'), cached.get('a')];
    end();
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(await cached.get('a')).toBe(1);
    expect(loads()).toBe(1);
  });

  it('never shows who asks after a change what was loaded before it, with one load for all of them', async () => {
    const { cached, end, loads } = counted();
    const before = cached.get('a');
    cached.makeStale();
    const after = [cached.get('a'), cached.get('a'), cached.get('a')];
    // One load at a time: the second waits for the first.
    expect(loads()).toBe(1);
    end();
    expect(await before).toBe(1);
    await until(() => loads() === 2);
    end();
    expect(await Promise.all(after)).toEqual([2, 2, 2]);
  });

  it('remembers neither failures nor absence', async () => {
    let loads = 0;
    const cached = new Cached<string, number | null>({ freshMilliseconds: 60_000, apartMilliseconds: 0 }, async () => {
      loads++;
      if (loads === 1) throw new Error('lost');
      return loads === 2 ? null : loads;
    });
    await expect(cached.get('a')).rejects.toThrow('lost');
    expect(await cached.get('a')).toBeNull();
    expect(await cached.get('a')).toBe(3);
  });
});
