// The short version of `npm run fuzz`: a few thousand requests of every kind, and bytes that are none.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFuzz } from '../../scripts/fuzz/run.ts';
import { copyPreparedDatabase } from '../support/prepared-database.ts';

const REQUESTS = 1_200;

describe.each(['open', 'token'] as const)('AUTH=%s', (auth) => {
  it('answers whatever comes as the contract says, and keeps what it acknowledged', async () => {
    const seed = Date.now() % 1_000_000;
    const dataDir = mkdtempSync(join(tmpdir(), 'jari-fuzz-'));
    await copyPreparedDatabase(dataDir);
    const { violations, sent, statuses, acknowledged } = await runFuzz({
      size: 'embedded',
      auth,
      requests: REQUESTS,
      seed,
      dataDir,
      say: () => {},
    });
    expect(violations, `seed ${seed}`).toEqual([]);
    expect(sent).toBe(REQUESTS);
    for (const status of ['200', '400', '404', '409']) expect(statuses.get(status), status).toBeGreaterThan(0);
    expect(acknowledged.reservations).toBeGreaterThan(0);
  }, 150_000);
});
