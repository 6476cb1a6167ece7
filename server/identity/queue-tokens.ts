import { RecentMap } from '../lib/recent-map.ts';
import { Signer } from '../lib/signing.ts';

/** What a queue token proves: this user took this place in this line. */
export interface QueuePass {
  userId: string;
  queueId: string;
  ticket: number;
  /** End of the slot, when the place was inside as it was signed. */
  insideUntil?: Date | undefined;
}

/** As they stand in the token; the end of the slot in ms. */
interface Claims {
  sub: string;
  queue: string;
  ticket: number;
  exp: number;
  until?: number;
}

/** Whoever waits asks again and again with the same token. About 10 MB. */
const MOST_REMEMBERED = 10_000;
const LIFETIME_SECONDS = 86_400;
/** Ends fall on whole steps, so that asking twice gives the same token. */
const STEP_SECONDS = 3_600;
/** The only header we write or read, so there is no algorithm to be talked out of. */
const HEADER = Buffer.from('{"alg":"HS256","typ":"jari-queue+jwt"}').toString('base64url');

/** Signs and reads queue tokens: JWTs (HS256) of one fixed header, bound to subject, queue, ticket and expiry. */
export class QueueTokens {
  readonly #signer: Signer;
  readonly #nowSeconds: () => number;
  /** Good signatures, so that a token is proven once. What it says of its end is looked at each time. */
  readonly #proven = new RecentMap<string, { exp: number; pass: Readonly<QueuePass> }>(MOST_REMEMBERED);

  /** @param alsoGood secrets of tokens that are believed as well, while one secret gives way to another */
  constructor(secret: string, nowSeconds = () => Date.now() / 1000, alsoGood: readonly string[] = []) {
    this.#signer = new Signer(secret, alsoGood);
    this.#nowSeconds = nowSeconds;
  }

  sign({ userId, queueId, ticket, insideUntil }: QueuePass): string {
    const exp = (Math.floor((this.#nowSeconds() + LIFETIME_SECONDS) / STEP_SECONDS) + 1) * STEP_SECONDS;
    const claims: Claims = { sub: userId, queue: queueId, ticket, exp };
    if (insideUntil) claims.until = insideUntil.getTime();
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${this.#signer.sign(signed)}`;
  }

  /** Whether a token claims to be one of ours; says nothing about its truth. */
  isOurs(token: string): boolean {
    return token.startsWith(`${HEADER}.`);
  }

  /** Null when it is forged, altered or expired. */
  read(token: string): Readonly<QueuePass> | null {
    let known = this.#proven.get(token);
    if (!known) {
      const claims = this.#prove(token);
      if (!claims) return null;
      const { sub, queue, ticket, exp, until } = claims;
      const insideUntil = until === undefined ? undefined : new Date(until);
      known = { exp, pass: { userId: sub, queueId: queue, ticket, insideUntil } };
      this.#proven.set(token, known);
    }
    return known.exp > this.#nowSeconds() ? known.pass : null;
  }

  #prove(token: string): Claims | null {
    const end = token.lastIndexOf('.');
    if (!this.isOurs(token) || end <= HEADER.length) return null;
    if (!this.#signer.proves(token.slice(0, end), token.slice(end + 1))) return null;
    return JSON.parse(Buffer.from(token.slice(HEADER.length + 1, end), 'base64url').toString()) as Claims;
  }
}
