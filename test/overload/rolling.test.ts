// The short version of `npm run rolling`: a rolling restart from the last release to this one, back, and forward again.
import { describe, expect, it } from 'vitest';
import { lastRelease, layOut, NoHistory } from '../../scripts/rolling/release.ts';
import { runRolling } from '../../scripts/rolling/run.ts';
import { sharedServer } from '../support/servers.ts';

const STAGE_SECONDS = 2;
const ref = found();
const missing = ref ? ((await sharedServer('redis')).missing ?? (await sharedServer('kafka')).missing) : 'no history';

/** Null, and said so, where the history is not there: a shallow clone, or none at all. */
function found(): string | null {
  try {
    return lastRelease();
  } catch (error) {
    if (!(error instanceof NoHistory)) throw error;
    console.warn(`\n!! SKIPPED: a rolling restart from the last release. ${error.message}\n`);
    return null;
  }
}

describe.skipIf(missing || !process.env.JARI_TEST_DATABASE_URL)('two releases', () => {
  it('serve the same sale while one replaces the other, forward and back', { timeout: 600_000 }, async () => {
    const seed = Date.now() % 1_000_000;
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);
    const older = layOut(ref as string, say);
    const options = { older, size: 'full', stageSeconds: STAGE_SECONDS, seed, say } as const;
    const { stages, violations, moved, received } = await runRolling(options).finally(older.remove);
    expect(violations, `seed ${seed}\n${lines.join('\n')}`).toEqual([]);

    // The run was a run: each pair of releases served people, and those who listened went on elsewhere.
    expect(stages.map(({ releases }) => releases.join(' '))).toEqual([
      'older older',
      'ours older',
      'ours ours',
      'older ours',
      'older older',
      'ours older',
      'ours ours',
    ]);
    for (const { acknowledged, admitted } of stages) expect([acknowledged > 0, admitted > 0]).toEqual([true, true]);
    expect(moved).toBeGreaterThan(0);
    expect(received).toBeGreaterThan(50);
  });
});
