import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Ring } from '../../server/monitor/ring.ts';

it('a ring keeps the newest, in order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer()), fc.nat(12), (size, items, most) => {
      const ring = new Ring<number>(size);
      for (const item of items) ring.push(item);
      const kept = items.slice(-size);
      expect(ring.length).toBe(kept.length);
      expect(ring.last(size)).toEqual(kept);
      expect(ring.last(most)).toEqual(most === 0 ? [] : kept.slice(-most));
      expect(ring.latest()).toBe(kept.at(-1));
    }),
  );
});
