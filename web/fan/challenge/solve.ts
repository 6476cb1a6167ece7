import { sha256 } from '@noble/hashes/sha2.js';

const BLOCK_BYTES = 64;

/**
 * A text for which SHA-256 of `challenge:text` begins with that many zero bits, up to 32. Zeros before its number fill the
 * block that has the challenge, so that each try is about the block after it alone.
 */
export function solve(challenge: string, bits: number): string {
  const head = `${challenge}:`;
  const zeros = '0'.repeat((BLOCK_BYTES - (head.length % BLOCK_BYTES)) % BLOCK_BYTES);
  const encoder = new TextEncoder();
  const before = sha256.create().update(encoder.encode(head + zeros));
  const next = before.clone();
  for (let number = 0; ; number++) {
    const hash = before
      ._cloneInto(next)
      .update(encoder.encode(String(number)))
      .digest();
    if (Math.clz32(new DataView(hash.buffer, hash.byteOffset).getUint32(0)) >= bits) return zeros + number;
  }
}
