import { createClient, createCluster } from 'redis';
import { describe, expect, it } from 'vitest';
import { sharedServer } from '../support/servers.ts';

const redis = await sharedServer('redis');
const cluster = await sharedServer('redis-cluster');

it.skipIf(redis.missing)('the shared Redis answers', async () => {
  const client = await createClient({ url: redis.url }).connect();
  expect(await client.ping()).toBe('PONG');
  client.destroy();
});
it.skipIf(cluster.missing)('the shared Redis Cluster answers', async () => {
  const client = createCluster({ rootNodes: cluster.url.split(',').map((url) => ({ url })), defaults: {password: new URL(cluster.url.split(',')[0] as string).password } });
  await client.connect();
  expect(await client.set('a', '1')).toBe('OK');
  client.destroy();
});
