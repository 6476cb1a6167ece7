import { type Chart, chartHtml, type Line } from '../../../charts/chart.ts';
import { latencyAt } from '../../monitor/latency.ts';
import { APIS, type Api } from '../../monitor/sample.ts';
import { isResponse } from './facts.ts';
import type { Report, ReportSettings } from './report.ts';
import type { Step } from './series.ts';
import type { Words } from './words/words.ts';

const SECOND = 1_000;
const clock = (at: number) => new Date(at).toISOString().slice(11, 19);

/** The charts of a report, as HTML: of the APIs (part 2) and of the stores (part 3). */
export function reportCharts(report: Report, settings: ReportSettings, words: Words) {
  const { steps, incident, timeline } = report;
  const { labels, apis } = words;
  const from = steps[0]?.at ?? incident.beganAt.getTime();
  const to = (steps.at(-1)?.at ?? from) + SECOND;
  const until = incident.closedAt?.getTime() ?? to;
  const marks = timeline.filter(isResponse).map((entry) => ({ at: entry.at.getTime(), label: words.entry(entry) }));
  const times = steps.map(({ at }) => at);
  const shaded = { from: incident.beganAt.getTime(), to: until };
  const chart = (title: string, unit: string, lines: Line[], limit?: number): string =>
    chartHtml({ title, unit, times, lines, from, to, clock, shaded, limit, marks } satisfies Chart);
  const line = (name: string, of: (step: Step) => number | null | undefined): Line => ({
    name,
    values: steps.map((step) => of(step) ?? null),
  });
  const used = APIS.filter((api) => steps.some(({ http }) => http[api]));
  const rate = (count: number | undefined, step: Step) => (count ?? 0) / step.seconds;
  const statuses = (api: Api): Line[] => {
    const names = new Set(steps.flatMap(({ http }) => Object.keys(http[api]?.statuses ?? {})));
    return [...names].sort().map((name) => line(name, (step) => rate(step.http[api]?.statuses[name], step)));
  };
  const latency = (api: Api) =>
    line(apis[api], ({ http }) => (http[api] ? latencyAt(http[api].latencies, 0.95) : null));
  const ms = 'ms';
  const perSecond = `/s`;
  return {
    apis: [
      chart(
        labels.requests,
        perSecond,
        used.map((api) => line(apis[api], (step) => rate(step.http[api]?.all, step))),
      ),
      chart(labels.statusesOfToken, perSecond, statuses('token')),
      chart(labels.statusesOfReservation, perSecond, statuses('reservation')),
      chart(`${labels.latency}: ${apis.token}`, ms, [latency('token')], settings.tokenMilliseconds),
      chart(`${labels.latency}: ${apis.reservation}`, ms, [latency('reservation')], settings.reservationMilliseconds),
    ].filter((html) => html !== ''),
    stores: [
      chart(labels.cpu, '%', [
        line(labels.processCpu, ({ cpu }) => cpu * 100),
        line(labels.databaseCpu, ({ database }) => (database?.cpu == null ? null : database.cpu * 100)),
        line('Redis', ({ redis }) => (redis ? redis.cpu * 100 : null)),
      ]),
      chart(`${labels.database}: ${labels.connections}`, '', [
        line(labels.connections, ({ database }) => database?.connections),
        line(labels.working, ({ database }) => database?.working),
        line(labels.lockWaiting, ({ database }) => database?.lockWaiting),
      ]),
      chart(`${labels.database}: TPS`, perSecond, [
        line(labels.commits, ({ database }) => database?.commitsPerSecond),
        line(labels.rollbacks, ({ database }) => database?.rollbacksPerSecond),
      ]),
      chart(`${labels.database}: ${labels.lockWait}`, ms, [
        line(labels.lockWait, ({ database }) => database?.longestLockWaitMilliseconds),
        line(labels.answered, ({ database }) => database?.answeredMilliseconds),
      ]),
      chart(`Redis: ${labels.connections}`, '', [line(labels.connections, ({ redis }) => redis?.connections)]),
      chart(`Redis: ${labels.commands}`, perSecond, [line(labels.commands, ({ redis }) => redis?.commandsPerSecond)]),
      chart(`Redis: ${labels.answered}`, ms, [line(labels.answered, ({ redis }) => redis?.answeredMilliseconds)]),
      chart(labels.line, '', [
        line(labels.active, (step) => step.line?.active),
        line(labels.cap, (step) => step.line?.cap),
        line(labels.waiting, (step) => step.line?.waiting),
      ]),
      chart(labels.events, '', [
        line(labels.outbox, ({ events }) => events?.outboxUnpublished),
        line(labels.lag, ({ events }) => (events?.lag ? events.lag.reduce((sum, one) => sum + one.events, 0) : null)),
        line('DLQ', ({ events }) => events?.deadLetters),
      ]),
    ].filter((html) => html !== ''),
  };
}
