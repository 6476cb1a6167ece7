// The module `k6/crypto`. Hashing is done by the host; a Hasher collects its input until it is asked for the digest.
import { call, op } from 'jari:host';

const bytes = (input) =>
  ArrayBuffer.isView(input) ? input.buffer.slice(input.byteOffset, input.byteOffset + input.byteLength) : input;

const hash = (algorithm) => (input, outputEncoding) => call(op.hash, algorithm, bytes(input), outputEncoding);

class Hasher {
  #algorithm;
  #secret;
  #parts = [];
  constructor(algorithm, secret) {
    this.#algorithm = algorithm;
    this.#secret = secret;
  }
  update(input) {
    this.#parts.push(call(op.base64Encode, bytes(input), 'std'));
  }
  digest(outputEncoding) {
    return call(op.hashParts, this.#algorithm, JSON.stringify(this.#parts), outputEncoding, this.#secret);
  }
}

export const md4 = hash('md4');
export const md5 = hash('md5');
export const sha1 = hash('sha1');
export const sha256 = hash('sha256');
export const sha384 = hash('sha384');
export const sha512 = hash('sha512');
export const sha512_224 = hash('sha512_224');
export const sha512_256 = hash('sha512_256');
export const ripemd160 = hash('ripemd160');
export const createHash = (algorithm) => new Hasher(algorithm, undefined);
export const createHMAC = (algorithm, secret) => new Hasher(algorithm, bytes(secret));
export const hmac = (algorithm, secret, input, outputEncoding) =>
  call(op.hash, algorithm, bytes(input), outputEncoding, bytes(secret));
export const randomBytes = (size) => call(op.randomBytes, size);

const all = { createHMAC, createHash, hmac, md4, md5, randomBytes, ripemd160, sha1, sha256, sha384, sha512 };
export default { ...all, sha512_224, sha512_256 };
