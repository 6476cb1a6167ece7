// Runs once before the tests: starts the servers that most of them share, puts their URLs where workers find them, and
// starts the slower ones when a worker first asks (servers.ts).
import { freshName } from '../../scripts/services/database.ts';
import { type ServiceName, URL_VARIABLE } from '../../scripts/services/service.ts';
import { startServices } from '../../scripts/services/services.ts';
import { offerServers } from './offer-servers.ts';
import { refuseOrWarn } from './servers.ts';

const SHARED: ServiceName[] = ['postgres', 'redis'];

export default async function setup(): Promise<() => Promise<void>> {
  const services = await startServices({ names: SHARED });
  try {
    for (const name of SHARED) {
      const outcome = services.outcomes[name];
      if (outcome?.state === 'up') process.env[`JARI_TEST_${URL_VARIABLE[name]}`] = outcome.url;
      else refuseOrWarn(name, outcome?.reason ?? 'It was not started.');
    }
  } catch (error) {
    await services.stop();
    throw error;
  }
  const postgres = services.outcomes.postgres;
  if (postgres?.state === 'up' && !postgres.given) process.env.JARI_TEST_TEMPLATE = freshName();
  const offer = await offerServers();
  process.env.JARI_TEST_SERVERS = offer.url;
  return async () => {
    await Promise.all([services.stop(), offer.stop()]);
  };
}
