import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Daemon } from '../../scripts/services/daemon.ts';
import { CLUSTER_BUS_OFFSET, onFreePort } from '../../scripts/services/ports.ts';
import { askRedis, needRedis, redisDaemon, redisUrl } from '../../scripts/services/redis-node.ts';
import { StoreUnavailable } from '../../server/db/database.ts';
import { Queue } from '../../server/queue/queue.ts';
import { keysOf } from '../../server/queue/redis/keys.ts';
import { LINK_DEFAULTS } from '../../server/queue/redis/link.ts';
import { ownServers, sharedServer } from '../support/servers.ts';
import { Actors, users } from './actors.ts';
import { freshQueueId } from './lines.ts';
import { openRedisLine, type RedisLine } from './redis-line.ts';

const { missing } = await sharedServer('redis-cluster');
const LATER = { timeout: 45_000, interval: 50 };
const SLOTS_A_NODE = 16_384 / 3;

// A Cluster whose masters are lost one at a time.
describe.skipIf(missing)('a line in Redis Cluster, and trouble with it', () => {
  let servers: Awaited<ReturnType<typeof ownServers>>;
  let urls: string[];
  let line: RedisLine;

  beforeAll(async () => {
    servers = await ownServers(['redis-cluster']);
    urls = (servers.urls.REDIS_CLUSTER_URL as string).split(',');
    line = await openRedisLine(urls.join(','), { ...LINK_DEFAULTS, commandTimeoutMilliseconds: 3_000 });
  });
  afterAll(async () => {
    await line?.dispose();
    await servers?.stop();
  });

  /** A new queue whose keys are on that node. */
  async function queueOn(node: number): Promise<Actors> {
    for (;;) {
      const queueId = freshQueueId();
      const [slot] = await askRedis(urls[0] as string, ['CLUSTER', 'KEYSLOT', keysOf(queueId)[0] as string]);
      if (Math.floor(Number(slot) / SLOTS_A_NODE) === node) return new Actors(line, queueId);
    }
  }

  it('spreads queues over the masters', async () => {
    for (const node of [0, 1, 2]) await (await queueOn(node)).enter('a');
    for (const url of urls) expect(Number((await askRedis(url, ['DBSIZE']))[0])).toBeGreaterThan(0);
  });

  it('loses with a master only the queues on it, and goes on when it is back', async () => {
    const lost = await queueOn(2);
    const others = [await queueOn(0), await queueOn(1)];
    for (const queue of [lost, ...others]) await queue.enter('a', 'b', 'c', 'd');
    await servers.kill('redis-cluster', 2);
    await expect(lost.enter('e')).rejects.toBeInstanceOf(StoreUnavailable);
    const rules = new Queue(line.store, line.signals);
    // All at once, as they would share a batch.
    const entered = await Promise.allSettled(
      users(30).flatMap((userId) => [lost, ...others].map(({ queueId }) => rules.enter(userId, queueId))),
    );
    expect(entered.map(({ status }) => status)).toEqual(
      users(30).flatMap(() => ['rejected', 'fulfilled', 'fulfilled']),
    );
    for (const queue of others) expect(await queue.leave('a')).toEqual([true]);
    await servers.restart('redis-cluster');
    await expect.poll(() => lost.where('a', 'd').catch(String), LATER).toEqual(['ACTIVE', 1]);
  });

  it('goes on with the same places on a replica that is promoted', async () => {
    const queue = await queueOn(1);
    const before = await queue.enter(...users(8));
    const replica = await startReplica(urls[1] as string);
    try {
      await servers.kill('redis-cluster', 1);
      await askRedis(replica.url, ['CLUSTER', 'FAILOVER', 'TAKEOVER']);
      await expect.poll(() => queue.places(...users(8)).catch(String), LATER).toEqual(before);
      await queue.leave('user-1');
      expect(await queue.where('user-4', 'user-5')).toEqual(['ACTIVE', 1]);
      expect((await queue.enter('newcomer'))[0]?.ticket).toBeGreaterThan(before[7]?.ticket as number);
    } finally {
      await replica.daemon.stop();
      rmSync(replica.folder, { recursive: true, force: true });
    }
  });
});

/** A fourth node of the Cluster that has the data of one of its masters. */
async function startReplica(masterUrl: string): Promise<{ url: string; daemon: Daemon; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'jari-replica-'));
  const command = await needRedis(() => {});
  const { password, port: masterPort } = new URL(masterUrl);
  const settings = 'cluster-enabled yes\ncluster-announce-ip 127.0.0.1\ncluster-require-full-coverage no\n';
  return onFreePort(async (port) => {
    const node = { folder, port, password, appendfsync: 'everysec', settings } as const;
    const daemon = redisDaemon(command, node);
    await daemon.start();
    const url = redisUrl(node);
    const [master = ''] = await askRedis(masterUrl, ['CLUSTER', 'MYID']);
    await askRedis(url, ['CLUSTER', 'MEET', '127.0.0.1', masterPort]);
    await expect.poll(() => askRedis(url, ['CLUSTER', 'REPLICATE', master]).catch(String), LATER).toEqual(['OK']);
    const inSync = async () => (await askRedis(url, ['INFO', 'replication']))[0];
    await expect.poll(inSync, LATER).toContain('master_link_status:up');
    // The others must know of it, or they would not believe it later.
    await expect.poll(() => askRedis(masterUrl, ['CLUSTER', 'NODES']).then(String), LATER).toContain('slave');
    return { url, daemon, folder };
  }, CLUSTER_BUS_OFFSET);
}
