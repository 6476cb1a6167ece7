import { readFileSync } from 'node:fs';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import { Failure } from '../lib/failure.ts';
import { RecentMap } from '../lib/recent-map.ts';

/** Where the seller's own login says who somebody is. */
export interface LoginSource {
  /** HS256. */
  secret?: string | undefined;
  /** A file or URL of a JWKS, for the asymmetric algorithms. */
  jwks?: string | undefined;
}

interface Keys {
  algorithms: string[];
  key: Uint8Array | JWTVerifyGetKey;
}

const ASYMMETRIC = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
const USER_ID = /^[A-Za-z0-9._:@-]{1,64}$/;
/** A login that is proven is believed for so long without a look at its signature, and never beyond its own end. */
const BELIEVED_MILLISECONDS = 30_000;
const MOST_REMEMBERED = 10_000;
const FETCH_WITHIN_MILLISECONDS = 2_000;

/** Checks JWTs of the seller's login; the `sub` is the userId. */
export class Logins {
  readonly #keys: Keys[] = [];
  readonly #proven = new RecentMap<string, { userId: string; until: number }>(MOST_REMEMBERED);
  readonly #now: () => number;

  /** @throws Error when the file of the JWKS can't be read or is none */
  constructor({ secret, jwks }: LoginSource, now: () => number = Date.now) {
    this.#now = now;
    if (secret) this.#keys.push({ algorithms: ['HS256'], key: new TextEncoder().encode(secret) });
    if (jwks) this.#keys.push({ algorithms: ASYMMETRIC, key: keySet(jwks) });
  }

  /**
   * The userId, or null when the token is not a good one.
   * @throws Failure STORE_UNAVAILABLE when the key server cannot be asked
   */
  async userOf(token: string): Promise<string | null> {
    const known = this.#proven.get(token);
    if (known && known.until > this.#now()) return known.userId;
    for (const keys of this.#keys) {
      try {
        const { sub, exp = Number.POSITIVE_INFINITY } = await claims(token, keys, new Date(this.#now()));
        if (typeof sub !== 'string' || !USER_ID.test(sub)) return null;
        this.#proven.set(token, { userId: sub, until: Math.min(exp * 1_000, this.#now() + BELIEVED_MILLISECONDS) });
        return sub;
      } catch (error) {
        if (error instanceof Failure) throw error;
      }
    }
    return null;
  }
}

async function claims(token: string, { algorithms, key }: Keys, currentDate: Date): Promise<JWTPayload> {
  const options: JWTVerifyOptions = { algorithms, requiredClaims: ['sub'], currentDate };
  try {
    return (await jwtVerify(token, key as JWTVerifyGetKey, options)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    // A token that doesn't name its key: whichever of those that could be it.
    for await (const one of error) {
      const verified = await jwtVerify(token, one, options).catch(() => null);
      if (verified) return verified.payload;
    }
    throw error;
  }
}

function keySet(where: string): JWTVerifyGetKey {
  if (!/^https?:/.test(where)) return createLocalJWKSet(JSON.parse(readFileSync(where, 'utf8')));
  const remote = createRemoteJWKSet(new URL(where), { timeoutDuration: FETCH_WITHIN_MILLISECONDS });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (VERDICTS.some((verdict) => error instanceof verdict)) throw error;
      throw new Failure('STORE_UNAVAILABLE', 'Logins cannot be checked now. Try again shortly.', {
        'retry-after': '1',
      });
    }
  };
}

/** What a key set says about a token; every other error is about getting the keys. */
const VERDICTS = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
