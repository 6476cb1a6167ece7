// A client written from the contract page alone. It looks at every answer as a stranger would: status, headers, each
// field and its type, and that there is no other field.
import { createHmac } from 'node:crypto';
import {
  AUDIT_CHECK,
  is,
  isCount,
  isInteger,
  isList,
  isText,
  isTime,
  PLACE,
  PLACE_WITH_TOKEN,
  PROBLEM,
  QUEUE,
  RESERVATION,
  SEAT,
  type Shape,
  STATUS,
} from './shapes.ts';

export interface Target {
  url: string;
  opsToken: string;
  /** Signs logins where the service asks for them. */
  identitySecret?: string;
}

interface Got {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

/** Walks the contract page against a service. Returns every deviation, and the codes that were met. */
export class StrictClient {
  readonly deviations: string[] = [];
  readonly codes = new Set<string>();
  readonly #target: Target;
  readonly #tag = Math.random().toString(36).slice(2, 8);

  constructor(target: Target) {
    this.#target = target;
  }

  async walk(): Promise<void> {
    const user = this.#name('a');
    const other = this.#name('b');
    await this.#catalogue();
    await this.#queue(user, other);
    await this.#wallet(user, other);
    await this.#reservations(user, other);
    await this.#requests(user);
    await this.#operators();
  }

  #name = (one: string) => `strict.${one}:${this.#tag}@x_-`;

  async #catalogue(): Promise<void> {
    const { items: concerts } = await this.#ok('GET', '/api/v1/concerts', { items: isList });
    const known = (concerts as { concertId: number }[]).some(({ concertId }) => concertId === 123);
    this.#expect(known, 'GET /api/v1/concerts has no concert 123');
    await this.#ok('GET', '/api/v1/concerts/123/schedules', { items: isList });
    const { items } = await this.#ok('GET', '/api/v1/concerts/123/schedules/456/seats', { items: isList });
    const seats = items as Record<string, unknown>[];
    for (const seat of seats) this.#shape('a seat', seat, SEAT);
    const section = seats.find(({ seatId }) => seatId === 1);
    this.#expect(section?.kind === 'STANDING' && section.capacity === 100_000, 'seatId 1 is no section of 100,000');
    const numbered = seats
      .filter(({ kind, capacity }) => kind === 'SEAT' && capacity === 1)
      .map(({ seatId }) => seatId);
    this.#expect(
      [1001, 3000].every((id) => numbered.includes(id)),
      'seatIds 1001 to 3000 are not there',
    );
    await this.#refused('GET', '/api/v1/concerts/999999/schedules', 'CONCERT_NOT_FOUND');
    await this.#refused('GET', '/api/v1/concerts/123/schedules/999999/seats', 'SCHEDULE_NOT_FOUND');
    await this.#refused('GET', '/api/v1/concerts/x/schedules', 'VALIDATION_FAILED');
  }

  async #queue(user: string, other: string): Promise<void> {
    const queueId = this.#name('q');
    await this.#patch(queueId, { cap: 1 });
    const enter = (userId: string) =>
      this.#ok('POST', '/api/v1/token/create', PLACE_WITH_TOKEN, { as: userId, body: { userId, queueId } });
    const first = await enter(user);
    this.#expect(first.status === 'ACTIVE' && first.position === 0, 'the first is not let in');
    const second = await enter(other);
    this.#expect(second.status === 'WAITING' && second.position === 1, 'the second does not wait');
    const again = await enter(other);
    this.#expect(again.ticket === second.ticket, 'entering again gave another place');
    const bearer = { authorization: `Bearer ${second.token}` };
    await this.#ok('GET', '/api/v1/token', PLACE_WITH_TOKEN, { headers: bearer });
    await this.#events(bearer);
    const overview = await this.#send('GET', `/api/v1/queue/${queueId}`);
    this.#shape('the queue', overview.json, QUEUE);
    this.#expect(overview.headers.get('cache-control') === 'public, max-age=1', 'the queue is not cacheable');
    this.#expect(overview.json.cap === 1 && overview.json.active === 1, 'the queue has other figures');
    const left = await this.#send('DELETE', '/api/v1/token', { headers: { authorization: `Bearer ${first.token}` } });
    this.#expect(left.status === 204 && left.text === '', `leaving is answered ${left.status}`);
    const admitted = await this.#ok('GET', '/api/v1/token', PLACE_WITH_TOKEN, { headers: bearer });
    this.#expect(admitted.status === 'ACTIVE', 'the next one is not admitted at once');
    await this.#refused('GET', '/api/v1/token', 'NOT_IN_QUEUE', {
      headers: { authorization: `Bearer ${first.token}` },
    });
    await this.#refused('GET', '/api/v1/token', 'UNAUTHENTICATED', { headers: { authorization: 'Bearer forged' } });
    await this.#refused('GET', `/api/v1/queue/${this.#name('never')}`, 'NOT_FOUND');
    const wrongLine = { headers: bearer };
    await this.#refused('GET', '/api/v1/token?queueId=elsewhere', 'UNAUTHENTICATED', wrongLine);
  }

  async #events(headers: Record<string, string>): Promise<void> {
    const leave = new AbortController();
    const response = await fetch(`${this.#target.url}/api/v1/token/events`, { headers, signal: leave.signal });
    this.#expect(response.headers.get('content-type')?.startsWith('text/event-stream') ?? false, 'no event stream');
    let text = '';
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (/event: .+\ndata: .+\n\n/.test(text)) break;
    }
    leave.abort();
    const [, event, data] = /event: (\w+)\ndata: (.+)\n\n/.exec(text) ?? [];
    this.#expect(['position', 'active', 'expired'].includes(event as string), `the event ${event}`);
    this.#shape('the data of an event', JSON.parse(data as string), PLACE);
  }

  async #wallet(user: string, other: string): Promise<void> {
    const path = `/api/v1/wallet/${user}`;
    const wallet: Shape = { userId: is(user), balance: isCount };
    const { balance } = await this.#ok('GET', path, wallet, { as: user });
    const charge = { as: user, body: { amount: 5 }, headers: { 'idempotency-key': `k-${this.#tag}` } };
    const charged = await this.#send('POST', `${path}/charge`, charge);
    this.#shape('a charge', charged.json, wallet);
    this.#expect(charged.json.balance === (balance as number) + 5, 'a charge of 5 did not add 5');
    const replayed = await this.#send('POST', `${path}/charge`, charge);
    this.#expect(replayed.text === charged.text, 'a replay is not the first answer, byte for byte');
    this.#expect(replayed.headers.get('idempotency-replayed') === 'true', 'a replay does not say so');
    await this.#refused('POST', `${path}/charge`, 'IDEMPOTENCY_KEY_REUSED', { ...charge, body: { amount: 6 } });
    const { items, nextCursor } = (await this.#send('GET', `${path}/entries?limit=1`, { as: user })).json;
    const [entry] = items as Record<string, unknown>[];
    this.#shape('an entry', entry ?? {}, { entryId: isInteger, amount: is(5), kind: is('CHARGE'), at: isTime });
    const older = (await this.#send('GET', `${path}/entries?cursor=${nextCursor}`, { as: user })).json;
    const [opening] = older.items as Record<string, unknown>[];
    this.#expect(
      opening?.kind === 'OPENING' && opening.amount === balance,
      'the ledger does not begin with its opening',
    );
    for (const amount of [0, -1, 1.5, '5', 2 ** 53, null])
      await this.#refused('POST', `${path}/charge`, 'VALIDATION_FAILED', { as: user, body: { amount } });
    if (this.#target.identitySecret) {
      await this.#refused('GET', path, 'NOT_FOUND', { as: other });
      await this.#refused('GET', path, 'UNAUTHENTICATED');
      const body = { userId: user };
      await this.#refused('POST', '/api/v1/token/create', 'FORBIDDEN', { as: other, body });
    }
  }

  async #reservations(user: string, other: string): Promise<void> {
    const queueId = this.#name('r');
    const seatId = 2_000 + (Number.parseInt(this.#tag, 36) % 900);
    const body = (userId: string, seat = seatId) => ({
      userId,
      concertId: 123,
      concertScheduleId: 456,
      seatId: seat,
      queueId,
    });
    const reserve = '/api/v1/reservation';
    const asked = (userId: string, seat = seatId) => ({ as: userId, body: body(userId, seat) });
    await this.#refused('POST', reserve, 'NOT_ADMITTED', asked(user));
    for (const userId of [user, other])
      await this.#ok('POST', '/api/v1/token/create', PLACE_WITH_TOKEN, { as: userId, body: { userId, queueId } });
    const bought = await this.#ok(
      'POST',
      reserve,
      { ...RESERVATION, status: is('CONFIRMED'), heldUntil: is(null), confirmedAt: isTime, balance: isCount },
      asked(user),
    );
    const again = await this.#ok('POST', reserve, RESERVATION, asked(user));
    this.#expect(again.reservationId === bought.reservationId, 'one’s own seat again is another reservation');
    await this.#refused('POST', reserve, 'SEAT_TAKEN', asked(other));
    await this.#refused('POST', reserve, 'SEAT_NOT_FOUND', asked(user, 999_999));
    await this.#refused('POST', reserve, 'CONCERT_NOT_FOUND', {
      as: user,
      body: { ...body(user), concertId: 999_999 },
    });
    await this.#refused('POST', reserve, 'SCHEDULE_NOT_FOUND', {
      as: user,
      body: { ...body(user), concertScheduleId: 999_999 },
    });
    const held = await this.#ok(
      'POST',
      `${reserve}/hold`,
      { ...RESERVATION, status: is('HELD'), heldUntil: isTime, confirmedAt: is(null) },
      asked(other, seatId + 1),
    );
    const path = `${reserve}/${held.reservationId}`;
    await this.#ok('GET', path, { ...RESERVATION, status: is('HELD') }, { as: other });
    await this.#ok('POST', `${path}/pay`, { ...RESERVATION, status: is('CONFIRMED') }, { as: other });
    await this.#ok('DELETE', path, { ...RESERVATION, status: is('CANCELLED') }, { as: other });
    await this.#refused('POST', `${path}/pay`, 'RESERVATION_CLOSED', { as: other });
    await this.#refused(
      'GET',
      `${reserve}/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}`,
      'RESERVATION_NOT_FOUND',
      { as: user },
    );
    const { items } = await this.#ok('GET', `${reserve}?userId=${user}`, { items: isList }, { as: user });
    for (const one of items as Record<string, unknown>[]) this.#shape('a reservation of a list', one, RESERVATION);
    if (this.#target.identitySecret) {
      await this.#refused('GET', `${reserve}/${bought.reservationId}`, 'RESERVATION_NOT_FOUND', { as: other });
      await this.#refused('POST', reserve, 'FORBIDDEN', { as: other, body: body(user) });
    }
    // A hold that nobody pays ends; the service under test holds for a second.
    const late = await this.#ok('POST', `${reserve}/hold`, RESERVATION, asked(user, seatId + 2));
    await new Promise((resolve) => setTimeout(resolve, Date.parse(late.heldUntil as string) - Date.now() + 100));
    await this.#refused('POST', `${reserve}/${late.reservationId}/pay`, 'HOLD_EXPIRED', { as: user });
    await this.#limits(user, queueId, seatId);
  }

  /** The service under test lets a user have three seats and opens wallets with money for little more than one. */
  async #limits(user: string, queueId: string, seatId: number): Promise<void> {
    const body = (seat: number) => ({ userId: user, concertId: 123, concertScheduleId: 456, seatId: seat, queueId });
    await this.#ok('POST', '/api/v1/reservation/hold', RESERVATION, { as: user, body: body(seatId + 3) });
    await this.#ok('POST', '/api/v1/reservation/hold', RESERVATION, { as: user, body: body(seatId + 4) });
    await this.#refused('POST', '/api/v1/reservation/hold', 'SEAT_LIMIT_REACHED', { as: user, body: body(seatId + 5) });
    const poor = this.#name('poor');
    await this.#ok('POST', '/api/v1/token/create', PLACE_WITH_TOKEN, { as: poor, body: { userId: poor, queueId } });
    const buy = (seat: number) => ({ as: poor, body: { ...body(seat), userId: poor } });
    await this.#ok('POST', '/api/v1/reservation', RESERVATION, buy(seatId + 6));
    await this.#refused('POST', '/api/v1/reservation', 'INSUFFICIENT_BALANCE', buy(seatId + 7));
  }

  async #requests(user: string): Promise<void> {
    const path = '/api/v1/token/create';
    await this.#refused('POST', path, 'MALFORMED_JSON', { as: user, raw: '{"userId":' });
    await this.#refused('POST', path, 'VALIDATION_FAILED', { as: user, body: { userId: user, extra: 1 } });
    await this.#refused('POST', path, 'BODY_TOO_LARGE', { as: user, raw: `"${'a'.repeat(1_048_577)}"` });
    const headers = { 'content-type': 'text/plain' };
    await this.#refused('POST', path, 'UNSUPPORTED_MEDIA_TYPE', { as: user, raw: '{}', headers });
    const refused = await this.#refused('PUT', path, 'METHOD_NOT_ALLOWED');
    this.#expect(refused.headers.get('allow') === 'POST', `Allow: ${refused.headers.get('allow')}`);
    await this.#refused('GET', '/api/v1/nothing', 'NOT_FOUND');
    for (const open of ['/healthz', '/readyz', '/openapi.json', '/docs', '/ops'])
      this.#expect((await this.#send('GET', open)).status === 200, `${open} is not open to all`);
  }

  async #operators(): Promise<void> {
    const headers = { authorization: `Bearer ${this.#target.opsToken}` };
    const checklist = await this.#ok(
      'GET',
      '/ops/api/checklist',
      { checkedAt: isTime, areas: (value) => typeof value === 'object' },
      { headers },
    );
    const areas = checklist.areas as Record<string, { status: string; items: Record<string, unknown>[] }>;
    this.#expect(Object.keys(areas).sort().join() === 'db,kafka,logs,redis,scheduler', 'the checklist has other areas');
    for (const { status } of Object.values(areas))
      this.#expect(is('OK', 'WARN', 'DOWN', 'OFF')(status), `an area is ${status}`);
    const audit = await this.#ok('GET', '/ops/api/audit', { ok: is(true), checks: isList }, { headers });
    for (const check of audit.checks as Record<string, unknown>[]) this.#shape('a check', check, AUDIT_CHECK);
    for (const path of ['dead-letters', 'incidents'])
      await this.#ok('GET', `/ops/api/${path}`, { items: isList }, { headers });
    await this.#ok(
      'POST',
      '/ops/api/dead-letters/replay',
      { dryRun: is(true), count: isCount, items: isList },
      { headers, body: { dryRun: true } },
    );
    for (const path of ['', '/report', '/affected-users'])
      await this.#refused('GET', `/ops/api/incidents/999${path}`, 'NOT_FOUND', { headers });
    for (const path of ['/ops/api/audit', '/metrics']) await this.#refused('GET', path, 'UNAUTHENTICATED');
    this.#expect((await this.#send('GET', '/metrics', { headers })).text.includes('# TYPE'), 'the metrics are none');
  }

  async #patch(queueId: string, body: Record<string, unknown>): Promise<void> {
    const headers = { authorization: `Bearer ${this.#target.opsToken}` };
    const { status, json } = await this.#send('PATCH', `/ops/api/queues/${queueId}`, { headers, body });
    this.#expect(status === 200 && json.cap === body.cap, `the cap is ${json.cap}, not ${body.cap}`);
    const read = await this.#send('GET', `/ops/api/queues/${queueId}`, { headers });
    for (const name of ['cap', 'state', 'activeSeconds', 'releaseOnConfirm'])
      this.#expect(name in read.json, `a queue of the operators has no ${name}`);
  }

  async #ok(method: string, path: string, shape: Shape, options: Options = {}): Promise<Record<string, unknown>> {
    const { status, headers, json, text } = await this.#send(method, path, options);
    this.#expect(status === 200, `${method} ${path} is answered ${status} ${text}`);
    this.#expect(/^application\/json\b/.test(headers.get('content-type') ?? ''), `${method} ${path} is no JSON`);
    this.#shape(`${method} ${path}`, json, shape);
    return json;
  }

  async #refused(method: string, path: string, code: string, options: Options = {}): Promise<Got> {
    const got = await this.#send(method, path, options);
    const { status, headers, json, text } = got;
    this.#expect(status === STATUS[code] && json.code === code, `${method} ${path}: ${status} ${text}, not ${code}`);
    this.#expect(headers.get('content-type') === 'application/problem+json', `${code} is no problem+json`);
    const { errors, ...rest } = json;
    this.#shape(code, rest, { ...PROBLEM, status: is(status) });
    for (const error of (errors ?? []) as Record<string, unknown>[])
      this.#shape('an error', error, { path: (value) => typeof value === 'string', message: isText });
    this.codes.add(code);
    return got;
  }

  async #send(method: string, path: string, { as, body, raw, headers = {} }: Options = {}): Promise<Got> {
    const login = as !== undefined && this.#target.identitySecret ? { authorization: `Bearer ${this.#login(as)}` } : {};
    const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const type = text === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(this.#target.url + path, {
      method,
      headers: { ...type, ...login, ...headers },
      ...(text !== undefined && { body: text }),
    });
    const answered = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      text: answered,
      json: isJson ? JSON.parse(answered) : {},
    };
  }

  #login(userId: string): string {
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded({ sub: userId, exp: Math.floor(Date.now() / 1_000) + 600 })}`;
    return `${signed}.${createHmac('sha256', this.#target.identitySecret as string)
      .update(signed)
      .digest('base64url')}`;
  }

  #shape(what: string, value: Record<string, unknown>, shape: Shape): void {
    for (const [name, fits] of Object.entries(shape))
      this.#expect(name in value && fits(value[name]), `${what}: ${name} is ${JSON.stringify(value[name])}`);
    for (const name of Object.keys(value))
      this.#expect(name in shape, `${what} has ${name}, which the page does not name`);
  }

  #expect(holds: boolean, otherwise: string): void {
    if (!holds) this.deviations.push(otherwise);
  }
}

interface Options {
  as?: string;
  body?: unknown;
  raw?: string;
  headers?: Record<string, string>;
}
