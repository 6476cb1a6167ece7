import { afterAll, describe, expect, it } from 'vitest';
import type { Drill } from '../../scripts/drill/drill.ts';
import { DRILLS } from '../../scripts/drill/drills.ts';
import { runDrill } from '../../scripts/drill/run.ts';

/** Short versions on what each needs; `npm run drill -- NAME` is the long one, on the full size. */
const SECONDS = 8;
const LONGEST_MILLISECONDS = 180_000;

/**
 * Fewer servers, processes and people: most of a drill is waiting, so they run side by side, and two cores must carry
 * them all. Several processes are the long drills' and loop.test.ts's.
 */
const SHORT: Record<string, Partial<Drill>> = {
  'redis-storm': { services: ['postgres', 'redis'], processes: [{}] },
  'db-lock': { services: ['postgres'], processes: [{}] },
  'kafka-down': { processes: [{}] },
  'scheduler-stall': { services: ['postgres'] },
  poison: { services: ['postgres'], processes: [{}] },
};

describe('drills', () => {
  const failed: string[] = [];
  afterAll(() => {
    if (failed.length > 0) console.error(failed.join('\n'));
  });

  describe.concurrent('make a fault for real, and everything that must be seen of it is', () => {
    it.each(DRILLS.map((drill) => [drill.name, drill] as const))(
      '%s',
      async (name, drill) => {
        const short = { ...drill, ...SHORT[name], arrivals: 4 };
        const { checks, incident } = await runDrill(short, { seconds: SECONDS, say: () => {} });
        const wrong = checks
          .filter(({ ok, timed }) => !ok && !timed)
          .map((check) => `${name}: ${check.name} (${check.detail})`);
        if (wrong.length > 0)
          failed.push(...wrong, ...(incident?.timeline ?? []).map(({ at, text }) => `  ${at} ${text}`));
        expect(wrong).toEqual([]);
        expect(checks.length).toBeGreaterThan(12);
      },
      LONGEST_MILLISECONDS,
    );
  });
});
