// The short version of `npm run crash`: everything is killed under load, and nothing that was acknowledged is lost.
import { describe, expect, it } from 'vitest';
import { CHANGES } from '../../scripts/crash/journal.ts';
import { runCrash } from '../../scripts/crash/run.ts';
import { sharedServer } from '../support/servers.ts';

const KILLS = 8;
const [redis, kafka] = [await sharedServer('redis'), await sharedServer('kafka')];

describe.skipIf(redis.missing || kafka.missing || !process.env.JARI_TEST_DATABASE_URL)('the full size', () => {
  it('loses nothing that was acknowledged, and doubles nothing, whatever is killed', { timeout: 300_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const lines: string[] = [];
    const { kills, journal, received, violations } = await runCrash({
      kills: KILLS,
      seed,
      say: (line) => lines.push(line),
    });
    expect(violations, `seed ${seed}\n${lines.join('\n')}`).toEqual([]);

    // The run was a run: each kind was killed, people were told of every kind of change, and the lines moved.
    expect(kills).toHaveLength(KILLS);
    expect(new Set(kills.map(({ kind }) => kind))).toEqual(new Set(['api', 'redis', 'postgres', 'kafka']));
    for (const action of CHANGES)
      expect(journal.told.filter((one) => one.action === action && one.status === 200).length, action).toBeGreaterThan(
        2,
      );
    const places = [...journal.places.values()];
    for (const [queueId, status] of Object.entries({ main: 'WAITING', visitors: 'LEFT' }))
      expect(places.filter((place) => place.queueId === queueId && place.status === status).length).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(50);
  });
});
