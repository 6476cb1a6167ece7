// A fresh service for the run, as people use it: with a webhook to tell, and holds that run out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Receiver } from '../crash/deliveries.ts';
import { ApiProcess } from '../full/api-process.ts';
import { freePort } from '../services/ports.ts';
import { type Services, startServices } from '../services/services.ts';
import { Heap, INSPECTED, inspectorIn } from './heap.ts';

export type Size = 'embedded' | 'full';

export interface SoakedService {
  url: string;
  opsToken: string;
  /** Where its database is, when that is a server. */
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  dataDir: string;
  heap: Heap;
  /** Stops it and what it runs on; its data is deleted. */
  stop(): Promise<void>;
}

/** Fewer slots than people want, so that there is always somebody who waits. */
export const CAP = 40;
const SETTINGS = {
  QUEUE_CAP: String(CAP),
  /** Of what is held and never paid. */
  HOLD_SECONDS: '60',
  OPS_TOKEN: 'ops-token-of-the-soak',
  WEBHOOK_SECRET: 'webhook-secret-of-the-soak',
  LOG_LEVEL: 'warn',
};

/** @param print what the service writes */
export async function startService(size: Size, print: (line: string) => void): Promise<SoakedService> {
  const dataDir = mkdtempSync(join(tmpdir(), 'jari-soak-'));
  const receiver = new Receiver();
  let stores: Services | undefined;
  let api: ApiProcess | undefined;
  let heap: Heap | undefined;
  const stop = async () => {
    heap?.close();
    await api?.stop();
    receiver.stop();
    await stores?.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    if (size === 'full') stores = await startStores(print);
    const urls = { DATABASE_URL: '', REDIS_URL: '', KAFKA_BROKERS: '', ...stores?.urls };
    const env = { ...SETTINGS, ...INSPECTED, ...urls, DATA_DIR: dataDir, WEBHOOK_URL: await receiver.start() };
    let inspector: string | undefined;
    api = new ApiProcess('127.0.0.1', await freePort(), env, (line) => {
      inspector ??= inspectorIn(line);
      print(line);
    });
    await api.ready();
    if (!inspector) throw new Error('the service said nothing of its inspector');
    heap = await Heap.of(inspector);
    return {
      url: api.url,
      opsToken: SETTINGS.OPS_TOKEN,
      databaseUrl: urls.DATABASE_URL || undefined,
      redisUrl: urls.REDIS_URL || undefined,
      dataDir,
      heap,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startStores(say: (line: string) => void): Promise<Services> {
  const stores = await startServices({ names: ['postgres', 'redis', 'kafka'], own: true, say });
  for (const [name, outcome] of Object.entries(stores.outcomes)) {
    if (outcome.state === 'up') continue;
    await stores.stop();
    throw new Error(`${name} can't be had. ${outcome.reason}`);
  }
  return stores;
}
