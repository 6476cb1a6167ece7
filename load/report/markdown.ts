// The same report as Markdown; its charts are one table over time.
import { type Table, tableMarkdown } from '../../charts/table.ts';
import type { Findings } from './judge/findings.ts';
import { sentence } from './page/html.ts';
import type { RunRecord } from './record.ts';
import { countsText, kneeTable, settingsTable, thresholdTable, verdictTable } from './tables.ts';
import { clockText, figure } from './words/figures.ts';
import type { Words } from './words/words.ts';

/** A table that is longer is not read. */
const MOST_ROWS = 30;

export function reportMarkdown(run: RunRecord, findings: Findings, words: Words): string {
  const { labels } = words;
  const { headline, evidence } = words.bottleneck({
    bottleneck: findings.bottleneck,
    seen: run.server.seconds.length > 0,
  });
  const knee = kneeTable(findings, words);
  const thresholds = thresholdTable(run, words);
  const sections = [
    `# ${words.title(run.script)}`,
    `${countsText(run, words)} ${sentence(findings, words)}`,
    `## ${labels.verdict}`,
    tableMarkdown(verdictTable(findings, words)),
    `## ${labels.bottleneck}`,
    `**${headline}**`,
    evidence.map((line) => `- ${line}`).join('\n'),
    ...(run.server.silence ? [words.silence[run.server.silence]] : []),
    ...(knee && findings.knee ? [`### ${labels.knee}`, words.knee(findings.knee), tableMarkdown(knee)] : []),
    `## ${labels.charts}`,
    tableMarkdown(overTime(run, words)),
    ...(thresholds ? [`## ${labels.thresholds}`, tableMarkdown(thresholds)] : []),
    `## ${labels.settings}`,
    tableMarkdown(settingsTable(run, words)),
    `*${labels.made}*`,
  ];
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`;
}

function overTime({ client, server }: RunRecord, { labels }: Words): Table {
  const bySecond = new Map(server.seconds.map((second) => [second.second, second]));
  const every = Math.max(1, Math.ceil(client.length / MOST_ROWS));
  const shown = (value: number | null | undefined, digits = 0) =>
    value === null || value === undefined ? '-' : figure(value, digits);
  return {
    head: [
      labels.time,
      labels.requests,
      labels.failed,
      'p95 ms',
      labels.active,
      labels.waiting,
      `${labels.service} CPU %`,
      `${labels.loop} ms`,
      labels.commits,
      labels.lockWaiting,
      labels.poolWaiting,
      `Redis ${labels.commands}`,
      labels.lag,
    ],
    rows: client
      .filter((_, i) => i % every === 0)
      .map(({ second, requests, failed, latency }) => {
        const seen = bySecond.get(second);
        return [
          clockText(second * 1_000),
          shown(requests),
          shown(failed),
          shown(latency.p95, 1),
          shown(seen?.active),
          shown(seen?.waiting),
          shown(seen?.cpu === null || seen?.cpu === undefined ? null : seen.cpu * 100),
          shown(seen?.loopLagMs, 1),
          shown(seen?.commitsPerSecond),
          shown(seen?.lockWaiting),
          shown(seen?.poolWaiting),
          shown(seen?.redisCommandsPerSecond),
          shown(seen?.lag),
        ];
      }),
  };
}
