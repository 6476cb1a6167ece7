import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askRedis } from '../../scripts/services/redis-node.ts';
import type { Services } from '../../scripts/services/services.ts';
import { ownServers } from '../support/servers.ts';
import { CLIENTS } from './clients.ts';
import { itLivesThrough } from './lifecycle.ts';

describe('redis-cluster', () => itLivesThrough('redis-cluster'));

describe('redis-cluster that loses one node', () => {
  const values = Array.from({ length: 40 }, (_, i) => `${i}`).sort();
  let services: Services;
  beforeAll(async () => {
    services = await ownServers(['redis-cluster']);
  });
  afterAll(() => services?.stop());

  it('goes on with the slots of the others, and is whole again after restart', async ({ skip }) => {
    const urls = services.urls.REDIS_CLUSTER_URL ?? skip('Redis is not to be had');
    const [first = '', second = '', third = ''] = urls.split(',');
    await CLIENTS['redis-cluster'].write(urls, values);
    await services.kill('redis-cluster', 1);
    await expect(askRedis(second, ['PING'])).rejects.toThrow();
    while (!/master,fail /.test(`${await askRedis(first, ['CLUSTER', 'NODES'])}`)) await sleep(50);
    expect(await askRedis(first, ['SET', 'b', 'slot 3300'])).toEqual(['OK']);
    expect(await askRedis(third, ['SET', 'a', 'slot 15495'])).toEqual(['OK']);
    await services.restart('redis-cluster');
    expect(await CLIENTS['redis-cluster'].read(urls, 42)).toEqual([...values, 'a', 'b']);
  });
});
