import { createHash } from 'node:crypto';
import type { Challenge } from '../../../contract/challenge.ts';
import type { Signer } from '../../lib/signing.ts';

/** Time for a slow phone, and little to collect challenges in. */
export const LIFETIME_SECONDS = 120;
/** Bits, end in seconds since 1970, signature: nothing that is longer is worth a look. */
const CHALLENGE = /^([1-9]\d?)\.(\d{10})\.([\w-]{43})$/;
const SOLUTION = /^[\x21-\x7e]{1,64}$/;

/**
 * Challenges that take a while to answer and no time to check, made and checked without remembering any: each is signed,
 * good for one user in one line, and says itself how hard it is and when it ends.
 */
export class Challenges {
  readonly #signer: Signer;
  readonly #nowSeconds: () => number;

  constructor(signer: Signer, nowSeconds = () => Date.now() / 1_000) {
    this.#signer = signer;
    this.#nowSeconds = nowSeconds;
  }

  make(userId: string, queueId: string, bits: number): Challenge {
    const end = Math.floor(this.#nowSeconds()) + LIFETIME_SECONDS;
    const challenge = `${bits}.${end}.${this.#signer.sign(signed(userId, queueId, bits, end))}`;
    return { challenge, bits, expiresAt: new Date(end * 1_000).toISOString() };
  }

  /** Whether a challenge is one of ours for this user and line, not expired, and solved. One HMAC a secret and one hash. */
  isSolved(userId: string, queueId: string, challenge: string, solution: string): boolean {
    const parts = CHALLENGE.exec(challenge);
    if (!parts || !SOLUTION.test(solution)) return false;
    const [bits, end] = [Number(parts[1]), Number(parts[2])];
    if (end <= this.#nowSeconds()) return false;
    if (!this.#signer.proves(signed(userId, queueId, bits, end), parts[3] as string)) return false;
    return leadingZeroBits(createHash('sha256').update(`${challenge}:${solution}`).digest()) >= bits;
  }
}

/** Nothing else that is signed with the same secret can read like this: a queue token begins with its header. */
const signed = (userId: string, queueId: string, bits: number, end: number) =>
  `challenge ${userId} ${queueId} ${bits} ${end}`;

/** Of the first 32. */
const leadingZeroBits = (hash: Buffer): number => Math.clz32(hash.readUInt32BE());
