import { type Figures, figure } from './parse.ts';

/** Answers of one route with one status, since the process began. */
export interface RouteCounts {
  route: string;
  status: number;
  count: number;
  /** Cumulative, in the order of {@link Sample.bounds}. */
  buckets: number[];
}

/** What /metrics said at one moment. */
export interface Sample {
  /** Milliseconds since 1970. */
  at: number;
  cap: number | null;
  active: number | null;
  waiting: number | null;
  serving: number | null;
  outbox: number | null;
  outboxOldestSeconds: number | null;
  deliveries: number | null;
  deadLetters: number | null;
  /** Requests refused as too many, since the process began. */
  tooMany: number;
  loopP99Seconds: number | null;
  residentBytes: number | null;
  /** Upper bounds of the latency buckets, in seconds. */
  bounds: number[];
  routes: ReadonlyMap<string, RouteCounts>;
}

const DURATION = 'jari_http_request_duration_seconds';

/** Fans' traffic: the API, without streams, which last as long as somebody waits. */
const counts = (route: string) => route.startsWith('/api/') && !route.endsWith('/events');

export function sampleOf(figures: Figures, at: number, queueId: string): Sample {
  const queue = (name: string) => figure(figures, `jari_queue_${name}`, { queue: queueId });
  const { bounds, routes } = routesOf(figures);
  return {
    at,
    cap: queue('cap'),
    active: queue('active'),
    waiting: queue('waiting'),
    serving: queue('serving_ticket'),
    outbox: figure(figures, 'jari_outbox_unpublished'),
    outboxOldestSeconds: figure(figures, 'jari_outbox_oldest_seconds'),
    deliveries: figure(figures, 'jari_deliveries_pending'),
    deadLetters: figure(figures, 'jari_dead_letters'),
    tooMany: (figures.get('jari_refused_requests') ?? []).reduce((all, { value }) => all + value, 0),
    loopP99Seconds: figure(figures, 'nodejs_eventloop_lag_p99_seconds'),
    residentBytes: figure(figures, 'process_resident_memory_bytes'),
    bounds,
    routes,
  };
}

function routesOf(figures: Figures): { bounds: number[]; routes: Map<string, RouteCounts> } {
  const bounds: number[] = [];
  const routes = new Map<string, RouteCounts>();
  const of = (labels: Readonly<Record<string, string>>) => {
    const key = `${labels.method} ${labels.route} ${labels.status}`;
    let counted = routes.get(key);
    if (!counted) {
      counted = { route: `${labels.method} ${labels.route}`, status: Number(labels.status), count: 0, buckets: [] };
      routes.set(key, counted);
    }
    return counted;
  };
  for (const { labels, value } of figures.get(`${DURATION}_bucket`) ?? []) {
    if (!counts(labels.route ?? '')) continue;
    const bound = labels.le === '+Inf' ? Infinity : Number(labels.le);
    if (!bounds.includes(bound)) bounds.push(bound);
    of(labels).buckets.push(value);
  }
  for (const { labels, value } of figures.get(`${DURATION}_count`) ?? []) {
    if (counts(labels.route ?? '')) of(labels).count = value;
  }
  return { bounds, routes };
}
