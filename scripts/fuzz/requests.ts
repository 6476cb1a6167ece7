// Requests made from what the service says that it takes: fitting ones, nearly fitting ones, and ones that are neither.
import fc from 'fast-check';
import { checkOf, type JsonSchema, type Operation, type Parameter } from './document.ts';
import { CREDENTIALS, type Credential, type People } from './people.ts';
import { fitting, type Literal, oddLiteral, oddText } from './values.ts';

export interface FuzzRequest {
  /** None for paths and methods beside those of the document. */
  operation: Operation | undefined;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  /** Whose credentials it has. */
  actor: string;
  credential: Credential;
  /** Whether it is as the document says: not known where that would take more than the document says. */
  fits: boolean | undefined;
  /** Parameters as the service should understand them. */
  asked: Record<string, unknown>;
}

/** How often each is asked for; what is not named, 20. */
const WEIGHT: Record<string, number> = {
  'POST /api/v1/token/create': 1_200,
  'GET /api/v1/token': 800,
  'DELETE /api/v1/token': 60,
  'GET /api/v1/queue/{queueId}': 300,
  'GET /api/v1/wallet/{userId}': 500,
  'GET /api/v1/wallet/{userId}/entries': 200,
  'POST /api/v1/wallet/{userId}/charge': 800,
  'POST /api/v1/reservation': 1_300,
  'POST /api/v1/reservation/hold': 900,
  'POST /api/v1/reservation/{reservationId}/pay': 800,
  'DELETE /api/v1/reservation/{reservationId}': 700,
  'GET /api/v1/reservation/{reservationId}': 400,
  'GET /api/v1/reservation': 60,
  'GET /api/v1/concerts/{concertId}/schedules/{concertScheduleId}/seats': 5,
  'GET /ops/api/audit': 1,
  'GET /metrics': 4,
};
/** A stream has no end to wait for; see streams.ts. A challenge would keep out everybody here, who solve none. */
const ELSEWHERE = ['GET /api/v1/token/events', 'PATCH /ops/api/queues/{queueId}/challenge'];
const BESIDE_WEIGHT = 250;

const BESIDE: readonly [method: string, path: string][] = [
  ...['/', '/ops', '/me', '/tickets', '/concerts/123', '/docs', '/docs/json', '/openapi.json', '/assets/no.js'].map(
    (path): [string, string] => ['GET', path],
  ),
  ...['/api/v1/concerts', '/api/v1/wallet/a', '/healthz', '/metrics'].map((path): [string, string] => ['HEAD', path]),
  ...['PUT', 'PATCH', 'OPTIONS', 'TRACE'].map((method): [string, string] => [method, '/api/v1/reservation']),
  ...['/api/v1/token/create', '/ops/api/audit', '/nowhere', '/api/v1/', '//', '/.env', '/api/v1/concerts/'].flatMap(
    (path): [string, string][] => [
      ['GET', path],
      ['POST', path],
      ['DELETE', path],
    ],
  ),
];

const ODD_HEADERS: readonly Record<string, string>[] = [
  { 'x-forwarded-for': '127.0.0.1, 10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=_hidden' },
  { 'x-http-method-override': 'DELETE', 'x-original-url': '/ops/api/audit', 'x-rewrite-url': '/metrics' },
  { 'accept-encoding': 'gzip;q=0, br;q=1e9, *;q=-1', 'accept-language': 'ko;q=9,*' },
  { accept: 'text/markdown', range: 'bytes=0-0,-1', 'if-none-match': '*', 'if-modified-since': 'never' },
  { cookie: 'a=b; '.repeat(500) },
  { 'x-request-id': '\u00ff\u00fe', origin: 'null', referer: 'javascript:alert(1)' },
  { 'content-encoding': 'gzip' },
];
const TYPES = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'APPLICATION/JSON',
  '',
];

/** Draws a value, as the seed has it. */
type Draw = fc.GeneratorValue;

export class Requests {
  readonly #people: People;
  readonly #operations: readonly Operation[];
  readonly #which: fc.Arbitrary<Operation | undefined>;
  readonly #users: fc.Arbitrary<string>;
  readonly #values = new Map<string, fc.Arbitrary<unknown>>();

  constructor(operations: readonly Operation[], people: People) {
    this.#people = people;
    this.#operations = operations.filter(({ id }) => !ELSEWHERE.includes(id));
    this.#users = fc.constantFrom(...people.users);
    this.#which = fc.oneof(
      ...this.#operations.map((operation) => ({
        weight: WEIGHT[operation.id] ?? 20,
        arbitrary: fc.constant(operation),
      })),
      { weight: BESIDE_WEIGHT, arbitrary: fc.constant(undefined) },
    );
  }

  /** The same requests for the same seed, but for what is known of earlier answers by now. */
  some(seed: number, count: number): FuzzRequest[] {
    return fc.sample(fc.gen(), { seed, numRuns: count }).map((draw) => this.#next(draw));
  }

  #next(draw: Draw): FuzzRequest {
    const operation = draw(() => this.#which);
    if (!operation) return this.#beside(draw);
    const { named, own } = this.#named(draw, operation);
    const credential = this.#credential(draw, operation);
    const actor = credential === 'other' ? draw(() => this.#users) : named;
    const url = this.#url(draw, operation, named, own);
    const headers = this.#headers(draw, operation, actor, credential);
    const body = this.#body(draw, operation, named, headers);
    const fits = and(url.fits, and(body.fits, headersFit(operation, headers, body.text)));
    const asked = { ...url.asked, ...body.asked };
    return {
      // Without a part of its path it is a request for something else.
      operation: url.astray ? undefined : operation,
      method: operation.method,
      path: url.path,
      headers,
      body: body.text,
      actor,
      credential,
      fits,
      asked,
    };
  }

  #beside(draw: Draw): FuzzRequest {
    const [method, path] = oneOf(draw, BESIDE);
    const headers = {
      ...(chance(draw, 10) && oneOf(draw, ODD_HEADERS)),
    };
    const nobody = { actor: this.#people.users[0] as string, credential: 'none' as const, asked: {} };
    return { operation: undefined, method, path, headers, body: undefined, fits: undefined, ...nobody };
  }

  /** Whom a request names: whoever a reservation belongs to, most of the time, where one is asked for. */
  #named(draw: Draw, { template }: Operation): { named: string; own: string | undefined } {
    const { reservations } = this.#people;
    if (template.includes('{reservationId}') && reservations.length > 0 && chance(draw, 85)) {
      const { userId, reservationId } = reservations[
        draw(fc.nat) % reservations.length
      ] as (typeof reservations)[number];
      return { named: userId, own: reservationId };
    }
    return { named: draw(() => this.#users), own: undefined };
  }

  #credential(draw: Draw, { operators, id }: Operation): Credential {
    if (chance(draw, 8)) return oneOf(draw, CREDENTIALS);
    if (operators) return 'ops';
    return id !== 'POST /api/v1/token/create' && chance(draw, 30) ? 'place' : 'right';
  }

  #url(draw: Draw, { template, parameters, id }: Operation, actor: string, own: string | undefined) {
    let fits: boolean | undefined = true;
    let astray = false;
    const asked: Record<string, unknown> = {};
    const segment = ({ name, schema }: Parameter): string => {
      const odd = chance(draw, 4);
      const text = odd
        ? draw(() => oddText).toWellFormed()
        : own && name === 'reservationId'
          ? own
          : id === 'PATCH /ops/api/queues/{queueId}'
            ? oneOf(draw, ['side', 'small', '__proto__'])
            : String(this.#fitting(draw, name, schema, actor));
      asked[name] = text;
      if (text === '') astray = true;
      fits = and(fits, checkOf(schema)(text));
      if (!odd || !chance(draw, 10)) return encodeURIComponent(text);
      fits = false;
      return `${encodeURIComponent(text)}%zz`;
    };
    const path = template.replace(/\{([^}]+)\}/g, (_, name: string) =>
      segment(parameters.find((one) => one.in === 'path' && one.name === name) as Parameter),
    );
    const query: string[] = [];
    for (const { name, schema } of parameters.filter((one) => one.in === 'query')) {
      if (!chance(draw, name === 'userId' ? 85 : 40)) continue;
      const text = chance(draw, 6)
        ? draw(() => oddText).toWellFormed()
        : String(this.#fitting(draw, name, schema, actor));
      query.push(`${name}=${encodeURIComponent(text)}`);
      asked[name] = text;
      fits = and(fits, checkOf(schema)(text));
      if (!chance(draw, 3)) continue;
      query.push(`${name}=${encodeURIComponent(text)}`);
      fits = false;
    }
    if (chance(draw, 3)) query.push(oneOf(draw, ['x=1', '__proto__=1', '&&', 'userId[]=a', '=', 'a%']));
    return { path: query.length > 0 ? `${path}?${query.join('&')}` : path, fits, asked, astray };
  }

  #fitting(draw: Draw, name: string, schema: JsonSchema, actor: string): unknown {
    if (name === 'userId') return chance(draw, 94) ? actor : draw(() => this.#users);
    const key = `${name} ${JSON.stringify(schema)}`;
    const values = this.#values.get(key) ?? fitting(name, schema, this.#people);
    this.#values.set(key, values);
    return draw(() => values);
  }

  #headers(draw: Draw, { method }: Operation, actor: string, credential: Credential): Record<string, string> {
    const headers: Record<string, string> = {};
    const authorization = this.#people.authorization(credential, actor, draw(fc.nat, 9_999));
    if (authorization !== undefined) headers.authorization = authorization;
    if (method === 'POST' && chance(draw, 30)) headers['idempotency-key'] = keyOf(draw);
    if (chance(draw, 4)) Object.assign(headers, oneOf(draw, ODD_HEADERS));
    return headers;
  }

  #body(draw: Draw, operation: Operation, actor: string, headers: Record<string, string>) {
    const { body: schema, bodyNeeded, method } = operation;
    if (!schema) {
      if (method !== 'DELETE' || !chance(draw, 3)) return { text: undefined, fits: true, asked: {} };
      headers['content-type'] = 'application/json';
      return { text: draw(() => oddLiteral), fits: undefined, asked: {} };
    }
    if (chance(draw, bodyNeeded ? 2 : 40)) return { text: undefined, fits: !bodyNeeded, asked: {} };
    headers['content-type'] = chance(draw, 3) ? (oneOf(draw, TYPES) as string) : 'application/json';
    const text = this.#bodyText(draw, schema, actor);
    // In JSON's name, nothing is a missing body.
    if (text === '') return { text, fits: !bodyNeeded, asked: {} };
    const { value, broken } = parsed(text);
    // JSON that could reach a prototype is refused whatever the document says.
    const risky = /__proto__|constructor|\\u/.test(text);
    const fits = !broken && checkOf(schema)(value);
    return { text, fits: fits && risky ? undefined : fits, asked: fits ? (value as Record<string, unknown>) : {} };
  }

  #bodyText(draw: Draw, schema: JsonSchema, actor: string): Literal {
    const { properties = {}, required = [] } = schema as {
      properties?: Record<string, JsonSchema>;
      required?: string[];
    };
    const fields: [string, Literal][] = Object.entries(properties)
      .filter(([name]) => required.includes(name) || chance(draw, 40))
      .map(([name, one]) => [name, JSON.stringify(this.#fitting(draw, name, one, actor))]);
    const n = fields.length > 0 ? draw(fc.nat, fields.length - 1) : 0;
    switch (chance(draw, 12) ? draw(fc.nat, 7) : -1) {
      case 0:
      case 1:
        if (fields[n]) fields[n][1] = draw(() => oddLiteral);
        break;
      case 2:
        fields.splice(n, 1);
        break;
      case 3:
        fields.push([draw(() => oddText), draw(() => oddLiteral)]);
        break;
      case 4:
        if (fields[n]) fields.push([fields[n][0], draw(() => oddLiteral)]);
        break;
      case 5:
        return draw(() => oddLiteral);
      case 6:
        return written(fields).slice(0, draw(fc.nat, 60));
      case 7:
        return chance(draw, 5) ? `{"userId":"${'a'.repeat(1_100_000)}"}` : `[${written(fields)}]`;
    }
    return written(fields);
  }
}

const oneOf = <T>(draw: Draw, some: readonly T[]): T => some[draw(fc.nat, some.length - 1)] as T;

const chance = (draw: Draw, percent: number): boolean => draw(fc.nat, 99) < percent;

const written = (fields: readonly [string, Literal][]): Literal =>
  `{${fields.map(([name, literal]) => `${JSON.stringify(name)}:${literal}`).join(',')}}`;

/** Some come again and again, so that the same key comes with the same and with other requests. */
function keyOf(draw: Draw): string {
  if (chance(draw, 4)) return oneOf(draw, [' ', 'two words', 'é', 'k'.repeat(255), 'k'.repeat(256), '"{}"']);
  return chance(draw, 25) ? `again-${draw(fc.nat, 5)}` : `once-${draw(fc.nat)}-${draw(fc.nat)}`;
}

function parsed(text: string): { value: unknown; broken: boolean } {
  try {
    return { value: JSON.parse(text), broken: false };
  } catch {
    return { value: undefined, broken: true };
  }
}

function headersFit({ parameters }: Operation, headers: Record<string, string>, body: string | undefined): boolean {
  const { 'idempotency-key': key, 'content-type': type, 'content-encoding': encoding } = headers;
  const keyed = parameters.find(({ name }) => name === 'Idempotency-Key');
  if (key !== undefined && keyed && !checkOf(keyed.schema)(key)) return false;
  if (encoding !== undefined) return false;
  return body === undefined || /^application\/json\b/i.test(type ?? '');
}

/** False wins over not knowing, and that over true. */
function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}
