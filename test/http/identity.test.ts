// Who is asking: every route that names a user, with every kind of credential that must not work.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QueueTokens } from '../../server/identity/queue-tokens.ts';
import { openEvents } from '../support/events.ts';
import { OPS_TOKEN } from '../support/service.ts';
import { bearer, hs256, IDENTITY_SECRET, inAnHour, TOKEN, TOKEN_SECRET } from './support/modes.ts';
import { expectProblem, fresh, type User, World } from './support/world.ts';

type Place = User & { queueId: string; token: string; ticket: number };

interface Route {
  method: string;
  path: (whose: Place) => string;
  body?: (whose: Place) => unknown;
  /** What somebody else gets who proves who they are. */
  others: readonly [number, string];
  /** Whether a request without a queueId means the line of the token. */
  namesLine: boolean;
}

const SEAT = { concertId: 123, concertScheduleId: 456, seatId: 1 };
const NOT_MINE = [404, 'RESERVATION_NOT_FOUND'] as const;
const reservation = (whose: Place) => `/api/v1/reservation/${held.get(whose.id)}`;
/** A hold of each user, so that a refusal is about who asks and not about what is missing. */
const held = new Map<string, string>();

const query = ({ id, queueId }: Place) => `?userId=${id}&queueId=${queueId}`;
const seatOf = ({ id, queueId }: Place) => ({ userId: id, queueId, ...SEAT });

const ROUTES: Record<string, Route> = {
  'token/create': {
    method: 'POST',
    path: () => '/api/v1/token/create',
    body: ({ id, queueId }) => ({ userId: id, queueId }),
    others: [403, 'FORBIDDEN'],
    namesLine: false,
  },
  token: { method: 'GET', path: (p) => `/api/v1/token${query(p)}`, others: [404, 'NOT_IN_QUEUE'], namesLine: true },
  'token/events': {
    method: 'GET',
    path: (p) => `/api/v1/token/events${query(p)}`,
    others: [404, 'NOT_IN_QUEUE'],
    namesLine: true,
  },
  'token, leaving': {
    method: 'DELETE',
    path: (p) => `/api/v1/token${query(p)}`,
    others: [404, 'NOT_IN_QUEUE'],
    namesLine: true,
  },
  wallet: { method: 'GET', path: (p) => `/api/v1/wallet/${p.id}`, others: [404, 'NOT_FOUND'], namesLine: false },
  'wallet/entries': {
    method: 'GET',
    path: (p) => `/api/v1/wallet/${p.id}/entries`,
    others: [404, 'NOT_FOUND'],
    namesLine: false,
  },
  'wallet/charge': {
    method: 'POST',
    path: (p) => `/api/v1/wallet/${p.id}/charge`,
    body: () => ({ amount: 1 }),
    others: [404, 'NOT_FOUND'],
    namesLine: false,
  },
  reservation: {
    method: 'POST',
    path: () => '/api/v1/reservation',
    body: seatOf,
    others: [403, 'FORBIDDEN'],
    namesLine: true,
  },
  'reservation/hold': {
    method: 'POST',
    path: () => '/api/v1/reservation/hold',
    body: seatOf,
    others: [403, 'FORBIDDEN'],
    namesLine: true,
  },
  'reservations, a list': {
    method: 'GET',
    path: ({ id }) => `/api/v1/reservation?userId=${id}`,
    others: [403, 'FORBIDDEN'],
    namesLine: false,
  },
  'reservations, one': { method: 'GET', path: reservation, others: NOT_MINE, namesLine: false },
  'reservations, paying': {
    method: 'POST',
    path: (p) => `${reservation(p)}/pay`,
    others: NOT_MINE,
    namesLine: false,
  },
  'reservations, cancelling': { method: 'DELETE', path: reservation, others: NOT_MINE, namesLine: false },
};

let world: World;
let me: Place;
let other: Place;

beforeAll(async () => {
  world = await World.start(TOKEN);
  [me, other] = [await placed(), await placed()];
});
afterAll(() => world.service.stop());

async function placed(): Promise<Place> {
  const user = await world.user();
  const { token, queueId, ticket } = await world.enter(user, fresh('queue'));
  const place = { ...user, token, queueId, ticket };
  const seat = { ...seatOf(place), seatId: world.seat().seatId };
  const { body } = await world.ask('POST', '/api/v1/reservation/hold', seat, user.login);
  held.set(user.id, body.reservationId as string);
  return place;
}

const ask = (route: Route, whose: Place, headers: Record<string, string>) =>
  world.ask(route.method, route.path(whose), route.body?.(whose), headers);

/** Whatever was tried, nothing of theirs has changed. */
async function expectUntouched(whose: Place): Promise<void> {
  const wallet = await world.ask('GET', `/api/v1/wallet/${whose.id}`, undefined, whose.login);
  expect(wallet.body.balance).toBe(1_000_000_000);
  const mine = await world.ask('GET', reservation(whose), undefined, whose.login);
  expect(mine.body.status).toBe('HELD');
  const place = await world.ask('GET', '/api/v1/token', undefined, bearer(whose.token));
  expect(place.body).toMatchObject({ ticket: whose.ticket, status: 'ACTIVE' });
}

const plain = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const unsigned = (alg: string, claims: object, signature = '') => `${plain({ alg })}.${plain(claims)}.${signature}`;
/** Signed whatever its header asks for: SignJWT refuses to make some of these. */
async function signedBy(secret: string, id: string, header: object): Promise<string> {
  const signed = `${plain({ alg: 'HS256', must: 1, ...header })}.${plain({ sub: id, exp: inAnHour() })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
const yesterday = () => Date.now() / 1_000 - 86_400;

/** Headers that prove nothing, each for the user and place it is made for. */
const WORTHLESS: Record<string, (whose: Place) => Record<string, string> | Promise<Record<string, string>>> = {
  'no credential': () => ({}),
  'an empty bearer': () => ({ authorization: 'Bearer ' }),
  'a userId for a token': ({ id }) => bearer(id),
  'Basic credentials': ({ id }) => ({ authorization: `Basic ${btoa(`${id}:secret`)}` }),
  'a header that is no credential': () => ({ authorization: 'let me in' }),
  'three dots': () => bearer('a.b.c'),
  'the operators token': () => bearer(OPS_TOKEN),
  'a login of another secret': async ({ id }) =>
    bearer(await hs256({ sub: id, exp: inAnHour() }, 'quite-another-secret')),
  'a login signed with the secret of queue tokens': async ({ id }) => bearer(await hs256({ sub: id }, TOKEN_SECRET)),
  'an expired login': async ({ id }) => bearer(await hs256({ sub: id, exp: Math.floor(yesterday()) })),
  'a login that is not good yet': async ({ id }) => bearer(await hs256({ sub: id, nbf: inAnHour() })),
  'a login without sub': async () => bearer(await hs256({ name: 'me', exp: inAnHour() })),
  'a login whose sub is no userId': async () => bearer(await hs256({ sub: 'no user id', exp: inAnHour() })),
  'a login whose sub is an object': async ({ id }) => bearer(await hs256({ sub: { id } as never, exp: inAnHour() })),
  'alg none': ({ id }) => bearer(unsigned('none', { sub: id, exp: inAnHour() })),
  'alg None': ({ id }) => bearer(unsigned('None', { sub: id, exp: inAnHour() })),
  'alg none with a signature': ({ id }) => bearer(unsigned('none', { sub: id, exp: inAnHour() }, 'c2lnbmVk')),
  'alg HS256 without a signature': ({ id }) => bearer(unsigned('HS256', { sub: id, exp: inAnHour() })),
  'alg RS256 signed like HS256': async ({ id }) => {
    const [, claims, signature] = (await hs256({ sub: id, exp: inAnHour() })).split('.');
    return bearer(`${plain({ alg: 'RS256' })}.${claims}.${signature}`);
  },
  'a good login for somebody else with the claims exchanged': async ({ id }) => {
    const [header, , signature] = (await hs256({ sub: 'somebody', exp: inAnHour() })).split('.');
    return bearer(`${header}.${plain({ sub: id, exp: inAnHour() })}.${signature}`);
  },
  'a login that brings its key along': async ({ id }) => {
    const own = 'a-secret-that-anybody-can-make-up';
    return bearer(await signedBy(own, id, { jwk: { kty: 'oct', k: Buffer.from(own).toString('base64url') } as never }));
  },
  'a login that says where its key is': async ({ id }) =>
    bearer(
      await signedBy('a-secret-that-anybody-can-make-up', id, {
        jku: 'http://127.0.0.1:1/jwks.json',
        kid: '/dev/null',
      }),
    ),
  'a login with a demand that is not known': async ({ id }) =>
    bearer(await signedBy(IDENTITY_SECRET, id, { crit: ['must'] })),
  'a queue token of another secret': (p) => bearer(new QueueTokens('quite-another-secret').sign(pass(p))),
  'a queue token of the login secret': (p) => bearer(new QueueTokens(IDENTITY_SECRET).sign(pass(p))),
  'an expired queue token': (p) => bearer(new QueueTokens(TOKEN_SECRET, () => yesterday() - 86_400).sign(pass(p))),
  'a queue token with its last character changed': ({ token }) =>
    bearer(
      token.slice(0, -1) + (token.endsWith('A') ? 'B' : String.fromCharCode(token.charCodeAt(token.length - 1) ^ 1)),
    ),
  'a queue token with something after it': ({ token }) => bearer(`${token}!`),
  'a queue token without its signature': ({ token }) => bearer(token.replace(/[^.]+$/, '')),
  'a queue token with alg none': ({ token }) => bearer(token.replace(/^[^.]+/, plain({ alg: 'none' }))),
  'a queue token with other claims': (p) => {
    const [header, , signature] = p.token.split('.');
    const claims = { sub: p.id, queue: p.queueId, ticket: p.ticket, exp: inAnHour() + 1 };
    return bearer(`${header}.${plain(claims)}.${signature}`);
  },
};
const pass = ({ id, queueId, ticket }: Place) => ({ userId: id, queueId, ticket });

describe.each(Object.entries(ROUTES))('%s', (name, route) => {
  it.each(Object.keys(WORTHLESS))('refuses %s', async (credential) => {
    const headers = await (WORTHLESS[credential] as (typeof WORTHLESS)[string])(me);
    expectProblem(await ask(route, me, headers), 401, 'UNAUTHENTICATED');
  });

  it('refuses somebody else, whatever they prove themselves with', async () => {
    expectProblem(await ask(route, me, other.login), ...route.others);
    if (name === 'token/create') expectProblem(await ask(route, me, bearer(other.token)), 401, 'UNAUTHENTICATED');
    else if (!route.namesLine) expectProblem(await ask(route, me, bearer(other.token)), ...route.others);
    // A token of another user and of another line: either is reason enough.
    else expect([401, 403, 404]).toContain((await ask(route, me, bearer(other.token))).status);
    await expectUntouched(me);
  });

  if (route.namesLine)
    it('refuses the token of another line of the same user', async () => {
      const { token } = await world.enter(me, fresh('queue'));
      expectProblem(await ask(route, me, bearer(token)), 401, 'UNAUTHENTICATED');
      await expectUntouched(me);
    });

  it('takes the login, and the token of the place', async () => {
    for (const by of ['login', 'token'] as const) {
      const whose = await placed();
      const headers = by === 'login' ? whose.login : bearer(whose.token);
      if (name === 'token/create' && by === 'token') continue;
      if (name === 'token/events') {
        const events = await openEvents(world.service.url, route.path(whose), headers);
        expect((await events.next()).event).toBe('active');
        events.close();
      } else
        expect((await ask(route, whose, headers)).status).toBe(
          route.method === 'DELETE' && name.startsWith('token') ? 204 : 200,
        );
    }
  });
});

it('takes a place that is gone for no place, also with its token', async () => {
  const whose = await placed();
  await world.ask('DELETE', '/api/v1/token', undefined, bearer(whose.token));
  expectProblem(await world.ask('GET', '/api/v1/token', undefined, bearer(whose.token)), 404, 'NOT_IN_QUEUE');
  const reserve = (token: string) =>
    world.ask('POST', '/api/v1/reservation', { userId: whose.id, ...SEAT }, bearer(token));
  expectProblem(await reserve(whose.token), 403, 'NOT_ADMITTED');
  // A place taken since is another one: the old token does not open it.
  const { token } = await world.enter(whose, whose.queueId);
  expectProblem(await reserve(whose.token), 403, 'NOT_ADMITTED');
  expect((await reserve(token)).status).toBe(200);
});

it('leaves everything sound', () => world.expectAuditOk());
