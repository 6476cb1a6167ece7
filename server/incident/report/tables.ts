import type { Table } from '../../../charts/table.ts';
import type { Api } from '../../monitor/sample.ts';
import { isResponse } from './facts.ts';
import type { Report } from './report.ts';
import { figure, type Words } from './words/words.ts';

export const utc = (at: Date): string => at.toISOString().replace('T', ' ').slice(0, 19);
/** The day stands at the top of the report. */
const clock = (at: Date): string => at.toISOString().slice(11, 19);

export function durationSeconds({ incident }: Report, now = new Date()): number {
  return ((incident.closedAt ?? now).getTime() - incident.beganAt.getTime()) / 1_000;
}

/** Part 1. */
export function timesTable(report: Report, words: Words): Table {
  const { incident, facts } = report;
  const { labels } = words;
  const after = (seconds: number | null) =>
    seconds === null ? labels.none : `${words.duration(seconds)} ${labels.after}`;
  return {
    head: [],
    rows: [
      [labels.kind, incident.kinds.map((kind) => words.kinds[kind]).join(', ')],
      [labels.began, utc(incident.beganAt)],
      [labels.noticed, `${utc(incident.openedAt)} (${after(facts.noticedSeconds)})`],
      [labels.firstResponse, after(facts.respondedSeconds)],
      [labels.ended, incident.closedAt ? utc(incident.closedAt) : labels.stillOpen],
      [labels.duration, words.duration(durationSeconds(report))],
    ],
  };
}

/** Part 2. */
export function apiTable({ facts }: Report, words: Words): Table {
  const { labels, apis } = words;
  const rows = (Object.keys(facts.mostPerSecond) as Api[]).map((api) => [
    apis[api],
    figure(facts.mostPerSecond[api] ?? 0, 0),
    facts.worstLatency[api] === undefined ? '-' : `${figure(facts.worstLatency[api], 0)} ms`,
  ]);
  return {
    head: [
      labels.api,
      `${labels.requests} ${labels.perSecond} (${labels.atMost})`,
      `${labels.latency} (${labels.worst})`,
    ],
    rows,
  };
}

/** Part 3. */
export function storeTable({ facts }: Report, words: Words): Table {
  const { labels } = words;
  const { most, lostSeconds } = facts;
  const of = (used: number, limit: number) =>
    limit > 0 ? `${figure(used, 0)} / ${figure(limit, 0)}` : figure(used, 0);
  const percent = (share: number) => `${figure(share * 100, 0)} %`;
  return {
    head: [labels.figure, labels.atMost],
    rows: [
      [`${labels.database}: ${labels.cpu}`, most.databaseCpu === null ? '-' : percent(most.databaseCpu)],
      [`${labels.database}: ${labels.connections}`, of(most.databaseConnections, most.maxDatabaseConnections)],
      [`${labels.database}: TPS`, figure(most.commitsPerSecond, 0)],
      [`${labels.database}: ${labels.lockWait}`, `${figure(most.lockWaitMilliseconds, 0)} ms`],
      [`${labels.database}: ${labels.lockWaiting}`, figure(most.lockWaiting, 0)],
      ...(most.maxRedisConnections > 0 || lostSeconds.redis > 0
        ? [
            [`Redis: ${labels.connections}`, of(most.redisConnections, most.maxRedisConnections)],
            [`Redis: ${labels.answered}`, `${figure(most.redisMilliseconds)} ms`],
            [`Redis: ${labels.memory}`, `${of(most.redisMemoryMegabytes, most.maxRedisMemoryMegabytes)} MB`],
          ]
        : [['Redis', labels.notInUse]]),
      [`${labels.process}: ${labels.cpu}`, percent(most.processCpu)],
      [`${labels.events}: ${labels.outbox}`, figure(most.outbox, 0)],
      [`${labels.events}: ${labels.lag}`, figure(most.lag, 0)],
    ],
  };
}

/** Part 4. */
export function impactTable({ impact, compensations }: Report, words: Words): Table {
  const { labels } = words;
  const credited = compensations.filter(({ kind }) => kind === 'WALLET_CREDIT').length;
  const promised = compensations.filter(({ kind }) => kind === 'PRIORITY_REENTRY').length;
  return {
    head: [],
    rows: [
      [labels.affected, String(impact.users)],
      [labels.failed, String(impact.failed)],
      [labels.slow, String(impact.slow)],
      [labels.slotEnded, String(impact.slotEnded)],
      [labels.holdEnded, String(impact.holdEnded)],
      [labels.compensated, `${credited} ${labels.credited}, ${promised} ${labels.prioritised}`],
    ],
  };
}

/** Part 5: what was done, with its reason. */
export function actionsTable({ timeline }: Report, words: Words): Table {
  const { labels } = words;
  const done = timeline.filter((entry) => isResponse(entry) || /^(letters|compensation)$/.test(entry.subject));
  return {
    head: [labels.time, labels.what, labels.why],
    rows: done.map((entry) => [clock(entry.at), words.entry(entry), words.reason(entry) ?? '']),
  };
}

/** Part 5: everything. */
export function timelineTable({ timeline }: Report, words: Words): Table {
  const { labels } = words;
  return {
    head: [labels.time, labels.what, labels.by],
    rows: timeline.map((entry) => [clock(entry.at), words.entry(entry), entry.process]),
  };
}

export function summary(report: Report, words: Words): string {
  const { incident, facts, impact } = report;
  return words.summary({
    kinds: incident.kinds,
    began: utc(incident.beganAt),
    seconds: durationSeconds(report),
    open: incident.closedAt === null,
    noticedSeconds: facts.noticedSeconds,
    respondedSeconds: facts.respondedSeconds,
    affectedUsers: impact.users,
  });
}
