import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runSoak } from '../../scripts/soak/run.ts';

test('some seconds of an ordinary day: everything is looked at, and nothing is left behind', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jari-soak-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { signal: stop } = new AbortController();
  const { judged, left, purchases } = await runSoak({
    seconds: 6,
    size: 'embedded',
    rate: 10,
    folder,
    stop,
    say: () => {},
  });
  const seen = judged.map(({ series }) => series.name);
  for (const name of ['heap after a full collection', 'open files and sockets', 'listeners to their place'])
    expect(seen).toContain(name);
  // How it grows in some seconds says nothing.
  expect(judged.every(({ series }) => series.points.length >= 2)).toBe(true);
  expect(purchases).toBeGreaterThan(0);
  expect(left.filter(({ ok }) => !ok)).toEqual([]);
});
