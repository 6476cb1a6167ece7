import { describe, expect, it } from 'vitest';
import { RecentMap } from '../../server/lib/recent-map.ts';

describe('RecentMap', () => {
  it('keeps what is used, and forgets what is not', () => {
    const map = new RecentMap<number, string>(10);
    map.set(0, 'used');
    map.set(1, 'not used');
    for (let n = 2; n < 100; n++) {
      map.set(n, 'new');
      expect(map.get(0)).toBe('used');
    }
    expect(map.get(1)).toBeUndefined();
    expect(map.get(99)).toBe('new');
  });

  it('holds no more than twice what it was told', () => {
    const map = new RecentMap<number, true>(10);
    for (let n = 0; n < 1_000; n++) map.set(n, true);
    const held = Array.from({ length: 1_000 }, (_, n) => n).filter((n) => map.get(n)).length;
    expect(held).toBeLessThanOrEqual(20);
    expect(held).toBeGreaterThanOrEqual(10);
  });
});
