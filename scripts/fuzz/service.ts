// A service of its own to be fuzzed, in one way to tell who is asking.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorld } from '../drill/world.ts';
import { ApiProcess } from '../full/api-process.ts';
import { freePort } from '../services/ports.ts';

export type Size = 'embedded' | 'full';
export type Auth = 'open' | 'token';

export const OPS_TOKEN = 'ops-token-of-the-fuzzer';
export const IDENTITY_SECRET = 'identity-secret-of-the-fuzzer';
export const TOKEN_SECRET = 'token-secret-of-the-fuzzer';

/** Small and short, so that money, slots, holds and seats run out while it lasts. */
const SETTINGS = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'warn',
  OPS_TOKEN,
  IDENTITY_SECRET,
  TOKEN_SECRET,
  QUEUE_CAP: '150',
  ACTIVE_SECONDS: '30',
  NO_SHOW_SECONDS: '10',
  HOLD_SECONDS: '4',
  OPENING_BALANCE: '3000000',
  RATE_LIMIT_PER_SECOND: '0',
  WEBHOOK_URL: '',
};
const NO_STORES = { DATABASE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '' };

export interface FuzzedService {
  urls: readonly string[];
  /** What its processes wrote. */
  output: readonly string[];
  /** How a process ended that should not have. */
  ended(): string | undefined;
  stop(): Promise<void>;
}

/**
 * One process on the embedded database, or two at full size on servers of their own.
 * @param dataDir of the embedded database, removed afterwards; a fresh one by default
 */
export async function startFuzzed(
  size: Size,
  auth: Auth,
  say: (line: string) => void,
  dataDir?: string,
): Promise<FuzzedService> {
  const settings = { ...SETTINGS, AUTH: auth, SEATS_PER_USER: auth === 'token' ? '25' : '0' };
  if (size === 'full') {
    const services = ['postgres', 'redis', 'kafka'] as const;
    const { processes, output, stop } = await startWorld({ services, processes: [settings, settings], say });
    return watched(processes, output, stop);
  }
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), 'jari-fuzz-'));
  const output: string[] = [];
  const env = { ...settings, ...NO_STORES, DATA_DIR: folder };
  const api = new ApiProcess('127.0.0.1', await freePort(), env, (line) => output.push(line), { detached: true });
  const stop = async () => {
    await api.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await api.ready();
  } catch (error) {
    for (const line of output) say(line);
    await stop();
    throw error;
  }
  return watched([api], output, stop);
}

function watched(processes: readonly ApiProcess[], output: string[], stop: () => Promise<void>): FuzzedService {
  let ended: string | undefined;
  let stopping = false;
  for (const { url, ended: end } of processes) {
    void end.then((how) => {
      if (!stopping) ended ??= `${url}: ${how}`;
    });
  }
  return {
    urls: processes.map(({ url }) => url),
    output,
    ended: () => ended,
    stop() {
      stopping = true;
      return stop();
    },
  };
}
