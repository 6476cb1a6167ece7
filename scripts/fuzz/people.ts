// Who takes part in a run, what proves it, and what is known of them from earlier answers.
import { createHmac } from 'node:crypto';
import { QueueTokens } from '../../server/identity/queue-tokens.ts';
import { type Auth, IDENTITY_SECRET, OPS_TOKEN, TOKEN_SECRET } from './service.ts';

const USERS = 240;
export const QUEUES = ['main', 'side', 'small', '__proto__'];
/** Most of what was learned that is kept for later requests. */
const MOST_KNOWN = 4_000;
const DAY_SECONDS = 86_400;

export const CREDENTIALS = ['right', 'place', 'none', 'forged', 'expired', 'unsigned', 'other', 'odd', 'ops'] as const;
export type Credential = (typeof CREDENTIALS)[number];

export interface Reserved {
  reservationId: string;
  userId: string;
}

export class People {
  readonly auth: Auth;
  readonly users: readonly string[];
  /** Finds everybody who is named in a text. Nobody's name is within another's. */
  readonly named: RegExp;
  /** Nobody ever acts for this one: what happens to them was smuggled in. */
  readonly smuggled: string;
  readonly reservations: Reserved[] = [];
  readonly #tag: string;
  readonly #places = new Map<string, string[]>();
  readonly #stale = new QueueTokens(TOKEN_SECRET, () => Date.now() / 1_000 - 2 * DAY_SECONDS);

  /** @param seed of the run, part of every name */
  constructor(seed: number, auth: Auth) {
    this.auth = auth;
    this.#tag = `fz${seed.toString(36)}`;
    this.users = Array.from({ length: USERS }, (_, n) => this.name(`u${n}`));
    this.smuggled = this.name('smuggled');
    this.named = new RegExp(`${this.#tag}-[a-z0-9]+-z`, 'g');
  }

  name(one: string): string {
    return `${this.#tag}-${one}-z`;
  }

  /** From an answer: a token of a place. */
  placed(userId: string, token: string): void {
    const tokens = this.#places.get(userId) ?? [];
    tokens.push(token);
    if (tokens.length > QUEUES.length) tokens.shift();
    this.#places.set(userId, tokens);
  }

  /** From an answer. */
  reserved(one: Reserved): void {
    this.reservations.push(one);
    if (this.reservations.length > MOST_KNOWN) this.reservations.shift();
  }

  /** The header that goes with a way to prove, or not to prove, who somebody is. */
  authorization(credential: Credential, userId: string, n: number): string | undefined {
    switch (credential) {
      case 'right':
      case 'other':
        return this.auth === 'token' ? bearer(login(userId)) : undefined;
      case 'place': {
        const tokens = this.#places.get(userId) ?? [];
        return tokens.length > 0 ? bearer(tokens[n % tokens.length] as string) : this.authorization('right', userId, n);
      }
      case 'none':
        return undefined;
      case 'forged':
        return bearer(jwt({ alg: 'HS256' }, { sub: userId, exp: inAnHour() }, 'a secret of somebody else'));
      case 'expired':
        return bearer(
          n % 2 ? login(userId, -2 * DAY_SECONDS) : this.#stale.sign({ userId, queueId: 'main', ticket: 1 }),
        );
      case 'unsigned':
        return bearer(jwt({ alg: 'none' }, { sub: userId, exp: inAnHour() }, null));
      case 'odd':
        return ODD[n % ODD.length];
      case 'ops':
        return bearer(OPS_TOKEN);
    }
  }
}

const ODD = [
  '',
  'Bearer',
  'Bearer  ',
  'Basic dTpw',
  'Bearer a.b.c',
  'Bearer e30.e30.',
  `Bearer ${'x'.repeat(6_000)}`,
  'bearer \u00ff',
];

const bearer = (token: string) => `Bearer ${token}`;
const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwt(header: object, claims: object, secret: string | null): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${secret === null ? '' : createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const logins = new Map<string, string>();

/** As the seller's own system would issue it. */
export function login(userId: string, fromNowSeconds = 3_600): string {
  const known = logins.get(`${userId} ${fromNowSeconds}`);
  if (known) return known;
  const exp = Math.floor(Date.now() / 1_000) + fromNowSeconds;
  const made = jwt({ alg: 'HS256' }, { sub: userId, exp }, IDENTITY_SECRET);
  logins.set(`${userId} ${fromNowSeconds}`, made);
  return made;
}
