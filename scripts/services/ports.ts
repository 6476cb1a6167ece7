// Free ports on loopback.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below every system's range for outgoing connections. A port from that range could be taken by a client between a
// kill and a restart, and a client that keeps dialling such a port while nobody listens can connect to itself.
const LOWEST = 10_500;
const HIGHEST = 21_999;

/** Redis Cluster talks among its nodes on the port this much above the clients'. */
export const CLUSTER_BUS_OFFSET = 10_000;

export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A random port p so that p and every p + offset is free now. Another process may still be quicker: see onFreePort. */
export async function freePort(...offsets: number[]): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    const free = await Promise.all([0, ...offsets].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
}

/** Calls `start` with free ports until one start is not beaten to its port by somebody else. */
export async function onFreePort<T>(start: (port: number) => Promise<T>, ...offsets: number[]): Promise<T> {
  for (let triesLeft = 4; ; triesLeft -= 1) {
    const port = await freePort(...offsets);
    try {
      return await start(port);
    } catch (error) {
      if (triesLeft === 0 || !/address already in use/i.test((error as Error).message)) throw error;
    }
  }
}
