// What every service must stand, as tests of the file that calls it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { health } from '../../scripts/services/detached.ts';
import { type ServiceName, URL_VARIABLE } from '../../scripts/services/service.ts';
import type { Services } from '../../scripts/services/services.ts';
import { ownServers } from '../support/servers.ts';
import { CLIENTS } from './clients.ts';
import { footprintOf, leftOf } from './processes.ts';

const values = (run: string) => Array.from({ length: 40 }, (_, i) => `${run}-${i}`).sort();

export function itLivesThrough(name: ServiceName): void {
  const base = mkdtempSync(join(tmpdir(), 'jari-services-'));
  const dir = join(base, name);
  const client = CLIENTS[name];
  let services: Services;
  let url = '';
  const start = async () => {
    services = await ownServers([name], { dir, keepData: true });
    url = services.urls[URL_VARIABLE[name]] ?? '';
  };
  beforeAll(start);
  beforeEach(({ skip }) => {
    const outcome = services.outcomes[name];
    if (outcome?.state === 'unavailable') skip(outcome.reason);
  });
  afterAll(async () => {
    await services?.stop({ keepData: false });
    rmSync(base, { recursive: true, force: true });
  });

  it('starts, on loopback, and answers', async () => {
    expect(url).toContain('127.0.0.1:');
    await client.write(url, values('a'));
    expect(await client.read(url, 40)).toEqual(values('a'));
  });

  it('survives SIGKILL with what it acknowledged', async () => {
    await services.kill(name);
    expect(await health(name, base)).toMatchObject({ state: 'silent', url });
    await services.restart(name);
    expect(await client.read(url, 40)).toEqual(values('a'));
    await client.write(url, values('b'));
  });

  it('falls silent when frozen, and goes on when thawed', async () => {
    await services.freeze(name);
    let answered = false;
    const asked = health(name, base).then((found) => {
      answered = true;
      return found;
    });
    await sleep(300);
    expect(answered).toBe(false);
    await services.thaw(name);
    expect(await asked).toMatchObject({ state: 'up', url });
  });

  it('stops, leaves the data it is told to keep, and nothing else', async () => {
    const before = footprintOf(dir);
    await services.stop();
    expect(await leftOf({ ...before, folders: [] })).toEqual([]);
    await start();
    expect(await client.read(url, 80)).toEqual([...values('a'), ...values('b')]);
  });

  it('stops and leaves nothing', async () => {
    const before = footprintOf(dir);
    await services.stop({ keepData: false });
    expect(await leftOf(before)).toEqual([]);
  });
}
