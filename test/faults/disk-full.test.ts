// The disk of the embedded database is full.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copyPreparedDatabase } from '../support/prepared-database.ts';
import { call, OPS_TOKEN, type Service, startService } from '../support/service.ts';
import { SmallDisk } from './support/small-disk.ts';
import { LATER, REFUSED, seen } from './support/world.ts';

const mounted = SmallDisk.mount(256);
afterAll(() => mounted?.unmount());

describe.skipIf(!mounted)('a full disk under the embedded database', () => {
  const disk = mounted as SmallDisk;
  let service: Service;
  const ask = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    call<T>(service.url, method, path, body, { authorization: `Bearer ${OPS_TOKEN}` });
  const charge = () => ask<{ balance: number }>('POST', '/api/v1/wallet/fan/charge', { amount: 1 });
  const balance = async () => (await ask<{ balance: number }>('GET', '/api/v1/wallet/fan')).body.balance;

  beforeAll(async () => {
    const dataDir = join(disk.folder, 'data');
    mkdirSync(dataDir);
    await copyPreparedDatabase(dataDir);
    service = await startService({ DATA_DIR: dataDir });
  });
  afterAll(async () => {
    disk.makeRoom();
    await service?.stop();
  });

  it('refuses writes with 503, reads on, and takes writes when there is room again', async () => {
    const before = await balance();
    let acknowledged = 0;
    const answers = new Set<string>();
    const charged = async () => {
      const answer = await charge();
      if (answer.status === 200) acknowledged++;
      else answers.add(JSON.stringify(seen(answer)));
    };
    await charged();
    disk.fill();
    // What is written fits into pages that are there, for a while.
    for (let i = 0; i < 100 && answers.size === 0; i++) await Promise.all(Array.from({ length: 20 }, charged));
    expect([...answers]).toEqual([JSON.stringify(REFUSED)]);
    expect(await balance()).toBe(before + acknowledged);
    expect((await ask('GET', '/api/v1/concerts/123/schedules/456/seats')).status).toBe(200);

    disk.makeRoom();
    await expect.poll(async () => (await charge()).status, LATER).toBe(200);
    expect(await balance()).toBeGreaterThan(before + acknowledged);
    await expect.poll(async () => (await ask('GET', '/ops/api/audit')).body.ok, LATER).toBe(true);
  });
});
