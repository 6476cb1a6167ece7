import { ask, change, Refused } from '../../shared/api.ts';
import { remembered } from '../../shared/remembered.ts';
import { makeStore } from '../../shared/store.ts';
import type { Place, PlaceEvent } from '../../shared/types.ts';
import { answering } from '../challenge/answering.ts';
import { fan } from '../identity.ts';
import type { Sighting } from './estimate.ts';

/** The fan's place, kept in this browser: what a reload, another tab and tomorrow's visit go on with. */
export interface KeptPlace {
  userId: string;
  queueId: string;
  ticket: number;
  token: string;
  startPosition: number;
  /** The draw that decides its order: the ticket that is drawn for, and what the draw was bound to when it was taken. */
  draw?: { ticket: number; commitment: string };
  /** What they lined up for. */
  concertId: number;
  concertScheduleId: number;
}

export interface PlaceState extends KeptPlace {
  status: 'WAITING' | 'ACTIVE';
  position: number;
  etaSeconds: number;
  expiresAt: string | null;
  pollAfterSeconds: number;
  /** When that was so, by this device's clock. */
  heardAt: number;
  seen: Sighting[];
}

const MOST_SIGHTINGS = 60;

/** Null: no place. Undefined: kept from before, and not yet asked about. */
export const place = makeStore<PlaceState | null | undefined>(kept() === null ? null : undefined);

/** Why the last place ended, until somebody has read it. */
export const ended = makeStore<'expired' | 'left' | null>(null);

export function kept(): KeptPlace | null {
  const found = remembered.get<KeptPlace>('place');
  return found && found.userId === fan.get()?.userId ? found : null;
}

/**
 * Takes a place, or finds the one the fan has.
 * @param calculating is called when the door wants a calculation first, which takes a while
 * @throws Refused
 */
export async function enter(concertId: number, concertScheduleId: number, calculating: () => void): Promise<void> {
  const me = fan.get();
  if (!me) throw new Refused({ code: 'UNAUTHENTICATED' }, 401);
  const body = { userId: me.userId };
  const answer = await answering(
    (headers) => ask<Place>('/api/v1/token/create', { method: 'POST', body, token: me.login, headers }),
    calculating,
  );
  ended.set(null);
  const before = same(answer);
  const startPosition = Math.max(answer.position, before?.startPosition ?? 0);
  const { userId, queueId, ticket, token } = answer;
  const draw = before?.draw;
  const next = { userId, queueId, ticket, token, startPosition, concertId, concertScheduleId, ...(draw && { draw }) };
  remembered.set('place', next);
  hear(answer);
}

/** Gives the place up; the next fan goes in. @throws Refused */
export async function leave(): Promise<void> {
  const mine = kept();
  if (!mine) return;
  await change('/api/v1/token', { method: 'DELETE', token: mine.token }).catch((error) => {
    if (!(error instanceof Refused) || error.code !== 'NOT_IN_QUEUE') throw error;
  });
  end('left');
}

/** Takes over what the service says of the fan's place. */
export function hear(told: PlaceEvent): void {
  const mine = drawn(kept(), told);
  if (!mine || told.ticket !== mine.ticket) return;
  if (told.status === 'EXPIRED') {
    end('expired');
    return;
  }
  const now = Date.now();
  const before = place.get();
  const seen = [...(before?.ticket === told.ticket ? before.seen : []), { at: now, position: told.position }];
  const { status, position, etaSeconds, expiresAt, pollAfterSeconds } = told;
  place.set({
    ...mine,
    status,
    position,
    etaSeconds,
    expiresAt,
    pollAfterSeconds,
    heardAt: now,
    seen: seen.slice(-MOST_SIGHTINGS),
  });
}

/** A draw gives the same place another ticket, always a higher one. What is told late of a place before has a lower one. */
function drawn(mine: KeptPlace | null, told: PlaceEvent): KeptPlace | null {
  if (!mine || told.userId !== mine.userId || told.queueId !== mine.queueId || told.ticket <= mine.ticket) return mine;
  const next = { ...mine, ticket: told.ticket, startPosition: told.position };
  remembered.set('place', next);
  return next;
}

/** A draw will decide the order of the fan's place; it is bound to this from now on. */
export function noteDraw(ticket: number, commitment: string): void {
  const mine = kept();
  const now = place.get();
  if (mine?.ticket !== ticket || mine.draw?.ticket === ticket || !now) return;
  const draw = { ticket, commitment };
  remembered.set('place', { ...mine, draw });
  place.set({ ...now, draw });
}

/** Nobody knows the order yet: the position says only how many wait. */
export const isToBeDrawn = ({ draw, ticket }: KeptPlace): boolean => draw?.ticket === ticket;

/** The place is over: forgotten here and in the other tabs. */
export function end(why: 'expired' | 'left'): void {
  if (kept() === null && !place.get()) return;
  remembered.set('place', null);
  ended.set(why);
  place.set(null);
}

const same = ({ ticket, userId }: Place) => {
  const mine = kept();
  return mine?.ticket === ticket && mine.userId === userId ? mine : null;
};

// Another tab took a place or gave it up; or the fan has become somebody else.
const reread = () => {
  const mine = kept();
  if (!mine) place.set(null);
  else if (place.get()?.ticket !== mine.ticket) place.set(undefined);
};
remembered.follow('place', reread);
fan.follow(reread);
