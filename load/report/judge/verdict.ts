// The seed's table of expectations, row by row: what was measured, the limit, and whether it holds. Pure.
import type { RouteSecond } from '../../runner/run/series.ts';
import type { RunRecord } from '../record.ts';
import { routesOf } from './apis.ts';
import { percentileOver } from './percentile.ts';

export type RowCode = 'TOKEN_P95' | 'RESERVATION_SUCCESS' | 'SLOT_SECONDS' | 'SUSTAINED' | 'FAILURES' | 'AUDIT';

export interface VerdictRow {
  readonly code: RowCode;
  /** Milliseconds, a share, seconds or requests a second, as the code says. Null: not measured by this run. */
  readonly measured: number | null;
  readonly limit: number;
  /** Null when it was not measured. */
  readonly ok: boolean | null;
  /** What the measured value rests on: requests, slots past their end, the audit's check and what it found. */
  readonly of: number | string | null;
  readonly detail: string | null;
}

export const TOKEN_P95_MS = 300;
export const RESERVATION_SUCCESS = 0.99;
export const SLOT_SECONDS = 300;
/** The lower end of the seed's 10 to 30. */
export const SUSTAINED_PER_SECOND = 10;
export const FAILURES = 0.01;

export function verdictOf(run: RunRecord): VerdictRow[] {
  return [tokenTime(run), reservations(run), slots(run), sustained(run), failures(run), ...audits(run)];
}

type Judged = Omit<VerdictRow, 'code' | 'limit'>;
const NOT_MEASURED: Judged = { measured: null, ok: null, of: null, detail: null };

function tokenTime({ client, metrics }: RunRecord): VerdictRow {
  const routes = routesOf('token', client);
  // The summary knows every sample; it has this metric when a threshold is about it.
  const exact = metrics['http_req_duration{name:token}']?.values['p(95)'];
  const measured = sum(routes, ({ requests }) => requests) === 0 ? null : (exact ?? percentileOver(routes, 0.95));
  const judged = measured === null ? NOT_MEASURED : judge(measured, measured <= TOKEN_P95_MS, countOf(routes));
  return { code: 'TOKEN_P95', limit: TOKEN_P95_MS, ...judged };
}

/**
 * Of those who are inside. What the script expects besides success is an answer and no attempt that could have
 * succeeded: whoever wants a seat that somebody else has is told so.
 */
function reservations({ client }: RunRecord): VerdictRow {
  const routes = routesOf('reservation', client);
  const succeeded = sum(routes, ({ statuses }) => sum(Object.entries(statuses), ([s, n]) => (s[0] === '2' ? n : 0)));
  const failed = sum(routes, (route) => route.failed);
  const attempts = succeeded + failed;
  const share = succeeded / Math.max(1, attempts);
  const judged = attempts === 0 ? NOT_MEASURED : judge(share, share >= RESERVATION_SUCCESS, attempts);
  return { code: 'RESERVATION_SUCCESS', limit: RESERVATION_SUCCESS, ...judged };
}

/** How long the line lets slots last, and whether any outlived that. */
function slots({ server }: RunRecord): VerdictRow {
  const known = server.seconds.flatMap(({ slotSeconds }) => (slotSeconds === null ? [] : [slotSeconds]));
  if (known.length === 0) return { code: 'SLOT_SECONDS', limit: SLOT_SECONDS, ...NOT_MEASURED };
  const longest = Math.max(...known);
  const overdue = Math.max(...server.seconds.map(({ overdueSlots }) => overdueSlots ?? 0));
  return {
    code: 'SLOT_SECONDS',
    limit: SLOT_SECONDS,
    ...judge(longest, longest <= SLOT_SECONDS && overdue === 0, overdue),
  };
}

/**
 * Answers as expected, a second, while virtual users were at work: not while setup() waits for slots. A run that asks for
 * less than the limit, and gets all of it in time, says nothing about it.
 */
function sustained({ client }: RunRecord): VerdictRow {
  const row = { code: 'SUSTAINED', limit: SUSTAINED_PER_SECOND } as const;
  const seconds = client.filter(({ activeVus, iterations }) => activeVus > 0 || iterations > 0);
  if (countOf(seconds) === 0) return { ...row, ...NOT_MEASURED };
  const perSecond = sum(seconds, ({ requests, failed }) => requests - failed) / seconds.length;
  if (perSecond >= SUSTAINED_PER_SECOND) return { ...row, ...judge(perSecond, true, seconds.length) };
  const missed = sum(seconds, ({ failed, droppedIterations }) => failed + droppedIterations);
  const slow = (percentileOver(seconds, 0.95) ?? 0) > TOKEN_P95_MS;
  return { ...row, ...(missed === 0 && !slow ? NOT_MEASURED : judge(perSecond, false, seconds.length)) };
}

function failures({ client }: RunRecord): VerdictRow {
  const requests = countOf(client);
  const share = sum(client, ({ failed }) => failed) / Math.max(1, requests);
  const judged = requests === 0 ? NOT_MEASURED : judge(share, share <= FAILURES, requests);
  return { code: 'FAILURES', limit: FAILURES, ...judged };
}

function audits({ audit }: RunRecord): VerdictRow[] {
  if (!audit) return [{ code: 'AUDIT', limit: 0, ...NOT_MEASURED }];
  return audit.checks.map(({ name, ok, detail }) => ({
    code: 'AUDIT',
    measured: null,
    limit: 0,
    ok,
    of: name,
    detail,
  }));
}

const judge = (measured: number, ok: boolean, of: number): Judged => ({ measured, ok, of, detail: null });
const countOf = (parts: readonly Pick<RouteSecond, 'requests'>[]) => sum(parts, ({ requests }) => requests);
const sum = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((total, item) => total + of(item), 0);
