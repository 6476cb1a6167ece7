import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Another system that jari tells of events: out of order until it is mended. */
export interface Receiver {
  url: string;
  /** Ids of events that it took. */
  taken: string[];
  mend(): void;
  stop(): void;
}

export async function startReceiver(): Promise<Receiver> {
  const taken: string[] = [];
  let broken = true;
  const server = createServer((request, response) => {
    request.resume();
    if (!broken) taken.push(String(request.headers['jari-event-id']));
    response.writeHead(broken ? 500 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    taken,
    mend() {
      broken = false;
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
