import { timingSafeEqual } from 'node:crypto';
import { Failure } from '../lib/failure.ts';
import type { Logins } from './logins.ts';
import type { QueuePass, QueueTokens } from './queue-tokens.ts';

/** Who asks: a user, with the place that their queue token proves if they sent one. */
export interface Caller {
  userId: string;
  pass: QueuePass | null;
}

/** By which place somebody acts; without a ticket, whichever they have in that line. */
export interface Acting {
  queueId: string;
  ticket: number | undefined;
  /** The end of their slot, where a queue token proves it: for while the line can't be asked. */
  provenUntil: Date | undefined;
}

const unauthenticated = (detail: string) => new Failure('UNAUTHENTICATED', detail, { 'www-authenticate': 'Bearer' });
const NO_PASS = 'Send Authorization: Bearer with your login or the token of your place.';
const BAD_PASS = 'The bearer token is forged, expired or not meant for this.';

/**
 * Who is asking. With `logins` (AUTH=token) every request that names a user must prove it; without (AUTH=open) a request
 * is believed, and only a queue token that is sent to prove a place is checked.
 */
export class Identity {
  readonly #logins: Logins | null;
  readonly #tokens: QueueTokens;
  readonly #opsToken: Buffer;

  constructor(options: { logins: Logins | null; tokens: QueueTokens; opsToken: string }) {
    this.#logins = options.logins;
    this.#tokens = options.tokens;
    this.#opsToken = Buffer.from(options.opsToken);
  }

  /** A token for a place. */
  sign(pass: QueuePass): string {
    return this.#tokens.sign(pass);
  }

  /** Entering the line takes a login. @throws Failure UNAUTHENTICATED, FORBIDDEN */
  async entering(authorization: string | undefined, userId: string): Promise<void> {
    if (!this.#logins) return;
    const token = bearer(authorization);
    const login = this.#tokens.isOurs(token) ? null : await this.#logins.userOf(token);
    if (login === null) throw unauthenticated('Entering the line takes the login of your seller as a bearer token.');
    if (login !== userId) throw forbidden();
  }

  /** Who asks; null where nobody has to prove it (AUTH=open). @throws Failure UNAUTHENTICATED */
  async caller(authorization: string | undefined): Promise<Caller | null> {
    if (!this.#logins) return null;
    const token = bearer(authorization);
    if (this.#tokens.isOurs(token)) return this.#fromPass(token);
    const userId = await this.#logins.userOf(token);
    if (userId === null) throw unauthenticated(BAD_PASS);
    return { userId, pass: null };
  }

  /** Like {@link caller}, and a queue token is read in either mode: it says which place is meant. */
  async holder(authorization: string | undefined): Promise<Caller | null> {
    if (this.#logins) return this.caller(authorization);
    return authorization === undefined ? null : this.#fromPass(bearer(authorization));
  }

  /**
   * Acting for the user that a body names, in a line: the one named, else the one of the queue token, else "main".
   * With a queue token, only by the place that it is for. Where nobody has to prove anything, a good token of theirs still
   * proves the end of their slot, and any other is passed over.
   * @throws Failure UNAUTHENTICATED, FORBIDDEN
   */
  async acting(authorization: string | undefined, userId: string, queueId: string | undefined): Promise<Acting> {
    const caller = await this.caller(authorization);
    if (caller && caller.userId !== userId) throw forbidden();
    const line = lineOf(caller, queueId);
    const pass = caller ? caller.pass : this.#passOf(authorization);
    const theirs = pass?.userId === userId && pass.queueId === line;
    return { queueId: line, ticket: caller?.pass?.ticket, provenUntil: theirs ? pass.insideUntil : undefined };
  }

  /** @throws Failure UNAUTHENTICATED */
  operator(authorization: string | undefined): void {
    const given = Buffer.from(bearer(authorization));
    if (given.length !== this.#opsToken.length || !timingSafeEqual(given, this.#opsToken)) {
      throw unauthenticated('This is for operators: send Authorization: Bearer with the OPS_TOKEN.');
    }
  }

  #passOf(authorization: string | undefined): QueuePass | null {
    const token = tokenIn(authorization);
    return token === undefined ? null : this.#tokens.read(token);
  }

  #fromPass(token: string): Caller {
    const pass = this.#tokens.read(token);
    if (!pass) throw unauthenticated(BAD_PASS);
    return { userId: pass.userId, pass };
  }
}

/** Which line a caller means; a queue token is good for its own only. @throws Failure UNAUTHENTICATED */
export function lineOf(caller: Caller | null, queueId: string | undefined): string {
  const own = caller?.pass?.queueId;
  if (own !== undefined && queueId !== undefined && own !== queueId) {
    throw unauthenticated('The token is of another line.');
  }
  return queueId ?? own ?? 'main';
}

function bearer(authorization: string | undefined): string {
  const token = tokenIn(authorization);
  if (token === undefined) throw unauthenticated(NO_PASS);
  return token;
}

const tokenIn = (authorization = '') => /^Bearer +([^\s]+)$/i.exec(authorization)?.[1];

const forbidden = () => new Failure('FORBIDDEN', 'You can act for yourself only: userId is not whom you proved to be.');
