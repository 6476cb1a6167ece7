// Runs once before the tests: starts the servers that most of them share, puts their URLs where workers find them, and
// starts the slower ones when a worker first asks (servers.ts).
import { type ServiceName, URL_VARIABLE } from '../../scripts/services/service.ts';
import { startServices } from '../../scripts/services/services.ts';
import { offerServers } from './offer-servers.ts';

const SHARED: ServiceName[] = ['postgres', 'redis'];

export default async function setup(): Promise<() => Promise<void>> {
  const services = await startServices({ names: SHARED });
  for (const name of SHARED) {
    const outcome = services.outcomes[name];
    if (outcome?.state === 'up') process.env[`JARI_TEST_${URL_VARIABLE[name]}`] = outcome.url;
    else await refuseOrWarn(name, outcome?.reason ?? 'not started', services.stop);
  }
  const offer = await offerServers();
  process.env.JARI_TEST_SERVERS = offer.url;
  return async () => {
    await Promise.all([services.stop(), offer.stop()]);
  };
}

/** CI must not pass without the real servers; a laptop may, and says so. */
async function refuseOrWarn(name: string, reason: string, stop: () => Promise<void>): Promise<void> {
  if (!process.env.CI) {
    console.warn(`\n!! ${name} can't be had, so its suites are SKIPPED. ${reason}\n`);
    return;
  }
  await stop();
  throw new Error(`${name} can't be had, and under CI=true no suite may be skipped. ${reason}`);
}
