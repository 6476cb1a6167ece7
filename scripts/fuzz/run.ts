// Requests of every kind to one service, many at a time, until so many were sent; then all that was told is compared.

import fc from 'fast-check';
import { Pool } from 'undici';
import { wrongOnWire } from './connection.ts';
import { type Operation, operationsOf } from './document.ts';
import { Memory } from './memory.ts';
import { type Answer, wrongWith } from './oracle.ts';
import { People } from './people.ts';
import { type FuzzRequest, Requests } from './requests.ts';
import { type Auth, type FuzzedService, type Size, startFuzzed } from './service.ts';
import { wrongWithStream } from './streams.ts';
import { verdict } from './verdict.ts';
import { type WireCase, wireCases } from './wire.ts';

export interface FuzzOptions {
  size: Size;
  auth: Auth;
  requests: number;
  seed: number;
  /** Of the embedded database, removed afterwards; a fresh one by default. */
  dataDir?: string | undefined;
  say: (line: string) => void;
}

export interface FuzzOutcome {
  sent: number;
  /** Answers by status, those on bare connections too. */
  statuses: ReadonlyMap<string, number>;
  seconds: number;
  acknowledged: { reservations: number; charges: number };
  /** What does not hold, with what was sent; empty when all is well. */
  violations: readonly string[];
}

const CONNECTIONS = 50;
/** One in so many is no request but bytes; one a stream of events. */
const BYTES_EVERY = 32;
const STREAM_EVERY = 401;
const GENERATED_AT_ONCE = 250;
const SAY_EVERY_MILLISECONDS = 5_000;
/** More of the same say nothing new. */
const MOST_VIOLATIONS = 200;

export async function runFuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const { size, auth, say, dataDir } = options;
  say(`starting a fresh service, ${size}, AUTH=${auth} …`);
  const service = await startFuzzed(size, auth, say, dataDir);
  try {
    const operations = await operationsOf(service.urls[0] as string);
    const run = new Run(options, service, operations);
    await run.send();
    const violations = [...run.violations, ...(await judged(service, run))];
    const charges = [...run.memory.charges.values()].reduce((sum, { length }) => sum + length, 0);
    const acknowledged = { reservations: run.memory.reservations.size, charges };
    return { sent: run.sent, statuses: run.statuses, seconds: run.seconds, acknowledged, violations };
  } finally {
    await service.stop();
  }
}

/** What was found before is told even when the service can't be asked any more. */
const judged = (service: FuzzedService, { people, memory }: Run): Promise<string[]> =>
  verdict(service, people, memory).catch((error: Error) => [`what is left can't be compared: ${error.message}`]);

class Run {
  readonly people: People;
  readonly memory = new Memory();
  readonly violations: string[] = [];
  readonly statuses = new Map<string, number>();
  sent = 0;
  seconds = 0;
  readonly #options: FuzzOptions;
  readonly #service: FuzzedService;
  readonly #operations: readonly Operation[];
  readonly #requests: Requests;
  readonly #cases: fc.Arbitrary<WireCase>;
  readonly #pools: readonly Pool[];
  #made: FuzzRequest[] = [];
  #cast: WireCase[] = [];
  #batch = 0;

  constructor(options: FuzzOptions, service: FuzzedService, operations: readonly Operation[]) {
    this.#options = options;
    this.#service = service;
    this.#operations = operations;
    this.people = new People(options.seed, options.auth);
    this.#requests = new Requests(operations, this.people);
    this.#cases = wireCases(this.people);
    this.#pools = service.urls.map(
      (url) => new Pool(url, { connections: CONNECTIONS, pipelining: 1, bodyTimeout: 60_000 }),
    );
  }

  async send(): Promise<void> {
    const began = performance.now();
    const tell = setInterval(() => this.#tell(began), SAY_EVERY_MILLISECONDS);
    const workers = Array.from({ length: CONNECTIONS }, (_, n) => this.#work(n));
    await Promise.all(workers);
    clearInterval(tell);
    this.seconds = (performance.now() - began) / 1_000;
    this.#tell(began);
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }

  /** Whether there is still something to send to somebody. Counts it. */
  #more(): boolean {
    if (this.sent >= this.#options.requests || this.#service.ended() || this.violations.length >= MOST_VIOLATIONS)
      return false;
    this.sent++;
    return true;
  }

  async #work(worker: number): Promise<void> {
    const which = worker % this.#pools.length;
    const pool = this.#pools[which] as Pool;
    while (this.#more()) {
      if (this.sent % BYTES_EVERY === 0) await this.#bytes(this.#service.urls[which] as string);
      else if (this.sent % STREAM_EVERY === 0) await this.#listen(pool, Math.floor(this.sent / STREAM_EVERY));
      else await this.#one(pool, this.#next());
    }
  }

  #next(): FuzzRequest {
    if (this.#made.length === 0) this.#made = this.#requests.some(this.#seed(), GENERATED_AT_ONCE);
    return this.#made.pop() as FuzzRequest;
  }

  #seed = (): number => (this.#options.seed * 7_919 + this.#batch++) | 0;

  async #one(pool: Pool, request: FuzzRequest): Promise<void> {
    const { method, path, headers, body } = request;
    this.memory.sending(request);
    let answer: Answer;
    try {
      const given = await pool.request({ method: method as 'GET', path, headers, body: body ?? null });
      answer = {
        status: given.statusCode,
        headers: given.headers as Record<string, string>,
        text: await given.body.text(),
      };
    } catch (error) {
      this.memory.unanswered(request);
      this.#violated(request, [`no answer: ${(error as Error).message}`]);
      return;
    }
    this.#count(answer.status);
    this.#violated(
      request,
      [...wrongWith(request, answer, this.people), ...this.memory.answered(request, answer)],
      answer,
    );
    this.#learn(request, answer);
  }

  #learn({ operation }: FuzzRequest, { status, text }: Answer): void {
    if (status !== 200 || !operation || !/POST \/api\/v1\/(token|reservation)/.test(operation.id)) return;
    const { userId, token, reservationId } = JSON.parse(text) as Record<string, string>;
    if (token !== undefined) this.people.placed(userId as string, token);
    if (reservationId !== undefined) this.people.reserved({ userId: userId as string, reservationId });
  }

  async #listen(pool: Pool, n: number): Promise<void> {
    const operation = this.#operations.find(({ id }) => id === 'GET /api/v1/token/events') as Operation;
    const wrong = await wrongWithStream(pool, operation, this.people, n).catch((error: Error) => [error.message]);
    for (const one of wrong) this.violations.push(`a stream: ${one}`);
  }

  async #bytes(url: string): Promise<void> {
    if (this.#cast.length === 0)
      this.#cast = fc.sample(this.#cases, { seed: this.#seed(), numRuns: GENERATED_AT_ONCE });
    const one = this.#cast.pop() as WireCase;
    const sent = `bytes, ${one.name}: ${JSON.stringify(one.bytes.toString('latin1').slice(0, 1_500))}`;
    for (const what of await wrongOnWire(url, one)) this.violations.push(`${what}\n    ${sent}`);
    this.#count('raw');
  }

  #count(status: number | string): void {
    this.statuses.set(String(status), (this.statuses.get(String(status)) ?? 0) + 1);
  }

  #violated(request: FuzzRequest, wrong: readonly string[], answer?: Answer): void {
    for (const what of wrong)
      this.violations.push(
        `${what}\n    ${curl(request)}\n    ${answer ? `${answer.status} ${answer.text.slice(0, 600)}` : ''}`,
      );
  }

  #tell(began: number): void {
    const seconds = (performance.now() - began) / 1_000;
    const rate = Math.round(this.sent / seconds);
    const { requests, auth, say } = this.#options;
    const wrong = this.violations.length > 0 ? `, ${this.violations.length} VIOLATIONS` : '';
    say(
      `AUTH=${auth}: ${this.sent} of ${requests} sent, ${rate} a second, ${this.memory.reservations.size} reservations${wrong}`,
    );
  }
}

/** How to send it again by hand. */
function curl({ method, path, headers, body }: FuzzRequest): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  if (body !== undefined) parts.push(`--data-raw ${quoted(body.length > 2_000 ? `${body.slice(0, 2_000)}…` : body)}`);
  return `curl -X ${method} ${parts.join(' ')} "$URL"${quoted(path)}`;
}
