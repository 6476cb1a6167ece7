import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign } from 'node:crypto';

export interface PublicKey {
  kty: string;
  crv: string;
  x: string;
  kid: string;
  alg: string;
  use: string;
}

/** What comes before the 32 bytes of an Ed25519 key in PKCS #8. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Signs receipts so that everybody can check them: JWS with Ed25519 keys that are derived from the secrets of queue tokens,
 * so that all processes have the same and nobody has to keep another secret.
 */
export class ReceiptKeys {
  readonly #signing: KeyObject;
  readonly #header: string;
  /** The one that signs first, then those that signed before. */
  readonly published: readonly PublicKey[];

  constructor(secret: string, alsoGood: readonly string[] = []) {
    this.#signing = keyOf(secret);
    this.published = [secret, ...alsoGood].map((one) => publicPart(keyOf(one)));
    const { kid, alg } = this.published[0] as PublicKey;
    this.#header = encoded({ alg, typ: 'jari-receipt+jws', kid });
  }

  sign(said: object): string {
    const text = `${this.#header}.${encoded(said)}`;
    return `${text}.${sign(null, Buffer.from(text), this.#signing).toString('base64url')}`;
  }
}

const encoded = (said: object): string => Buffer.from(JSON.stringify(said)).toString('base64url');

function keyOf(secret: string): KeyObject {
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', 'jari receipts', 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, bytes]), format: 'der', type: 'pkcs8' });
}

function publicPart(key: KeyObject): PublicKey {
  const { kty, crv, x } = createPublicKey(key).export({ format: 'jwk' }) as { kty: string; crv: string; x: string };
  const kid = createHash('sha256').update(x).digest('base64url').slice(0, 16);
  return { kty, crv, x, kid, alg: 'EdDSA', use: 'sig' };
}
