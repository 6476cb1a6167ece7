import { useEffect, useState } from 'preact/hooks';
import { makeStore } from './store.ts';

/** How far the service's clock is ahead of this device's, in milliseconds. Deadlines are the service's. */
let ahead = 0;

/** From the Date header of an answer, which knows whole seconds: only a difference that matters is taken. */
export function hearDate(header: string | null): void {
  const at = header === null ? Number.NaN : Date.parse(header);
  if (Number.isNaN(at)) return;
  const difference = at + 500 - Date.now();
  if (Math.abs(difference - ahead) > 1_500) ahead = difference;
}

/** Milliseconds until a moment of the service's clock, never below 0. */
export const until = (iso: string): number => Math.max(0, Date.parse(iso) - Date.now() - ahead);

const seconds = makeStore(0);
let timer: ReturnType<typeof setInterval> | undefined;
let followers = 0;

/** Draws the component again every second: one timer for all of them. */
export function useSeconds(): void {
  const [, draw] = useState(0);
  useEffect(() => {
    followers++;
    timer ??= setInterval(() => seconds.set(seconds.get() + 1), 1_000);
    const end = seconds.follow(draw);
    return () => {
      end();
      if (--followers > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
}
