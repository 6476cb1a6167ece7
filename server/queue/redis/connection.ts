import { createClient, createCluster } from 'redis';

/** One Redis, or one Redis Cluster, as far as the line needs it. Sends each command at most once. */
export interface Connection {
  /** Settles when commands can be sent, or when that failed for good. */
  open(): Promise<void>;
  /** Sends a command to the server that has `key`. Rejects at once while there is no connection to it. */
  send(key: string, command: string[]): Promise<unknown>;
  /** What `INFO everything` says on each master. */
  info(): Promise<string[]>;
  publish(channel: string, text: string): Promise<unknown>;
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  destroy(): void;
}

const CONNECT_TIMEOUT_MILLISECONDS = 1_000;
/** Until the nodes of a Cluster are asked anew who has which queue, after one of them was lost. */
const REFRESH_AFTER_MILLISECONDS = 300;

/** Ever less often and at random moments, for as long as it takes. */
const reconnectStrategy = (retries: number): number => Math.min(2_000, 50 * 2 ** retries) * (0.5 + Math.random() / 2);

// Without an offline queue nothing is kept for later, and what was sent but not answered when a connection broke is
// rejected, not sent again: only the caller knows whether that would be right.
const COMMON = {
  disableOfflineQueue: true,
  maintNotifications: 'disabled',
  socket: { connectTimeout: CONNECT_TIMEOUT_MILLISECONDS, reconnectStrategy },
} as const;

const INFO = ['INFO', 'everything'];

/**
 * `redis://…` is a single server; several URLs with commas between them are nodes of a Cluster.
 * @param failed hears why there is no connection, each time that one is lost or can't be made
 */
export const connectionTo = (url: string, failed: (error: Error) => void): Connection =>
  url.includes(',') ? toCluster(url.split(','), failed) : toServer(url, failed);

function toServer(url: string, failed: (error: Error) => void): Connection {
  const client = createClient({ ...COMMON, url });
  // It reconnects by itself; without a listener an error would end the process.
  client.on('error', failed);
  return {
    open: async () => void (await client.connect()),
    send: (_key, command) => client.sendCommand(command),
    info: async () => [String(await client.sendCommand(INFO))],
    publish: (channel, text) => client.publish(channel, text),
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    unsubscribe: (channel) => client.unsubscribe(channel),
    destroy: () => quietly(() => client.destroy()),
  };
}

function toCluster(urls: readonly string[], failed: (error: Error) => void): Connection {
  const { username, password, protocol } = new URL(urls[0] as string);
  const cluster = createCluster({
    rootNodes: urls.map((url) => ({ url })),
    // Nodes that the Cluster names are reached like the ones that the setting names.
    defaults: {
      ...COMMON,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { socket: { ...COMMON.socket, tls: true as const } }),
    },
    // One that is down must not keep the others from being reached.
    minimizeConnections: true,
    topologyRefreshOnReconnectionAttemptStrategy: REFRESH_AFTER_MILLISECONDS,
  });
  cluster.on('error', failed);
  cluster.on('node-error', failed);
  return {
    open: async () => void (await cluster.connect()),
    send: (key, command) => cluster.sendCommand(key, false, command),
    info: () =>
      Promise.all(
        cluster.masters.map(async (node) => String(await (await cluster.nodeClient(node)).sendCommand(INFO))),
      ),
    publish: (channel, text) => cluster.publish(channel, text),
    subscribe: (channel, listener) => cluster.subscribe(channel, listener),
    unsubscribe: (channel) => cluster.unsubscribe(channel),
    destroy: () => quietly(() => cluster.destroy()),
  };
}

/** Closing what is not open is no failure here. */
function quietly(close: () => void): void {
  try {
    close();
  } catch {}
}
