// The real servers that a test file needs. Redis, Redis Cluster and Kafka are shared by all files of a run: use names
// (queues, keys, topics, groups) of your own, and start your own with ownServers to kill, freeze, fill or flush one.
//
//   const kafka = await sharedServer('kafka');
//   describe.skipIf(kafka.missing)('…', () => { … kafka.url … });
import type { Outcome, ServiceName } from '../../scripts/services/service.ts';
import { type Services, type ServicesOptions, startServices } from '../../scripts/services/services.ts';

export interface SharedServer {
  /** What goes into DATABASE_URL, REDIS_URL or KAFKA_BROKERS. Empty when it is missing. */
  readonly url: string;
  /** Why its suites are skipped, when they are. Always undefined under CI=true. */
  readonly missing: string | undefined;
}

/**
 * Started when the first file of the run asks, and stopped at the end of the run; a URL in JARI_TEST_DATABASE_URL,
 * JARI_TEST_REDIS_URL, JARI_TEST_REDIS_CLUSTER_URL or JARI_TEST_KAFKA_BROKERS is taken instead.
 * Throws when it can't be had under CI=true, and when it could be had but did not start.
 */
export async function sharedServer(name: ServiceName): Promise<SharedServer> {
  const offer = process.env.JARI_TEST_SERVERS;
  if (!offer) throw new Error('run the tests with npm test: its global setup starts the servers');
  const response = await fetch(`${offer}/${name}`);
  if (!response.ok) throw new Error(await response.text());
  const outcome = (await response.json()) as Outcome;
  if (outcome.state === 'up') return { url: outcome.url, missing: undefined };
  refuseOrWarn(name, outcome.reason);
  return { url: '', missing: outcome.reason };
}

/**
 * Servers of this file alone, to kill, restart and freeze; stop them in afterAll, or hold them with `await using`.
 * One that can't be had says so in `outcomes`; under CI=true this throws then.
 */
export async function ownServers(
  names: readonly ServiceName[],
  options: Omit<ServicesOptions, 'names'> = {},
): Promise<Services> {
  const services = await startServices({ ...options, names, own: true });
  try {
    for (const [name, outcome] of Object.entries(services.outcomes)) {
      if (outcome.state === 'unavailable') refuseOrWarn(name, outcome.reason);
    }
    return services;
  } catch (error) {
    await services.stop();
    throw error;
  }
}

/** CI must not pass without the real servers; a laptop may, and says so. */
export function refuseOrWarn(name: string, reason: string): void {
  const missing = `${name} can't be had. ${reason}`;
  if (process.env.CI) throw new Error(`${missing} Under CI=true no suite may be skipped.`);
  console.warn(`\n!! Suites are SKIPPED: ${missing}\n`);
}
