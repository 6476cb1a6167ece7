import { createClient, createCluster } from 'redis';
import type { QueueLedger } from '../../server/queue/ledger.ts';
import { keysOf } from '../../server/queue/redis/keys.ts';
import { LINK_DEFAULTS, type LinkOptions, RedisLink } from '../../server/queue/redis/link.ts';
import { redisAdmissionRecord } from '../../server/queue/redis/record.ts';
import { redisQueueSignals } from '../../server/queue/redis/signals.ts';
import { redisQueueStore } from '../../server/queue/redis/store.ts';
import { sqlQueueLedger } from '../../server/queue/sql/ledger.ts';
import { sqlAdmissionRecord } from '../../server/queue/sql/record.ts';
import { PGLITE, POSTGRES } from '../support/databases.ts';
import { sharedServer } from '../support/servers.ts';
import { FRESH, type Line, type LineAccess, type LineTarget } from './lines.ts';

/** A machine that is busy with other tests is no failure here. */
const PATIENT = { ...LINK_DEFAULTS, commandTimeoutMilliseconds: 20_000, openTimeoutMilliseconds: 60_000 };

/** A line on a Redis that other test files use too, with a ledger of its own. */
export async function overRedis(name: string, service: 'redis' | 'redis-cluster'): Promise<LineTarget> {
  const { url, missing } = await sharedServer(service);
  return { name, missing, shared: true, open: () => openRedisLine(url) };
}

/** A line in Redis, and the means to get at the server and at the ledger behind its back. */
export interface RedisLine extends Line {
  raw: RawRedis;
  ledger: QueueLedger;
  elsewhere(): Promise<LineAccess>;
}

export async function openRedisLine(url: string, options: LinkOptions = PATIENT): Promise<RedisLine> {
  // Whichever there is; a PGlite takes seconds to make.
  const { database, dispose } = await (POSTGRES.missing ? PGLITE : POSTGRES).open();
  const ledger = sqlQueueLedger(database);
  const links: RedisLink[] = [];
  const access = async (): Promise<LineAccess> => {
    const link = new RedisLink(url, options);
    links.push(link);
    await link.opened();
    return {
      store: redisQueueStore(link, ledger, FRESH),
      signals: redisQueueSignals(link),
      record: redisAdmissionRecord(link, ledger, sqlAdmissionRecord(database)),
      dispose: async () => link.close(),
    };
  };
  const own = await access();
  const raw = await rawClient(url);
  return {
    ...own,
    elsewhere: access,
    raw,
    ledger,
    age: (queueId, seconds) => ageKeys(raw, queueId, seconds),
    async dispose() {
      for (const link of links) link.close();
      raw.destroy();
      await dispose();
    },
  };
}

/** A client of its own, for what the adapter does not do. */
export interface RawRedis {
  send(key: string, command: string[]): Promise<unknown>;
  destroy(): void;
}

export async function rawClient(url: string): Promise<RawRedis> {
  if (!url.includes(',')) {
    const client = await createClient({ url })
      .on('error', () => {})
      .connect();
    return { send: (_key, command) => client.sendCommand(command), destroy: () => client.destroy() };
  }
  const urls = url.split(',');
  const { password } = new URL(urls[0] as string);
  const cluster = await createCluster({
    rootNodes: urls.map((one) => ({ url: one })),
    defaults: { password },
  }).connect();
  return { send: (key, command) => cluster.sendCommand(key, false, command), destroy: () => cluster.destroy() };
}

// Every time that is stored, moved: scores that are times, starts of slots, seconds of admissions, and the queue's own.
const AGE = `
local ms = tonumber(ARGV[1]) * 1000
for _, key in ipairs({ KEYS[3], KEYS[4], KEYS[5] }) do
  local all = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for i = 1, #all, 2 do redis.call('ZADD', key, all[i + 1] - ms, all[i]) end
end
local function move(key, by)
  local all = redis.call('HGETALL', key)
  redis.call('DEL', key)
  for i = 1, #all, 2 do
    local a, b = all[i + 1]:match('^(-?%d+):(-?%d+)$')
    by(all[i], tonumber(a), tonumber(b))
  end
end
move(KEYS[6], function(user, ticket, start)
  redis.call('HSET', KEYS[6], user, string.format('%.0f:%.0f', ticket, start - ms))
end)
move(KEYS[7], function(_, second, count)
  second = second - ms / 1000
  redis.call('HSET', KEYS[7], second % 64, string.format('%.0f:%.0f', second, count))
end)
for _, field in ipairs({ 'moment', 'holdUntil', 'restoreUntil' }) do
  redis.call('HINCRBY', KEYS[1], field, -ms)
end
`;

async function ageKeys(raw: RawRedis, queueId: string, seconds: number): Promise<void> {
  const keys = keysOf(queueId);
  if ((await raw.send(keys[0] as string, ['EXISTS', keys[0] as string])) === 0) return;
  await raw.send(keys[0] as string, ['EVAL', AGE, String(keys.length), ...keys, String(seconds)]);
}
