// Logins of a seller who signs with private keys: IDENTITY_JWKS as a file and as a URL.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, exportSPKI, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, hs256, IDENTITY_SECRET, inAnHour, TOKEN } from './support/modes.ts';
import { expectProblem, fresh, World } from './support/world.ts';

type Alg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
interface Key extends GenerateKeyPairResult {
  alg: Alg;
  jwk: JWK;
}

async function newKey(alg: Alg, kid?: string): Promise<Key> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { ...pair, alg, jwk: { ...(await exportJWK(pair.publicKey)), alg, use: 'sig', ...(kid && { kid }) } };
}

const signed = (key: Key, userId: string, kid = key.jwk.kid): Promise<string> =>
  new SignJWT({ sub: userId })
    .setProtectedHeader({ alg: key.alg, ...(kid !== undefined && { kid }) })
    .setExpirationTime('1 hour')
    .sign(key.privateKey);

let world: World;

async function enter(token: string, userId: string) {
  const body = { userId, queueId: fresh('queue') };
  return world.ask('POST', '/api/v1/token/create', body, bearer(token));
}
const expectIn = async (key: Key, kid?: string) => {
  const userId = fresh('user');
  expect((await enter(await signed(key, userId, kid), userId)).status).toBe(200);
};
const expectOut = async (token: string, userId: string) =>
  expectProblem(await enter(token, userId), 401, 'UNAUTHENTICATED');

describe('IDENTITY_JWKS is a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jari-jwks-'));
  let keys: Key[];

  beforeAll(async () => {
    // Two RSA keys without a kid, as sellers have while they change from one to the other.
    keys = [
      await newKey('RS256'),
      await newKey('RS256'),
      await newKey('ES256', 'elliptic'),
      await newKey('EdDSA', 'edwards'),
    ];
    const file = join(folder, 'jwks.json');
    writeFileSync(file, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }));
    world = await World.start({ ...TOKEN, env: { ...TOKEN.env, IDENTITY_JWKS: file } });
  });
  afterAll(async () => {
    await world.service.stop();
    rmSync(folder, { recursive: true });
  });

  it('takes a login of each of its keys', async () => {
    for (const key of keys) await expectIn(key);
  });

  it('takes a login by the secret as well, when there is one', async () => {
    const userId = fresh('user');
    expect((await enter(await hs256({ sub: userId, exp: inAnHour() }), userId)).status).toBe(200);
    expect(world.mode.env.IDENTITY_SECRET).toBe(IDENTITY_SECRET);
  });

  it('refuses a key that is not there, whatever it calls itself', async () => {
    const [userId, stranger] = [fresh('user'), await newKey('ES256')];
    await expectOut(await signed(stranger, userId), userId);
    await expectOut(await signed(stranger, userId, 'elliptic'), userId);
    await expectOut(await signed(await newKey('RS256'), userId), userId);
    await expectOut(await signed(await newKey('EdDSA'), userId, 'edwards'), userId);
  });

  it('refuses a public key taken for a secret', async () => {
    const [userId, key] = [fresh('user'), keys[0] as Key];
    await expectOut(await hs256({ sub: userId, exp: inAnHour() }, await exportSPKI(key.publicKey)), userId);
    await expectOut(await hs256({ sub: userId, exp: inAnHour() }, JSON.stringify(key.jwk)), userId);
  });

  it('lets nobody act for somebody else', async () => {
    const token = await signed(keys[2] as Key, fresh('user'));
    expectProblem(await enter(token, fresh('user')), 403, 'FORBIDDEN');
  });
});

describe('IDENTITY_JWKS is a URL', () => {
  let server: Server;
  let key: Key;
  let serve: () => { status: number; body: string };

  beforeAll(async () => {
    key = await newKey('PS256', 'one');
    server = createServer((_request, response) => {
      const { status, body } = serve();
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { IDENTITY_SECRET: _, ...env } = TOKEN.env;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    world = await World.start({ ...TOKEN, env: { ...env, IDENTITY_JWKS: url } });
  });
  afterAll(async () => {
    await world.service.stop();
    server.close();
    server.closeAllConnections();
  });

  it('blames the key server and not the user while it gives no keys', async () => {
    const userId = fresh('user');
    for (const answer of [
      { status: 500, body: '{}' },
      { status: 200, body: 'no JSON' },
      { status: 200, body: '{"no": "keys"}' },
      { status: 404, body: '' },
    ]) {
      serve = () => answer;
      expectProblem(await enter(await signed(key, userId), userId), 503, 'STORE_UNAVAILABLE');
    }
    // What is no login at all needs no key to be refused.
    await expectOut('a.b.c', userId);
    await expectOut(await hs256({ sub: userId, exp: inAnHour() }), userId);
  });

  it('takes its keys once it answers, and asks for them once', async () => {
    let asked = 0;
    serve = () => {
      asked++;
      return { status: 200, body: JSON.stringify({ keys: [key.jwk] }) };
    };
    await Promise.all(Array.from({ length: 20 }, () => expectIn(key)));
    expect(asked).toBe(1);
  });

  it('goes on with the keys it has when the server is lost', async () => {
    serve = () => ({ status: 500, body: '' });
    await expectIn(key);
    const userId = fresh('user');
    await expectOut(await signed(await newKey('PS256'), userId, 'one'), userId);
  });
});
