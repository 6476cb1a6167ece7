// Opening a connection: the name looked up once in a while, IPv4 before IPv6 as k6 does, each step timed.
import { lookup } from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';

const LOOKUP_KEPT_MS = 300_000;
const lookups = new Map<string, { readonly until: number; readonly addresses: Promise<string[]> }>();

export interface ConnectSettings {
  /** k6's `hosts`: `name` or `name:port`, also `*.name`, to `address` or `address:port`. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly insecureSkipTlsVerify: boolean;
}

export interface OpenedConnection {
  /** What requests are written to: the TLS socket, or the TCP socket itself. */
  readonly socket: net.Socket;
  /** The TCP socket below, which counts the bytes on the wire. */
  readonly wire: net.Socket;
  readonly connectingMs: number;
  readonly tlsHandshakingMs: number;
}

export async function openConnection(
  origin: { readonly protocol: string; readonly hostname: string; readonly port: string },
  settings: ConnectSettings,
): Promise<OpenedConnection> {
  const secure = origin.protocol === 'https:';
  const port = Number(origin.port || (secure ? 443 : 80));
  const hostname = origin.hostname.replace(/^\[(.*)\]$/, '$1');
  const override = hostOverride(settings.hosts, hostname, port);
  const addresses = await resolve(override?.host ?? hostname);
  const startedAt = performance.now();
  const wire = await connectFirst(addresses, override?.port ?? port);
  const connectedAt = performance.now();
  if (!secure) return { socket: wire, wire, connectingMs: connectedAt - startedAt, tlsHandshakingMs: 0 };
  const socket = await handshake(wire, hostname, settings.insecureSkipTlsVerify);
  return {
    socket,
    wire,
    connectingMs: connectedAt - startedAt,
    tlsHandshakingMs: performance.now() - connectedAt,
  };
}

function hostOverride(
  hosts: ConnectSettings['hosts'],
  hostname: string,
  port: number,
): { host: string; port?: number } | undefined {
  const wildcard = Object.keys(hosts).find((name) => name.startsWith('*.') && hostname.endsWith(name.slice(1)));
  const value = hosts[`${hostname}:${port}`] ?? hosts[hostname] ?? hosts[wildcard ?? ''];
  if (value === undefined) return undefined;
  const [, host = value, overridePort] = /^(.*?):(\d+)$/.exec(value) ?? [];
  return net.isIPv6(value) ? { host: value } : { host, ...(overridePort && { port: Number(overridePort) }) };
}

function resolve(hostname: string): Promise<string[]> {
  if (net.isIP(hostname) !== 0) return Promise.resolve([hostname]);
  const known = lookups.get(hostname);
  if (known && known.until > performance.now()) return known.addresses;
  const addresses = lookup(hostname, { all: true }).then((found) => {
    const order = [...found].sort((a, b) => a.family - b.family);
    return order.map(({ address }) => address);
  });
  addresses.catch(() => lookups.delete(hostname));
  lookups.set(hostname, { until: performance.now() + LOOKUP_KEPT_MS, addresses });
  return addresses;
}

async function connectFirst(addresses: readonly string[], port: number): Promise<net.Socket> {
  let failure: unknown = new Error('the name has no address');
  for (const address of addresses) {
    try {
      return await connected(net.connect({ host: address, port, noDelay: true, autoSelectFamily: false }), 'connect');
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

function handshake(wire: net.Socket, hostname: string, insecure: boolean): Promise<tls.TLSSocket> {
  const socket = tls.connect({
    socket: wire,
    ...(net.isIP(hostname) === 0 && { servername: hostname }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !insecure,
  });
  return connected(socket, 'secureConnect');
}

function connected<T extends net.Socket>(socket: T, event: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.once('error', failed);
    socket.once(event, () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
