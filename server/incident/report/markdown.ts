import { escapeMarkdown } from '../../../charts/escape.ts';
import { type Table, tableMarkdown } from '../../../charts/table.ts';
import { latencyAt } from '../../monitor/latency.ts';
import type { Api } from '../../monitor/sample.ts';
import type { Report } from './report.ts';
import type { Step } from './series.ts';
import { actionsTable, apiTable, impactTable, storeTable, summary, timelineTable, timesTable, utc } from './tables.ts';
import { figure, type Words } from './words/words.ts';

/** A chart in characters is as wide as a table may be. */
const MOST_ROWS = 20;

/** The same report as Markdown; its charts are tables over time. */
export function reportMarkdown(report: Report, words: Words): string {
  const { parts, labels } = words;
  const sections = [
    `# ${words.title(report.incident.id)}`,
    summary(report, words),
    `## ${parts[0]}`,
    tableMarkdown(timesTable(report, words)),
    `## ${parts[1]}`,
    tableMarkdown(apiTable(report, words)),
    tableMarkdown(overTime(report.steps, words)),
    `## ${parts[2]}`,
    tableMarkdown(storeTable(report, words)),
    tableMarkdown(storesOverTime(report.steps, words)),
    `## ${parts[3]}`,
    tableMarkdown(impactTable(report, words)),
    `## ${parts[4]}`,
    tableMarkdown(actionsTable(report, words)),
    `### ${labels.timeline}`,
    tableMarkdown(timelineTable(report, words)),
    `## ${parts[5]}`,
    improvementsText(report, words),
  ];
  return `${sections.join('\n\n')}\n`;
}

function improvementsText({ incident, improvements }: Report, words: Words): string {
  if (incident.improvements !== null) {
    const when = incident.improvementsAt ? ` ${utc(incident.improvementsAt)}` : '';
    return `*${words.labels.editedBy}${when}*\n\n${incident.improvements}`;
  }
  const drafted = improvements.map((one, i) => {
    const { title, evidence } = words.improvement(one);
    return `${i + 1}. **${escapeMarkdown(title)}** ${escapeMarkdown(evidence)}`;
  });
  return `*${words.labels.draft}*\n\n${drafted.join('\n')}`;
}

function overTime(steps: readonly Step[], { labels, apis }: Words): Table {
  const shown = ['token', 'reservation'] as const satisfies Api[];
  return {
    head: [labels.time, ...shown.flatMap((api) => [`${apis[api]} /s`, `${apis[api]} ms`, `${apis[api]} 5xx /s`])],
    rows: thinned(steps).map((step) => [
      new Date(step.at).toISOString().slice(11, 19),
      ...shown.flatMap((api) => {
        const figures = step.http[api];
        if (!figures) return ['0', '-', '0'];
        const failed = (figures.failed + figures.shed) / step.seconds;
        const latency = latencyAt(figures.latencies, 0.95);
        return [figure(figures.all / step.seconds, 0), latency === null ? '-' : figure(latency, 0), figure(failed, 0)];
      }),
    ]),
  };
}

function storesOverTime(steps: readonly Step[], { labels }: Words): Table {
  const shown = (value: number | undefined | null) => (value === undefined || value === null ? '-' : figure(value, 0));
  return {
    head: [
      labels.time,
      `DB ${labels.connections}`,
      `DB ${labels.lockWaiting}`,
      'DB TPS',
      `Redis ${labels.connections}`,
      `Redis ${labels.commands} /s`,
      labels.active,
      labels.cap,
      labels.waiting,
    ],
    rows: thinned(steps).map(({ at, database, redis, line }) => [
      new Date(at).toISOString().slice(11, 19),
      shown(database?.connections),
      shown(database?.lockWaiting),
      shown(database?.commitsPerSecond),
      shown(redis?.connections),
      shown(redis?.commandsPerSecond),
      shown(line?.active),
      shown(line?.cap),
      shown(line?.waiting),
    ]),
  };
}

function thinned(steps: readonly Step[]): Step[] {
  const every = Math.max(1, Math.ceil(steps.length / MOST_ROWS));
  return steps.filter((_, i) => i % every === 0);
}
