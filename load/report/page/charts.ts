// The charts of a report: the client's and the service's side on the time axis of the run.
import type { Chart, Line } from '../../../charts/chart.ts';
import type { ClientSecond } from '../../runner/run/series.ts';
import { TOKEN_P95_MS } from '../judge/verdict.ts';
import type { RunRecord } from '../record.ts';
import type { ServerSecond } from '../server/second.ts';
import { clockText } from '../words/figures.ts';
import type { Words } from '../words/words.ts';

/** As many points as a chart shows; of a longer run several seconds are one point. */
const MOST_POINTS = 900;
/** As many lines as can be told apart. */
const MOST_LINES = 6;
const SECOND = 1_000;

export function chartsOf(run: RunRecord, words: Words): Chart[] {
  return [...clientCharts(run, words), ...serverCharts(run, words)];
}

type Draw = (title: string, unit: string, lines: readonly Line[], limit?: number) => Chart;

function clientCharts(run: RunRecord, words: Words): Chart[] {
  const { labels } = words;
  const draw = drawing(run);
  const line = (name: string, of: (second: ClientSecond) => number | null): Line => ({
    name,
    values: run.client.map(of),
  });
  const when = (value: number, { requests }: { requests: number }) => (requests > 0 ? value : null);
  const latencies = (['p50', 'p95', 'p99'] as const).map((name) =>
    line(name, (second) => when(second.latency[name], second)),
  );
  return [
    draw(labels.answersClient, '/s', [
      line(labels.good, ({ requests, failed }) => requests - failed),
      line(labels.failed, ({ failed }) => failed),
      ...statusLines(run.client),
    ]),
    draw(labels.latencyClient, 'ms', latencies, TOKEN_P95_MS),
    draw(
      labels.latencyByName,
      'ms',
      busiestNames(run.client).map((name) =>
        line(name, ({ routes }) => {
          const own = routes.filter((route) => route.name === name && route.requests > 0);
          return own.length === 0 ? null : Math.max(...own.map(({ latency }) => latency.p95));
        }),
      ),
    ),
    draw(labels.users, '', [
      line(labels.virtualUsers, ({ activeVus }) => activeVus),
      line(labels.dropped, ({ droppedIterations }) => droppedIterations),
    ]),
  ];
}

/** Each status but 200, of which there are few. */
function statusLines(client: readonly ClientSecond[]): Line[] {
  const of = ({ routes }: ClientSecond, status: string) =>
    routes.reduce((sum, { statuses }) => sum + (statuses[status] ?? 0), 0);
  const all = new Set(client.flatMap(({ routes }) => routes.flatMap(({ statuses }) => Object.keys(statuses))));
  const others = [...all].filter((status) => status[0] !== '2').sort();
  return others.map((status) => ({ name: status === '0' ? '—' : status, values: client.map((s) => of(s, status)) }));
}

function busiestNames(client: readonly ClientSecond[]): string[] {
  const counts = new Map<string, number>();
  for (const { name, requests } of client.flatMap(({ routes }) => routes))
    counts.set(name, (counts.get(name) ?? 0) + requests);
  // Where there is but one, the chart of all requests is its chart.
  return counts.size > 1 ? mostOf(counts) : [];
}

function serverCharts(run: RunRecord, words: Words): Chart[] {
  const { labels } = words;
  const draw = drawing(run);
  const bySecond = new Map(run.server.seconds.map((second) => [second.second, second]));
  const line = (name: string, of: (second: ServerSecond) => number | null): Line => ({
    name,
    values: run.client.map(({ second }) => {
      const seen = bySecond.get(second);
      return seen ? of(seen) : null;
    }),
  });
  const percent = (share: number | null) => (share === null ? null : share * 100);
  const busy = new Map(run.machine.busy.map(({ second, share }) => [second, share]));
  const { processors } = run.machine;
  return [
    draw(labels.line, '', [
      line(labels.active, ({ active }) => active),
      line(labels.cap, ({ cap }) => cap),
      line(labels.waiting, ({ waiting }) => waiting),
    ]),
    draw(labels.answersServer, '/s', [
      line(labels.good, ({ ok }) => ok),
      line(labels.refused, ({ refused }) => refused),
      line(labels.failed, ({ failed }) => failed),
    ]),
    draw(labels.routesServer, '/s', routeLines(run.server.seconds, line)),
    draw(labels.latencyServer, 'ms', [
      line('p50', ({ p50 }) => p50),
      line('p95', ({ p95 }) => p95),
      line('p99', ({ p99 }) => p99),
    ]),
    draw(labels.cpu, '%', [
      line(labels.serviceBusiest, ({ cpu }) => percent(cpu)),
      ...(run.server.processes.length > 1 ? [line(labels.serviceAll, ({ cpuOfAll }) => percent(cpuOfAll))] : []),
      line(labels.databaseCpu, ({ databaseCpu, databaseThread }) => percent(databaseCpu ?? databaseThread ?? null)),
      line('Redis', ({ redisCpu }) => percent(redisCpu)),
      { name: labels.runner, values: run.client.map(({ runnerCpuPercent }) => runnerCpuPercent) },
      {
        name: labels.wholeMachine,
        values: run.client.map(({ second }) => percent((busy.get(second) ?? Number.NaN) * processors)).map(seen),
      },
    ]),
    draw(labels.loop, 'ms', [line(labels.serviceBusiest, ({ loopLagMs }) => loopLagMs)]),
    draw(labels.database, '', [
      line(labels.lockWaiting, ({ lockWaiting }) => lockWaiting),
      line(labels.lockWait, ({ lockWaitMs }) => lockWaitMs),
      line(labels.poolUsed, ({ poolUsed }) => poolUsed),
      line(labels.poolWaiting, ({ poolWaiting }) => poolWaiting),
      line(labels.answerTime, ({ databaseAnswerMs }) => databaseAnswerMs),
    ]),
    draw(labels.databaseSessions, '', [line(labels.sessions, ({ databaseConnections }) => databaseConnections)]),
    draw(labels.transactions, '/s', [
      line(labels.commits, ({ commitsPerSecond }) => commitsPerSecond),
      line(labels.rollbacks, ({ rollbacksPerSecond }) => rollbacksPerSecond),
    ]),
    draw(labels.redis, '/s', [line(labels.commands, ({ redisCommandsPerSecond }) => redisCommandsPerSecond)]),
    draw(labels.redisUse, '', [
      line(labels.connections, ({ redisConnections }) => redisConnections),
      line(labels.memory, ({ redisMegabytes }) => redisMegabytes),
      line(labels.answerTime, ({ redisAnswerMs }) => redisAnswerMs),
    ]),
    draw(labels.events, '', [
      line(labels.outbox, ({ outbox }) => outbox),
      line(labels.lag, ({ lag }) => lag),
      line(labels.deadLetters, ({ deadLetters }) => deadLetters),
    ]),
    draw(labels.scheduler, '', [
      line(labels.ticks, ({ ticks }) => ticks),
      line(labels.ticksFailed, ({ ticksFailed }) => ticksFailed),
      line(labels.ticksLate, ({ ticksLateMs }) => ticksLateMs),
    ]),
  ];
}

const seen = (value: number | null) => (Number.isNaN(value) ? null : value);

function routeLines(
  seconds: readonly ServerSecond[],
  line: (name: string, of: (second: ServerSecond) => number | null) => Line,
): Line[] {
  const counts = new Map<string, number>();
  for (const { route, ok, refused, failed } of seconds.flatMap(({ routes }) => routes))
    counts.set(route, (counts.get(route) ?? 0) + ok + refused + failed);
  return mostOf(counts).map((name) =>
    line(name, ({ routes }) => {
      const own = routes.find(({ route }) => route === name);
      return own ? own.ok + own.refused + own.failed : 0;
    }),
  );
}

const mostOf = (counts: ReadonlyMap<string, number>): string[] =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_LINES)
    .map(([name]) => name);

/** Draws on the axis of the run. Several seconds in one point are shown by their mean rate, or their worst value. */
function drawing({ client }: RunRecord): Draw {
  const every = Math.max(1, Math.ceil(client.length / MOST_POINTS));
  const times = client.filter((_, i) => i % every === 0).map(({ second }) => second * SECOND);
  const to = Math.max(SECOND, (client.length - 1) * SECOND);
  return (title, unit, lines, limit) => ({
    title,
    unit,
    times,
    lines: lines.slice(0, MOST_LINES).map(({ name, values }) => ({ name, values: thinned(values, every, unit) })),
    from: 0,
    to,
    clock: clockText,
    limit,
  });
}

function thinned(values: readonly (number | null)[], every: number, unit: string): (number | null)[] {
  if (every === 1) return [...values];
  return Array.from({ length: Math.ceil(values.length / every) }, (_, i) => {
    const known = values.slice(i * every, (i + 1) * every).filter((value) => value !== null);
    if (known.length === 0) return null;
    return unit === '/s' ? known.reduce((sum, value) => sum + value, 0) / known.length : Math.max(...known);
  });
}
