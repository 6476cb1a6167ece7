import { SignJWT } from 'jose';

/** A way to tell who is asking. */
export interface Mode {
  name: 'open' | 'token';
  env: Record<string, string>;
  /** Headers that prove who somebody is. */
  login(userId: string): Promise<Record<string, string>>;
}

export const IDENTITY_SECRET = 'identity-secret-for-tests';
export const TOKEN_SECRET = 'token-secret-for-tests';

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** A login as the seller's own system would issue it. */
export const hs256 = (claims: Record<string, unknown>, secret = IDENTITY_SECRET): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret));

export const inAnHour = (): number => Math.floor(Date.now() / 1_000) + 3_600;

export const OPEN: Mode = { name: 'open', env: { AUTH: 'open', TOKEN_SECRET }, login: async () => ({}) };

export const TOKEN: Mode = {
  name: 'token',
  env: { AUTH: 'token', IDENTITY_SECRET, TOKEN_SECRET },
  login: async (userId) => bearer(await hs256({ sub: userId, exp: inAnHour() })),
};
