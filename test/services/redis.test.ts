import { describe, expect, it } from 'vitest';
import { askRedis } from '../../scripts/services/redis-node.ts';
import { ownServers } from '../support/servers.ts';
import { itLivesThrough } from './lifecycle.ts';

describe('redis', () => {
  itLivesThrough('redis');

  it('evicts nothing, and syncs its append-only file as often as it is told', async ({ skip }) => {
    await using services = await ownServers(['redis'], { appendfsync: 'always' });
    const url = services.urls.REDIS_URL ?? skip('Redis is not to be had');
    expect(await askRedis(url, ['CONFIG', 'GET', 'maxmemory-policy'], ['CONFIG', 'GET', 'append*sync'])).toEqual([
      'maxmemory-policy,noeviction',
      'appendfsync,always',
    ]);
  });

  it('lets nobody in without the password', async ({ skip }) => {
    await using services = await ownServers(['redis']);
    const url = new URL(services.urls.REDIS_URL ?? skip('Redis is not to be had'));
    url.password = '';
    await expect(askRedis(url.href, ['PING'])).rejects.toThrow(/auth/i);
  });
});
