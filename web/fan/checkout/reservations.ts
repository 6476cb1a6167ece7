import { useCallback, useEffect, useState } from 'preact/hooks';
import { ask, change, Refused } from '../../shared/api.ts';
import { makeStore, useStore } from '../../shared/store.ts';
import type { Reservation, Seat, Wallet } from '../../shared/types.ts';
import { fan } from '../identity.ts';
import { kept } from '../place/place.ts';
import { rememberSeat } from '../tickets/seat-names.ts';

/** All reservations of the fan, newest first; null until they are known. */
export const reservations = makeStore<Reservation[] | null>(null);
export const balance = makeStore<number | null>(null);

fan.follow(() => {
  reservations.set(null);
  balance.set(null);
});

/** The login where one is needed; the queue token proves the fan as well. */
const proof = () => fan.get()?.login ?? undefined;

/** @throws Refused */
export async function loadReservations(): Promise<void> {
  const me = fan.get();
  if (!me) return;
  const query = new URLSearchParams({ userId: me.userId });
  const { items } = await ask<{ items: Reservation[] }>(`/api/v1/reservation?${query}`, { token: proof() });
  if (fan.get() === me) reservations.set(items);
}

/** @throws Refused */
export async function loadBalance(): Promise<void> {
  const me = fan.get();
  if (!me) return;
  const wallet = await ask<Wallet>(`/api/v1/wallet/${encodeURIComponent(me.userId)}`, { token: proof() });
  if (fan.get() === me) balance.set(wallet.balance);
}

/** @throws Refused */
export async function charge(amount: number): Promise<void> {
  const userId = encodeURIComponent(fan.get()?.userId ?? '');
  const wallet = await change<Wallet>(`/api/v1/wallet/${userId}/charge`, {
    method: 'POST',
    body: { amount },
    token: proof(),
  });
  balance.set(wallet.balance);
}

/** Holds a seat while it is paid. @throws Refused */
export async function hold(concertId: number, concertScheduleId: number, seat: Seat): Promise<Reservation> {
  const { userId } = fan.get() ?? { userId: '' };
  const body = { userId, concertId, concertScheduleId, seatId: seat.seatId, queueId: kept()?.queueId ?? 'main' };
  const made = await change<Reservation>('/api/v1/reservation/hold', { method: 'POST', body, token: proof() });
  rememberSeat(concertScheduleId, seat);
  put(made);
  return made;
}

/** @throws Refused */
export async function pay(reservationId: string): Promise<Reservation> {
  const path = `/api/v1/reservation/${reservationId}/pay`;
  const paid = await change<Reservation>(path, { method: 'POST', body: {}, token: proof() });
  put(paid);
  if (paid.balance !== null) balance.set(paid.balance);
  return paid;
}

/** Lets a hold go, or cancels and refunds. @throws Refused */
export async function cancel(reservationId: string): Promise<Reservation> {
  const cancelled = await change<Reservation>(`/api/v1/reservation/${reservationId}`, {
    method: 'DELETE',
    token: proof(),
  });
  put(cancelled);
  if (cancelled.balance !== null) balance.set(cancelled.balance);
  return cancelled;
}

function put(changed: Reservation): void {
  const others = (reservations.get() ?? []).filter((one) => one.reservationId !== changed.reservationId);
  reservations.set([changed, ...others]);
}

/** The fan's reservations, asked for when the component appears. */
export function useReservations(): { items: Reservation[] | null; refused: Refused | null; again: () => void } {
  const items = useStore(reservations);
  const me = useStore(fan);
  const [refused, setRefused] = useState<Refused | null>(null);
  // Another fan has other reservations
  const again = useCallback(() => {
    setRefused(null);
    Promise.all([loadReservations(), loadBalance()]).catch((error) =>
      setRefused(error instanceof Refused ? error : new Refused({}, 0)),
    );
  }, [me]);
  useEffect(again, [again]);
  return { items, refused, again };
}
