// The end of servers.ts that lives as long as the whole test run: starts a server when a worker first asks for it, and
// gives every later one the same. Workers come and go, so none of them could own it.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Outcome, SERVICE_NAMES, type ServiceName } from '../../scripts/services/service.ts';
import { type Services, startServices } from '../../scripts/services/services.ts';

export interface Offer {
  /** Ask `${url}/${name}`; the answer is an Outcome in JSON, or 500 with the reason in words. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function offerServers(): Promise<Offer> {
  const started = new Map<ServiceName, Promise<Services>>();
  const start = async (name: ServiceName): Promise<Outcome> => {
    const services = started.get(name) ?? startServices({ names: [name] });
    started.set(name, services);
    return (await services).outcomes[name] as Outcome;
  };

  const secret = `/${randomUUID()}/`; // the answers hold passwords, and other users of the machine may ask as well
  const server = createServer(async ({ url = '' }, response) => {
    const name = SERVICE_NAMES.find((known) => url === secret + known);
    try {
      if (!name) throw new Error(`${url} is none of ${SERVICE_NAMES.join(', ')}`);
      response.end(JSON.stringify(await start(name)));
    } catch (error) {
      response.writeHead(500).end((error as Error).message);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${secret.slice(0, -1)}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await Promise.all([...started.values()].map((services) => services.then(({ stop }) => stop()).catch(() => {})));
    },
  };
}
