// Free ports on loopback.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
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

/**
 * Takes the same number in UDP, which nothing here uses: it marks the port as given out, for all processes that ask here,
 * until this one ends. Without it two services could be given one port while neither listens yet, and the clients of the
 * one that comes second would be answered by the first.
 */
function reserve(port: number): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const mark = createSocket('udp4').unref();
    mark.once('error', ({ code }: NodeJS.ErrnoException) => {
      mark.close();
      // Where UDP is not to be had at all, nothing can be marked, and ports are as free as they look.
      resolve(code === 'EADDRINUSE' ? null : () => {});
    });
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(() => mark.close()));
  });
}

/**
 * A random port p so that p and every p + offset is free now and given to nobody else. A stranger may still be quicker:
 * see onFreePort.
 */
export async function freePort(...offsets: number[]): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    const ports = [port, ...offsets.map((offset) => port + offset)];
    const marks = await Promise.all(ports.map(reserve));
    const free = await Promise.all(ports.map(isFree));
    if (marks.every(Boolean) && free.every(Boolean)) return port;
    for (const release of marks) release?.();
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
