// One Redis process of our own: loopback only, a random password, nothing evicted, every write in the append-only file.
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from 'redis';
import { Daemon } from './daemon.ts';
import { findProgram, need } from './install.ts';
import type { AppendFsync } from './service.ts';

export interface RedisNode {
  /** Holds its configuration, its log and its data. */
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  readonly appendfsync: AppendFsync;
  /** Further lines of redis.conf. */
  readonly settings?: string;
}

const ANSWERS_WITHIN_MS = 5_000;

export const newPassword = (): string => randomBytes(18).toString('hex');

export const redisUrl = ({ port, password }: { port: number; password: string }): string =>
  `redis://:${password}@127.0.0.1:${port}`;

export function needRedis(say: (line: string) => void): Promise<string> {
  const advice =
    'Redis 7 or newer was not found: install it (Debian: apt-get install redis-server; macOS: brew install redis), or set JARI_TEST_REDIS_URL.';
  return need(() => findProgram('redis-server'), ['redis-server'], advice, say);
}

/** Sends commands over one connection of its own, and returns the replies. Throws rather than wait for a lost server. */
export async function askRedis(url: string, ...commands: readonly (readonly string[])[]): Promise<string[]> {
  const client = createClient({
    url,
    RESP: 2, // lists instead of maps
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false, connectTimeout: ANSWERS_WITHIN_MS, socketTimeout: ANSWERS_WITHIN_MS },
  });
  client.on('error', () => {}); // the awaited call is rejected as well
  try {
    await client.connect();
    const replies: string[] = [];
    for (const command of commands) replies.push(String(await client.sendCommand(command)));
    return replies;
  } finally {
    client.destroy();
  }
}

/** Throws unless each of the servers answers, which they refuse while they load their data. */
export async function redisAnswers(urls: string): Promise<void> {
  await Promise.all(urls.split(',').map((url) => askRedis(url, ['PING'])));
}

/** Describes the process to start; its folder is made, and the configuration written, with the password in it. */
export function redisDaemon(command: string, node: RedisNode): Daemon {
  mkdirSync(node.folder, { recursive: true, mode: 0o700 });
  const configFile = join(node.folder, 'redis.conf');
  writeFileSync(configFile, configuration(node), { mode: 0o600 });
  return new Daemon({
    title: 'Redis',
    command,
    args: [configFile],
    cwd: node.folder,
    logFile: join(node.folder, 'redis.log'),
    healthy: () => redisAnswers(redisUrl(node)),
    stopSignal: 'SIGTERM', // writes and syncs what it has, then exits
  });
}

// The working directory is the data's folder, so no path stands here that would need quoting.
const configuration = ({ port, password, appendfsync, settings = '' }: RedisNode): string => `
bind 127.0.0.1
port ${port}
protected-mode yes
requirepass ${password}
masterauth ${password}
daemonize no
logfile ""
dir .
maxmemory-policy noeviction
appendonly yes
appendfsync ${appendfsync}
save ""
${settings}`;
