import { type Figures, figure, parseMetrics } from '../../../web/ops/metrics/parse.ts';
import type { SoakedService } from '../service.ts';
import { flat, type Look, MEGABYTE, type Reading } from './look.ts';

/** Of the process and of the line, as the service's own metrics say. */
const FIGURES: readonly [metric: string, name: string, unit: string, times: number, floor: number][] = [
  ['process_resident_memory_bytes', 'memory of the process (RSS)', 'MB', 1 / MEGABYTE, 16],
  ['nodejs_external_memory_bytes', 'memory outside the heap (buffers)', 'MB', 1 / MEGABYTE, 4],
  ['process_open_fds', 'open files and sockets', '', 1, 8],
  ['nodejs_active_resources_total', 'active resources of Node', '', 1, 12],
  ['nodejs_active_handles_total', 'active handles of Node', '', 1, 8],
  ['nodejs_eventloop_lag_p99_seconds', 'event-loop lag, p99', 'ms', 1_000, 15],
  ['jari_database_pool_used', 'connections of the pool in use', '', 1, 3],
  ['jari_database_connections', 'sessions of the database', '', 1, 3],
  ['jari_redis_connections', 'connections of Redis', '', 1, 2],
  ['jari_queue_listeners', 'listeners to their place', '', 1, 10],
  ['jari_queue_waiting', 'people who wait', '', 1, 10],
  ['jari_queue_active', 'people inside', '', 1, 5],
  ['jari_outbox_unpublished', 'events that wait for the relay', '', 1, 50],
  ['jari_deliveries_pending', 'events that wait for a consumer', '', 1, 50],
  ['jari_dead_letters', 'dead letters', '', 1, 0],
  ['jari_consumer_lag', 'events behind in Kafka', '', 1, 50],
];

const PAID = { route: '/api/v1/reservation/:reservationId/pay', status: '200' };

export interface ProcessLook extends Look {
  /** By the last reading, since the service began. */
  readonly purchases: number;
}

/** Its heap after a full collection, and what `/metrics` says. */
export function lookAtProcess({ url, opsToken, heap }: SoakedService): ProcessLook {
  let purchases = 0;
  return {
    get purchases() {
      return purchases;
    },
    async read() {
      const metrics = await metricsOf(url, opsToken);
      purchases = figure(metrics, 'jari_http_request_duration_seconds_count', PAID) ?? 0;
      const used = await heap.used();
      return [flat('heap after a full collection', 'MB', used / MEGABYTE, 2), ...FIGURES.flatMap(readingIn(metrics))];
    },
    close: async () => heap.close(),
  };
}

const readingIn =
  (metrics: Figures) =>
  ([metric, name, unit, times, floor]: (typeof FIGURES)[number]): Reading[] => {
    const found = metrics.get(metric);
    if (found === undefined) return [];
    const sum =
      metric === 'jari_consumer_lag' ? found.reduce((all, one) => all + one.value, 0) : figure(metrics, metric);
    return [flat(name, unit, (sum ?? 0) * times, floor)];
  };

export async function metricsOf(url: string, opsToken: string): Promise<Figures> {
  const headers = { authorization: `Bearer ${opsToken}` };
  const answer = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
  return parseMetrics(await answer.text());
}
