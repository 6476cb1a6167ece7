import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { askRedis } from '../../scripts/services/redis-node.ts';
import { sharedServer } from '../support/servers.ts';
import { footprintOf, leftOf } from './processes.ts';

const redis = await sharedServer('redis');
const MAIN = join(import.meta.dirname, '../../scripts/services/main.ts');

describe('npm run services', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jari-services-'));
  const services = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args, '--dir', folder], {
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  afterAll(() => {
    services('down');
    rmSync(folder, { recursive: true, force: true });
  });

  it.skipIf(redis.missing)('ups what runs on, tells where, and downs it', async () => {
    expect(services('status', 'redis')).toMatchObject({ status: 1, stdout: expect.stringMatching(/^redis +down\n$/) });

    const up = services('up', 'redis');
    expect(up).toMatchObject({ status: 0, stderr: '' });
    const url = /^export REDIS_URL='(\S+)'\n$/.exec(up.stdout)?.[1] ?? '';
    expect(await askRedis(url, ['SET', 'a', '1'])).toEqual(['OK']);
    expect(services('up', 'redis').stdout).toBe(up.stdout); // the same one, not a second
    const found = services('status', 'redis');
    expect(found.status).toBe(0);
    expect(found.stdout.trim().split(/\s+/)).toEqual(['redis', 'up', url]);

    expect(services('down', 'redis', '--keep').status).toBe(0);
    const again = /'(\S+)'/.exec(services('up', 'redis').stdout)?.[1] ?? '';
    expect(await askRedis(again, ['GET', 'a'])).toEqual(['1']);

    const before = footprintOf(join(folder, 'redis'));
    expect(services('down')).toMatchObject({ status: 0, stderr: 'jari services: stopped redis\n' });
    expect(await leftOf(before)).toEqual([]);
    expect(existsSync(join(folder, 'redis'))).toBe(false);
  });

  it('names what it does not know', () => {
    expect(services('up', 'oracle')).toMatchObject({ status: 1, stderr: expect.stringContaining('no service oracle') });
    expect(services('sideways')).toMatchObject({ status: 1, stdout: expect.stringContaining('status [names]') });
  });
});
