// A Redis Cluster of three masters without replicas. Its URL is the nodes' URLs with commas between them.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { controlsOf, type Daemon } from './daemon.ts';
import { CLUSTER_BUS_OFFSET, onFreePort } from './ports.ts';
import { askRedis, needRedis, newPassword, redisDaemon, redisUrl } from './redis-node.ts';
import type { RunningService, Surroundings } from './service.ts';

const MASTERS = 3;
const SLOTS = 16_384;
const WHOLE_WITHIN_MS = 60_000;

// Without full coverage, so that a lost master takes only the queues of its own slots with it.
const SETTINGS = `
cluster-enabled yes
cluster-config-file nodes.conf
cluster-announce-ip 127.0.0.1
cluster-node-timeout 2000
cluster-require-full-coverage no
`;

interface Node {
  readonly port: number;
  readonly url: string;
  readonly daemon: Daemon;
}

/** Starts the nodes, and makes them a cluster unless the run's folder has one already. */
export async function startRedisCluster({ folder, options, say }: Surroundings): Promise<RunningService> {
  const command = await needRedis(say);
  const data = join(folder, 'redis-cluster');
  const password = newPassword();
  const startNode = (i: number) =>
    onFreePort(async (port): Promise<Node> => {
      const node = { folder: join(data, `node-${i}`), port, password, appendfsync: options.appendfsync };
      const daemon = redisDaemon(command, { ...node, settings: SETTINGS });
      await daemon.start();
      return { port, url: redisUrl(node), daemon };
    }, CLUSTER_BUS_OFFSET);

  const nodes: Node[] = [];
  try {
    for (let i = 0; i < MASTERS; i += 1) nodes.push(await startNode(i));
    await makeCluster(nodes);
    await untilWhole(nodes);
  } catch (error) {
    await Promise.all(nodes.map(({ daemon }) => daemon.stop()));
    throw error;
  }
  return {
    url: nodes.map(({ url }) => url).join(','),
    folders: [data],
    ...controlsOf(nodes.map(({ daemon }) => daemon)),
    async restart() {
      await Promise.all(nodes.map(({ daemon }) => daemon.start()));
      await untilWhole(nodes);
    },
  };
}

/** Gives every node its share of the slots, once, and tells the nodes of each other: their ports may be new. */
async function makeCluster(nodes: readonly Node[]): Promise<void> {
  for (const [i, { url }] of nodes.entries()) {
    const myself = (await clusterView(url)).find(({ flags }) => flags.includes('myself'));
    if (myself && myself.slots > 0) continue;
    const first = Math.ceil((i * SLOTS) / nodes.length);
    const last = Math.ceil(((i + 1) * SLOTS) / nodes.length) - 1;
    await askRedis(
      url,
      ['CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${last}`],
      ['CLUSTER', 'SET-CONFIG-EPOCH', `${i + 1}`],
    );
  }
  // Each to each: gossip would do, but tells of a known node's new port only after its old one has timed out.
  for (const [i, { url }] of nodes.entries()) {
    const later = nodes.slice(i + 1).map(({ port }) => ['CLUSTER', 'MEET', '127.0.0.1', `${port}`]);
    await askRedis(url, ...later);
  }
}

/** Waits until every node sees all of them, at their present ports, with all slots, and takes writes. */
async function untilWhole(nodes: readonly Node[]): Promise<void> {
  const deadline = Date.now() + WHOLE_WITHIN_MS;
  for (const { url } of nodes) {
    while (!(await isWhole(url, nodes))) {
      if (Date.now() > deadline) {
        const [view] = await askRedis(url, ['CLUSTER', 'NODES']);
        throw new Error(`Redis Cluster did not come together within ${WHOLE_WITHIN_MS / 1000} s:\n${view}`);
      }
      await sleep(50);
    }
  }
}

async function isWhole(url: string, nodes: readonly Node[]): Promise<boolean> {
  const [info = ''] = await askRedis(url, ['CLUSTER', 'INFO']);
  if (!info.includes('cluster_state:ok')) return false;
  const seen = await clusterView(url);
  const slots = seen.reduce((sum, node) => sum + node.slots, 0);
  const well = seen.every(({ flags, link }) => link === 'connected' && !/fail|handshake|noaddr/.test(flags));
  const ports = new Set(seen.map(({ port }) => port));
  return well && slots === SLOTS && seen.length === nodes.length && nodes.every(({ port }) => ports.has(port));
}

/** CLUSTER NODES: `id ip:port@bus flags master ping pong epoch link slot-range …`, a node a line. */
async function clusterView(url: string) {
  const [text = ''] = await askRedis(url, ['CLUSTER', 'NODES']);
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, address = '', flags = '', , , , , link = '', ...ranges] = line.split(' ');
      const slots = ranges.map((range) => range.split('-').map(Number)).map(([from = 0, to = from]) => to - from + 1);
      return {
        port: Number(/:(\d+)@/.exec(address)?.[1]),
        flags,
        link,
        slots: slots.reduce((sum, count) => sum + count, 0),
      };
    });
}
