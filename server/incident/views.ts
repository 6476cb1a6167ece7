import type { Static } from 'typebox';
import type { Incident, IncidentSummary } from '../../contract/incident.ts';
import type { HurtUser } from './incident.ts';
import type { Report } from './report/report.ts';
import { summary, utc } from './report/tables.ts';
import type { Words } from './report/words/words.ts';
import type { IncidentRecord } from './store.ts';

/** An incident in a list. */
export function summaryView(record: IncidentRecord, words: Words): Static<typeof IncidentSummary> {
  const { id, kinds, beganAt, openedAt, closedAt, affectedUsers } = record;
  const seconds = ((closedAt ?? new Date()).getTime() - beganAt.getTime()) / 1_000;
  return {
    id,
    status: closedAt === null ? 'OPEN' : 'CLOSED',
    kinds,
    beganAt: beganAt.toISOString(),
    noticedAt: openedAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
    durationSeconds: Math.max(0, Math.round(seconds)),
    affectedUsers,
    loweredCaps: Object.entries(record.caps).map(([queueId, { own, set: now }]) => ({ queueId, own, now })),
    summary: words.summary({
      kinds,
      began: utc(beganAt),
      seconds,
      open: closedAt === null,
      noticedSeconds: Math.max(0, (openedAt.getTime() - beganAt.getTime()) / 1_000),
      respondedSeconds: null,
      affectedUsers,
    }),
  };
}

/** One incident, with all that happened. */
export function detailView(report: Report, words: Words): Static<typeof Incident> {
  const { incident, timeline, impact, compensations, improvements } = report;
  const users = (kind: string) => compensations.filter((one) => one.kind === kind).length;
  return {
    ...summaryView(incident, words),
    summary: summary(report, words),
    impact,
    timeline: timeline.map((entry) => ({
      at: entry.at.toISOString(),
      process: entry.process,
      subject: entry.subject,
      code: entry.code,
      text: words.entry(entry),
      reason: words.reason(entry),
      facts: entry.facts,
    })),
    improvements: {
      drafted: improvements.map((one) => ({ code: one.code, ...words.improvement(one) })),
      edited: incident.improvements,
      editedAt: incident.improvementsAt?.toISOString() ?? null,
    },
    compensations: { credited: users('WALLET_CREDIT'), prioritised: users('PRIORITY_REENTRY') },
  };
}

export const userView = ({ firstAt, lastAt, ...user }: HurtUser) => ({
  ...user,
  firstAt: firstAt.toISOString(),
  lastAt: lastAt.toISOString(),
});
