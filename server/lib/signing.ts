import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Signs texts with one secret and believes several, so that one can give way to another. HMAC-SHA-256, base64url. */
export class Signer {
  readonly #keys: readonly [KeyObject, ...KeyObject[]];

  /** @param alsoGood secrets whose signatures are believed as well */
  constructor(secret: string, alsoGood: readonly string[] = []) {
    this.#keys = [keyOf(secret), ...alsoGood.map(keyOf)];
  }

  sign(text: string): string {
    return mac(this.#keys[0], text);
  }

  /**
   * Whether a text was signed. Signatures are compared as text: several texts decode to the same bytes, and only the one
   * that we wrote is ours.
   */
  proves(text: string, signature: string): boolean {
    const given = Buffer.from(signature);
    return this.#keys.some((key) => equal(given, Buffer.from(mac(key, text))));
  }
}

const keyOf = (secret: string): KeyObject => createSecretKey(Buffer.from(secret));
const mac = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('base64url');
const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
