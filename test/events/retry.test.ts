import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../server/events/retry.ts';

const schedule = { maxAttempts: 6, firstDelayMilliseconds: 100, maxDelayMilliseconds: 1_000 };

describe('the delay before an attempt', () => {
  it('doubles up to its limit, then there is none', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7].map((attempts) => retryDelay(schedule, attempts, 1));
    expect(longest).toEqual([100, 200, 400, 800, 1_000, null, null]);
  });

  it('is by chance anything from its half to its whole, however many attempts there were', () => {
    const attempts = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(attempts, fc.double({ min: 0, max: 1, noNaN: true }), (made, random) => {
        const patient = { ...schedule, maxAttempts: 100_000 };
        const most = retryDelay(patient, made, 1) as number;
        const delay = retryDelay(patient, made, random) as number;
        expect(delay).toBeGreaterThanOrEqual(most / 2);
        expect(delay).toBeLessThanOrEqual(most);
        expect(most).toBeLessThanOrEqual(1_000);
      }),
    );
  });
});
