// One connection of one virtual user. undici keeps it alive, speaks HTTP/1.1 on it and opens it anew when the server
// has closed it; this class times what undici does not tell.
import type net from 'node:net';
import tls from 'node:tls';
import { Client, type Dispatcher } from 'undici';
import { type ConnectSettings, openConnection } from './connect.ts';

/** As long as Go's client keeps an idle connection; a server's own `Keep-Alive: timeout` shortens it. */
const IDLE_MS = 90_000;

export interface Peer {
  readonly ip: string;
  readonly port: number;
  readonly tlsVersion: string;
  readonly tlsCipherSuite: string;
}

const noPeer: Peer = { ip: '', port: 0, tlsVersion: '', tlsCipherSuite: '' };

export class Connection {
  busy = false;
  closed = false;
  peer = noPeer;
  /** How long the latest opening took; taken by the request that caused it. */
  #opening: { connectingMs: number; tlsHandshakingMs: number } | undefined;
  #wire: net.Socket | undefined;
  #sent = 0;
  #received = 0;
  readonly #client: Client;

  constructor(origin: URL, settings: ConnectSettings) {
    this.#client = new Client(origin.origin, {
      pipelining: 1,
      connect: (_options, callback) => {
        openConnection(origin, settings).then(
          (opened) => {
            this.#count();
            this.#wire = opened.wire;
            this.#opening = opened;
            this.peer = peerOf(opened.socket);
            callback(null, opened.socket);
          },
          (error: Error) => callback(error, null),
        );
      },
      connectTimeout: 0,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_MS,
      strictContentLength: false,
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.busy = true;
    this.#client.dispatch(options, handler);
  }

  takeOpening(): { connectingMs: number; tlsHandshakingMs: number } | undefined {
    const opening = this.#opening;
    this.#opening = undefined;
    return opening;
  }

  /** Bytes on the wire since the last time this was asked. */
  takeTraffic(): { sent: number; received: number } {
    const open = this.#wire;
    const sent = this.#sent + (open?.bytesWritten ?? 0);
    const received = this.#received + (open?.bytesRead ?? 0);
    this.#sent = -(open?.bytesWritten ?? 0);
    this.#received = -(open?.bytesRead ?? 0);
    return { sent, received };
  }

  /** Before another socket takes over: what the last one carried. */
  #count(): void {
    this.#sent += this.#wire?.bytesWritten ?? 0;
    this.#received += this.#wire?.bytesRead ?? 0;
  }

  close(): void {
    this.closed = true;
    this.#client.destroy().catch(() => undefined);
  }
}

function peerOf(socket: net.Socket): Peer {
  const secure = socket instanceof tls.TLSSocket ? socket : undefined;
  return {
    ip: socket.remoteAddress ?? '',
    port: socket.remotePort ?? 0,
    tlsVersion: secure?.getProtocol()?.replace('TLSv', 'tls') ?? '',
    tlsCipherSuite: secure?.getCipher().standardName ?? '',
  };
}
