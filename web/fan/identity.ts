import { randomId } from '../shared/random.ts';
import { remembered } from '../shared/remembered.ts';
import { settings } from '../shared/settings.ts';
import { makeStore } from '../shared/store.ts';

/** Who the fan is. `login` is the seller's proof of it, where one is needed. */
export interface Fan {
  userId: string;
  login: string | null;
}

export const USER_ID = /^[A-Za-z0-9._:@-]{1,64}$/;
const SYLLABLES = 'ga na da ra ma ba sa ya ju ha mi so yu ri no bi'.split(' ');

/** The fan; null where the seller's login is needed and isn't there. */
export const fan = makeStore<Fan | null>(settings.auth === 'token' ? loggedIn() : madeUp());

/** Open mode: whoever the page says. */
export function become(userId: string): void {
  remembered.set('userId', userId);
  fan.set({ userId, login: null });
}

export function newUserId(): string {
  const pick = () => SYLLABLES[Math.floor(Math.random() * SYLLABLES.length)] as string;
  return `${pick()}${pick()}-${randomId(5)}`;
}

function madeUp(): Fan {
  const known = remembered.get<string>('userId');
  const userId = known && USER_ID.test(known) ? known : newUserId();
  if (userId !== known) remembered.set('userId', userId);
  return { userId, login: null };
}

/** The seller sends its fans here with #login=JWT. It stays in this tab, and out of the address that people copy. */
function loggedIn(): Fan | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('login');
  if (given) {
    sessionStorage.setItem('jari.login', given);
    history.replaceState(history.state, '', location.pathname + location.search);
  }
  const login = given ?? sessionStorage.getItem('jari.login');
  const userId = login && subjectOf(login);
  return userId ? { userId, login } : null;
}

/** Whom a login names. Only the service can tell whether it is true. */
function subjectOf(jwt: string): string | null {
  try {
    const claims = atob((jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const { sub } = JSON.parse(claims) as { sub?: unknown };
    return typeof sub === 'string' && USER_ID.test(sub) ? sub : null;
  } catch {
    return null;
  }
}

if (settings.auth === 'open') remembered.follow('userId', () => fan.set(madeUp()));
