// A TCP proxy between the service and a store that does what networks and sick servers do: refuses, cuts, falls silent,
// delays and drips. Everything else is passed on as it is.
import { createServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/services/ports.ts';

export interface Address {
  host: string;
  port: number;
}

export interface FaultProxyOptions {
  /** The address that the server gives out as its own, as a Kafka broker does, is replaced by the proxy's. */
  advertised?: boolean;
}

type Manner = { kind: 'whole' | 'silent' } | { kind: 'late'; milliseconds: number } | { kind: 'drip'; bytes: number };

const WHOLE: Manner = { kind: 'whole' };
const DRIP_EVERY_MILLISECONDS = 100;

/** One proxy in front of one server. The fault is of the moment: set by a method, ended by `heal`. */
export class FaultProxy {
  readonly #target: Address;
  readonly #options: FaultProxyOptions;
  readonly #connections = new Set<Connection>();
  #server: Server | null = null;
  #port = 0;
  #manner: Manner = WHOLE;

  private constructor(target: Address, options: FaultProxyOptions) {
    this.#target = target;
    this.#options = options;
  }

  static async open(target: Address, options: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, options);
    // Not one that the system may give to a connection while nobody listens here.
    proxy.#port = await freePort();
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Live connections through it. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Every connection is reset. New ones are served. */
  cut(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** As a server that was killed: connections are reset, and nobody listens until `heal`. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server && new Promise((resolve) => server.close(resolve));
    this.cut();
    await closed;
  }

  /**
   * Half-open: connections stay and nothing passes, new ones are accepted and never answered. Those who met this stay
   * silent after `heal` too, as when a router has forgotten them.
   */
  silence(): void {
    this.#manner = { kind: 'silent' };
    for (const connection of this.#connections) connection.forget();
  }

  /** Everything arrives so much later, in each direction. */
  delay(milliseconds: number): void {
    this.#manner = { kind: 'late', milliseconds };
  }

  /** So few bytes pass every tenth of a second, in each direction. */
  drip(bytes: number): void {
    this.#manner = { kind: 'drip', bytes };
  }

  /** Serves as a good network does. */
  async heal(): Promise<void> {
    this.#manner = WHOLE;
    if (!this.#server) await this.#listen();
  }

  async close(): Promise<void> {
    await this.refuse();
  }

  async #listen(): Promise<void> {
    const server = createServer((client) => this.#accept(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#server = server;
  }

  #accept(client: Socket): void {
    const mine = { host: '127.0.0.1', port: this.#port };
    const rewrite = this.#options.advertised ? rewriting(this.#target, mine) : (bytes: Buffer) => bytes;
    const connection = new Connection(client, this.#target, { manner: () => this.#manner, rewrite });
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
    if (this.#manner.kind === 'silent') connection.forget();
  }
}

interface Ways {
  manner: () => Manner;
  /** Of answers. */
  rewrite: (bytes: Buffer) => Buffer;
}

class Connection {
  readonly closed: Promise<void>;
  readonly #client: Socket;
  readonly #server: Socket;
  #forgotten = false;

  constructor(client: Socket, target: Address, { manner, rewrite }: Ways) {
    this.#client = client;
    this.#server = tcpConnect(target);
    const both = [this.#client, this.#server].map(
      (socket) =>
        new Promise<void>((resolve) => {
          socket.setNoDelay(true).on('error', () => {});
          socket.once('close', () => resolve());
        }),
    );
    this.closed = Promise.all(both).then(() => {});
    this.#pass(client, this.#server, manner, (bytes) => bytes);
    this.#pass(this.#server, client, manner, rewrite);
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  /** Nothing passes any more, not even the end of the connection. */
  forget(): void {
    this.#forgotten = true;
  }

  #pass(from: Socket, to: Socket, manner: () => Manner, rewrite: (bytes: Buffer) => Buffer): void {
    let before = Promise.resolve();
    const inOrder = (step: () => Promise<void> | void) => {
      before = before.then(() => (this.#forgotten ? undefined : step()));
    };
    from.on('data', (bytes) => {
      const arrived = performance.now();
      inOrder(() => this.#write(to, rewrite(bytes), arrived, manner));
    });
    from.once('close', () => inOrder(() => void to.destroySoon()));
  }

  async #write(to: Socket, bytes: Buffer, arrived: number, manner: () => Manner): Promise<void> {
    for (let rest = bytes; rest.length > 0 && !this.#forgotten; ) {
      const now = manner();
      if (now.kind === 'late') await sleep(Math.max(0, arrived + now.milliseconds - performance.now()));
      if (now.kind === 'drip') await sleep(DRIP_EVERY_MILLISECONDS);
      const count = now.kind === 'drip' ? now.bytes : rest.length;
      if (!this.#forgotten && !to.destroyed) to.write(rest.subarray(0, count));
      rest = rest.subarray(count);
    }
  }
}

/** Kafka names a broker by its host and its port in four bytes, so one address takes as much room as the other. */
function rewriting(from: Address, to: Address): (bytes: Buffer) => Buffer {
  const named = ({ host, port }: Address) => {
    const tail = Buffer.alloc(4);
    tail.writeInt32BE(port);
    return Buffer.concat([Buffer.from(host), tail]);
  };
  const [search, put] = [named(from), named(to)];
  return (bytes) => {
    for (let at = bytes.indexOf(search); at >= 0; at = bytes.indexOf(search, at + put.length)) put.copy(bytes, at);
    return bytes;
  };
}
