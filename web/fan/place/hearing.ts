import { makeStore } from '../../shared/store.ts';
import type { PlaceEvent } from '../../shared/types.ts';
import { channel } from './leader.ts';
import { end, hear } from './place.ts';

export type Connection = 'connecting' | 'live' | 'polling' | 'offline';

/** How the fan's place is being followed. */
export const connection = makeStore<Connection>('connecting');

type Message = { told: PlaceEvent } | { connection: Connection } | { gone: true } | { hello: true };

let heardAt = 0;
let listening = false;

const tell = channel<Message>('place', (message) => {
  if ('hello' in message) {
    if (listening) tell({ connection: connection.get() });
    return;
  }
  noteLife();
  if ('told' in message) hear(message.told);
  else if ('gone' in message) end('expired');
  else connection.set(message.connection);
});

/** Something arrived from the service, a heartbeat at least. */
export function noteLife(): void {
  heardAt = Date.now();
}

export const silentMilliseconds = (): number => Date.now() - heardAt;

/** This tab listens for all of them, or no longer does. */
export function setListening(now: boolean): void {
  listening = now;
  if (!now) tell({ hello: true });
}

/** Passes on what the service said. */
export function pass(told: PlaceEvent): void {
  noteLife();
  hear(told);
  tell({ told });
}

/** Passes on that the place is over. */
export function gone(): void {
  tell({ gone: true });
  end('expired');
}

export function say(now: Connection): void {
  if (connection.get() === now) return;
  connection.set(now);
  tell({ connection: now });
}
