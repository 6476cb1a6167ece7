import { createHmac, timingSafeEqual } from 'node:crypto';

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

const LIFETIME_SECONDS = 86_400;
/** Ends fall on whole steps, so that asking twice gives the same token. */
const STEP_SECONDS = 3_600;
/** The only header we write or read, so there is no algorithm to be talked out of. */
const HEADER = Buffer.from('{"alg":"HS256","typ":"jari-queue+jwt"}').toString('base64url');

/** Signs and reads queue tokens: JWTs (HS256) of one fixed header, bound to subject, queue, ticket and expiry. */
export class QueueTokens {
  readonly #secret: string;
  readonly #nowSeconds: () => number;

  constructor(secret: string, nowSeconds = () => Date.now() / 1000) {
    this.#secret = secret;
    this.#nowSeconds = nowSeconds;
  }

  sign({ userId, queueId, ticket, insideUntil }: QueuePass): string {
    const exp = (Math.floor((this.#nowSeconds() + LIFETIME_SECONDS) / STEP_SECONDS) + 1) * STEP_SECONDS;
    const claims: Claims = { sub: userId, queue: queueId, ticket, exp };
    if (insideUntil) claims.until = insideUntil.getTime();
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
    return `${signed}.${this.#mac(signed)}`;
  }

  /** Whether a token claims to be one of ours; says nothing about its truth. */
  isOurs(token: string): boolean {
    return token.startsWith(`${HEADER}.`);
  }

  /** Null when it is forged, altered or expired. */
  read(token: string): QueuePass | null {
    const end = token.lastIndexOf('.');
    if (!this.isOurs(token) || end <= HEADER.length) return null;
    // Compared as text: several texts decode to the same bytes, and only the one that we wrote is ours.
    const given = Buffer.from(token.slice(end + 1));
    const expected = Buffer.from(this.#mac(token.slice(0, end)));
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    const { sub, queue, ticket, exp, until } = JSON.parse(
      Buffer.from(token.slice(HEADER.length + 1, end), 'base64url').toString(),
    ) as Claims;
    if (exp <= this.#nowSeconds()) return null;
    return { userId: sub, queueId: queue, ticket, insideUntil: until === undefined ? undefined : new Date(until) };
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }
}
