import { addLatency, noLatencies } from './latency.ts';
import type { Api, ApiFigures } from './sample.ts';

/** Counts the answers of the second under way, by API. On the path of every request: a look-up and a few additions. */
export class Traffic {
  #now: Partial<Record<Api, ApiFigures>> = {};

  /** @param shed refused on purpose, so not the fault that is looked for */
  answered(api: Api, status: number, milliseconds: number, shed: boolean): void {
    const figures = this.#counted(api, status);
    if (shed) figures.shed++;
    else if (status >= 500) figures.failed++;
    // What was refused at once says nothing about how fast the rest is.
    if (!shed) addLatency(figures.latencies, milliseconds);
  }

  /** Somebody was refused before they were let in: too many come, which is a fault to be looked for. */
  turnedAway(api: Api, status: number): void {
    this.#counted(api, status).failed++;
  }

  /** What was counted since the last time. */
  take(): Partial<Record<Api, ApiFigures>> {
    const taken = this.#now;
    this.#now = {};
    return taken;
  }

  #counted(api: Api, status: number): ApiFigures {
    this.#now[api] ??= { all: 0, statuses: {}, failed: 0, shed: 0, latencies: noLatencies() };
    const figures = this.#now[api];
    figures.all++;
    const name = nameOf(status);
    figures.statuses[name] = (figures.statuses[name] ?? 0) + 1;
    return figures;
  }
}

const NAMES = new Map<number, string>();

function nameOf(status: number): string {
  let name = NAMES.get(status);
  if (name === undefined) {
    name = status >= 500 || status === 429 ? String(status) : `${Math.floor(status / 100)}xx`;
    NAMES.set(status, name);
  }
  return name;
}

/** Which API a route belongs to; null for those that are not watched. @param route the path's pattern, or 'none' */
export function apiOf(method: string, route: string): Api | null {
  if (route === '/api/v1/token/create') return 'token';
  // An event stream ends when its listener leaves: how long it took says nothing.
  if (route === '/api/v1/token/events') return null;
  if (route.startsWith('/api/v1/token') || route.startsWith('/api/v1/queue')) return 'status';
  if (route.startsWith('/api/v1/reservation')) return method === 'GET' || method === 'HEAD' ? 'other' : 'reservation';
  if (route.startsWith('/api/v1/wallet')) return 'wallet';
  if (route.startsWith('/api/v1/concerts')) return 'catalog';
  return route.startsWith('/api/') ? 'other' : null;
}
