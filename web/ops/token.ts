import { type Asking, ask, change, Refused, send } from '../shared/api.ts';
import { makeStore } from '../shared/store.ts';

const KEY = 'jari.ops';

/** The operators' token, for as long as this tab is open. It comes with the link that jari prints: #token=… */
export const token = makeStore<string | null>(given() ?? sessionStorage.getItem(KEY));
/** The last one was not believed. */
export const wrong = makeStore(false);

function given(): string | null {
  const found = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!found) return null;
  sessionStorage.setItem(KEY, found);
  // Out of the address that people copy and that browsers remember.
  history.replaceState(null, '', location.pathname + location.search);
  return found;
}

export function takeToken(value: string): void {
  sessionStorage.setItem(KEY, value);
  wrong.set(false);
  token.set(value);
}

export function forgetToken(): void {
  sessionStorage.removeItem(KEY);
  token.set(null);
}

/** One request as an operator. @throws Refused */
export const askOps = <T>(path: string, asking: Asking = {}): Promise<T> =>
  watched(ask<T>(path, { ...asking, token: token.get() }));

/** The same, its answer unread. @throws Refused */
export const sendOps = (path: string, asking: Asking = {}): Promise<Response> =>
  watched(send(path, { ...asking, token: token.get() }));

/** A change, repeated under one key when its answer got lost. @throws Refused */
export const changeOps = <T>(path: string, asking: Asking): Promise<T> =>
  watched(change<T>(path, { ...asking, token: token.get() }));

async function watched<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof Refused && error.code === 'UNAUTHENTICATED') {
      forgetToken();
      wrong.set(true);
    }
    throw error;
  }
}
