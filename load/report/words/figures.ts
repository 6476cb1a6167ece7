// Figures as they are written in both languages.
import type { Resource, Use } from '../judge/saturation.ts';
import type { RowCode } from '../judge/verdict.ts';

export const figure = (value: number, digits = 1): string => String(Math.round(value * 10 ** digits) / 10 ** digits);

/** Never rounded up to a whole: 99.996 % is not 100 %. */
export const percent = (share: number, digits = 2): string =>
  `${figure(Math.floor(share * 100 * 10 ** digits + 1e-6) / 10 ** digits, digits)} %`;

const UNITS: Readonly<Record<Exclude<RowCode, 'AUDIT'>, (value: number) => string>> = {
  TOKEN_P95: (value) => `${figure(value)} ms`,
  RESERVATION_SUCCESS: (value) => percent(value),
  SLOT_SECONDS: (value) => `${figure(value, 0)} s`,
  SUSTAINED: (value) => `${figure(value)} /s`,
  // Rounded up, as the limit is at its top.
  FAILURES: (value) => `${figure(Math.ceil(value * 10_000 - 1e-6) / 100, 2)} %`,
};

export const measuredText = (code: Exclude<RowCode, 'AUDIT'>, value: number): string => UNITS[code](value);

const OF: Readonly<Record<Resource, (value: number) => string>> = {
  RUNNER_CPU: (value) => percent(value, 0),
  SERVICE_CPU: (value) => percent(value, 0),
  DATABASE_CPU: (value) => percent(value, 0),
  DATABASE_THREAD: (value) => percent(value, 0),
  REDIS_CPU: (value) => percent(value, 0),
  MACHINE_CPU: (value) => percent(value, 0),
  LOCKS: (value) => figure(value, 0),
  POOL: (value) => figure(value, 0),
  REDIS_TIME: (value) => `${figure(value, 0)} ms`,
  EVENT_LOOP: (value) => `${figure(value, 0)} ms`,
  LAG: (value) => figure(value, 0),
};

export const useText = ({ resource, most, limit }: Use): { most: string; limit: string } => ({
  most: most === null ? '-' : OF[resource](most),
  limit: OF[resource](limit),
});

/** Since the start of the run: 0:07, 1:02:09. */
export function clockText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
