// The whole service in this process: starting and stopping twice is starting and stopping.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { compose, type Service } from '../../server/compose.ts';
import { readConfig } from '../../server/config.ts';
import { makeLog } from '../../server/lib/log.ts';
import { copyPreparedDatabase } from '../support/prepared-database.ts';
import { call } from '../support/service.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'jari-compose-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const composed = (): Promise<Service> => compose(readConfig({ DATA_DIR: dataDir, PORT: '0' }), makeLog('silent'));
/** What keeps a process alive. */
const alive = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => /Timeout|Worker|MessagePort|TCPServer/.test(kind))
    .sort();

/** Not expect.poll, which has a timer of its own under way while it looks. */
async function untilNothingIsAlive(): Promise<void> {
  for (const deadline = Date.now() + 15_000; alive().length > 0 && Date.now() < deadline; ) await sleep(50);
  expect(alive()).toEqual([]);
}

it('starts twice, stops three times, and starts again on the same folder', async () => {
  await copyPreparedDatabase(dataDir);
  for (let round = 1; round <= 2; round++) {
    const service = await composed();
    await service.start();
    await service.start();
    const url = await service.app.listen({ port: 0, host: '127.0.0.1' });
    const { body } = await call(url, 'POST', '/api/v1/token/create', { userId: `user-${round}` });
    expect(body).toMatchObject({ status: 'ACTIVE', ticket: round });
    await Promise.all([service.stop(), service.stop()]);
    await service.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  }
  // No timer, thread or socket is left to keep the process alive.
  await untilNothingIsAlive();
});

it('stops before it was started, and frees the folder', async () => {
  const service = await composed();
  await service.stop();
  const again = await composed();
  await again.start();
  await again.stop();
});
