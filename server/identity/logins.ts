import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { Failure } from '../lib/failure.ts';

/** Where the seller's own login says who somebody is. */
export interface LoginSource {
  /** HS256. */
  secret?: string | undefined;
  /** A file or URL of a JWKS, for the asymmetric algorithms. */
  jwks?: string | undefined;
}

const ASYMMETRIC = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const USER_ID = /^[A-Za-z0-9._:@-]{1,64}$/;

/** Checks JWTs of the seller's login; the `sub` is the userId. */
export class Logins {
  readonly #keys: { algorithms: string[]; key: Uint8Array | JWTVerifyGetKey }[] = [];

  constructor({ secret, jwks }: LoginSource) {
    if (secret) this.#keys.push({ algorithms: ['HS256'], key: new TextEncoder().encode(secret) });
    if (jwks) this.#keys.push({ algorithms: ASYMMETRIC, key: keySet(jwks) });
  }

  /**
   * The userId, or null when the token is not a good one.
   * @throws Failure STORE_UNAVAILABLE when the key server cannot be asked
   */
  async userOf(token: string): Promise<string | null> {
    for (const { algorithms, key } of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key as JWTVerifyGetKey, { algorithms, requiredClaims: ['sub'] });
        return typeof payload.sub === 'string' && USER_ID.test(payload.sub) ? payload.sub : null;
      } catch (error) {
        if (unreachable(error))
          throw new Failure('STORE_UNAVAILABLE', 'Logins cannot be checked now. Try again shortly.', {
            'retry-after': '1',
          });
      }
    }
    return null;
  }
}

function keySet(where: string): JWTVerifyGetKey {
  if (/^https?:/.test(where)) return createRemoteJWKSet(new URL(where), { timeoutDuration: 2_000 });
  return createLocalJWKSet(JSON.parse(readFileSync(where, 'utf8')));
}

/** Any error that isn't jose's verdict about the token is about fetching the keys. */
const unreachable = (error: unknown): boolean =>
  error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC';
