// Requests that come at a fixed rate whatever is answered, or (without a rate) as fast as they are answered. As lean as
// can be, since it shares the processor with what it loads: raw sockets, one request under way on each.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { obey } from './obey.ts';

export interface Order {
  host: string;
  port: number;
  /** `{n}` becomes another number each time. */
  path: string;
  body: string;
  /** The first of these numbers, and how many there are before they begin again. */
  from: number;
  numbers: number;
  seconds: number;
  /** Requests a second; undefined: each of `connections` asks again as soon as it is answered. */
  rate?: number;
  /** At a fixed rate: the most that are opened. */
  connections: number;
  /** Nobody waits longer for an answer. */
  usefulMilliseconds: number;
}

export interface Arrivals {
  served: number;
  /** Of those, the ones whose answer came within `usefulMilliseconds`. */
  useful: number;
  refused: number;
  /** Neither: broken off, or any other status. */
  lost: number;
  /** Came when every connection was busy. */
  missed: number;
  seconds: number;
  /** Milliseconds from when a request was meant to come; 0 when there was none. */
  servedP50: number;
  servedP99: number;
  refusedP50: number;
  refusedP99: number;
  /** How late the client itself was. */
  lateP99: number;
  /** Of one core. */
  cpu: number;
}

obey(arrive);

async function arrive(order: Order): Promise<Arrivals> {
  const { rate, seconds, connections } = order;
  const idle: Connection[] = [];
  const run = { ...order, next: 0, end: false, lost: 0, missed: 0, served: [], refused: [], late: [] } as Run;
  const all: Connection[] = [];
  const open = () => {
    const connection = new Connection(run, () => {
      if (rate === undefined && !run.end) connection.ask(performance.now());
      else idle.push(connection);
    });
    all.push(connection);
    return connection;
  };
  for (let n = 0; n < connections; n += AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, connections - n) }, () => open().connected()));
  }
  const cpu = process.cpuUsage();
  const begin = performance.now();
  if (rate === undefined) for (const connection of all) connection.ask(begin);
  else {
    idle.push(...all);
    for (let sent = 0; ; ) {
      const passed = performance.now() - begin;
      const due = Math.floor(Math.min(passed, seconds * 1_000) * (rate / 1_000));
      for (; sent < due; sent++) {
        const meant = begin + (sent / rate) * 1_000;
        run.late.push(performance.now() - meant);
        const connection = idle.pop();
        if (connection) connection.ask(meant);
        else run.missed++;
      }
      if (passed >= seconds * 1_000) break;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  if (rate === undefined) await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  run.end = true;
  const took = (performance.now() - begin) / 1_000;
  const used = process.cpuUsage(cpu);
  const served = run.served.length;
  const useful = run.served.filter((took) => took <= order.usefulMilliseconds).length;
  for (const deadline = performance.now() + 10_000; all.some((one) => one.busy) && performance.now() < deadline; )
    await new Promise((resolve) => setTimeout(resolve, 10));
  run.lost += all.filter((one) => one.busy).length;
  for (const one of all) one.close();
  return {
    served,
    useful,
    refused: run.refused.length,
    lost: run.lost,
    missed: run.missed,
    seconds: took,
    servedP50: at(run.served, 0.5),
    servedP99: at(run.served, 0.99),
    refusedP50: at(run.refused, 0.5),
    refusedP99: at(run.refused, 0.99),
    lateP99: at(run.late, 0.99),
    cpu: (used.user + used.system) / 1e6 / took,
  };
}

const AT_A_TIME = 100;

interface Run extends Order {
  next: number;
  end: boolean;
  lost: number;
  missed: number;
  served: number[];
  refused: number[];
  late: number[];
}

class Connection {
  readonly #run: Run;
  readonly #free: () => void;
  #socket: Socket | null = null;
  #meant = 0;
  #text = '';
  busy = false;

  constructor(run: Run, free: () => void) {
    this.#run = run;
    this.#free = free;
  }

  async connected(): Promise<void> {
    this.#socket = this.#connect();
    await once(this.#socket, 'connect');
  }

  ask(meant: number): void {
    this.#socket ??= this.#connect();
    this.#meant = meant;
    this.busy = true;
    const { path, body: pattern, from, numbers } = this.#run;
    const body = pattern.replace('{n}', String(from + (this.#run.next++ % numbers)));
    this.#socket.write(
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      'latin1',
    );
  }

  close(): void {
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({ port: this.#run.port, host: this.#run.host, noDelay: true });
    socket.on('data', (chunk) => this.#read(chunk.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#socket = null;
      if (!this.busy) return;
      this.#run.lost++;
      this.#done();
    });
    return socket;
  }

  #read(chunk: string): void {
    // A connection that was opened and not needed for long is told so.
    if (!this.busy) return;
    const text = this.#text + chunk;
    // Every answer is one object of JSON, and most come in one piece.
    if (!text.endsWith('}')) {
      this.#text = text;
      return;
    }
    this.#text = '';
    const took = performance.now() - this.#meant;
    const status = text.slice(9, 12);
    if (status === '200') this.#run.served.push(took);
    else if (status === '503' || status === '429') this.#run.refused.push(took);
    else this.#run.lost++;
    this.#done();
  }

  #done(): void {
    this.busy = false;
    this.#free();
  }
}

function at(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
}
