// The tables of a report, the same on the terminal, in HTML and in Markdown.
import type { Table } from '../../charts/table.ts';
import type { Findings } from './judge/findings.ts';
import type { VerdictRow } from './judge/verdict.ts';
import type { RunRecord } from './record.ts';
import { clockText, figure, measuredText, percent } from './words/figures.ts';
import type { Words } from './words/words.ts';

export type Mark = 'pass' | 'fail' | 'none';
export const markOf = ({ ok }: VerdictRow): Mark => (ok === null ? 'none' : ok ? 'pass' : 'fail');

/** The cells of a row of the seed's table: what is expected, what was measured, the limit, the result. */
export function verdictCells(row: VerdictRow, words: Words): [string, string, string, string] {
  const { labels } = words;
  const result = row.ok === null ? '-' : row.ok ? labels.pass : labels.fail;
  if (row.code === 'AUDIT') {
    const name = typeof row.of === 'string' ? (words.audits[row.of] ?? row.of) : null;
    const what = name === null ? words.rows.AUDIT : `${words.rows.AUDIT}: ${name}`;
    return [what, name === null ? labels.notAsked : detailOf(row, words), labels.always, result];
  }
  const bound = row.code === 'RESERVATION_SUCCESS' || row.code === 'SUSTAINED' ? labels.atLeast : labels.atMost;
  const limitText = measuredText(row.code, row.limit);
  const limit = words.language === 'ko' ? `${limitText} ${bound}` : `${bound} ${limitText}`;
  const measured =
    row.measured === null
      ? labels.notMeasured
      : `${measuredText(row.code, row.measured)} (${words.basis[row.code](Number(row.of))})`;
  return [words.rows[row.code], measured, limit, result];
}

/** What the audit found is told in its own words; that it found nothing is the result. */
const detailOf = ({ ok, detail }: VerdictRow, { labels }: Words) =>
  ok && detail === 'no violation' ? labels.noViolation : (detail ?? labels.noViolation);

export function verdictTable({ verdict }: Findings, words: Words): Table {
  const { labels } = words;
  return {
    head: [labels.expectation, labels.measured, labels.limit, labels.result],
    rows: verdict.map((row) => verdictCells(row, words)),
  };
}

export function kneeTable({ knee }: Findings, words: Words): Table | null {
  if (!knee) return null;
  const { labels } = words;
  return {
    head: [labels.time, labels.offered, labels.served, 'p95', labels.failed, labels.sound],
    rows: knee.steps.map((step) => [
      clockText(step.from * 1_000),
      step.offered === null ? step.name : figure(step.offered, 0),
      figure(step.served, 0),
      `${figure(step.p95)} ms`,
      percent(step.failedShare),
      step.sound ? labels.yes : labels.no,
    ]),
  };
}

/** Always true: a script has them to get a figure into the summary, as load/stress.js does. */
const JUDGES_NOTHING = /^(count>=0|rate<=1|p\(\d+\)>=0)$/;

export function thresholdTable({ metrics }: RunRecord, words: Words): Table | null {
  const { labels } = words;
  const rows = Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds)
      .filter(([source]) => !JUDGES_NOTHING.test(source))
      .map(([source, { ok, value }]) => [
        `${name}: ${source}`,
        value === undefined ? '-' : figure(value, 3),
        ok ? labels.pass : labels.fail,
      ]),
  );
  return rows.length === 0 ? null : { head: [labels.threshold, labels.measured, labels.result], rows };
}

export function settingsTable(run: RunRecord, words: Words): Table {
  const { labels } = words;
  const { server, machine, runner } = run;
  const seconds = (run.endedAt - run.startedAt) / 1_000;
  const env = Object.entries(run.env).map(([name, value]): [string, string] => [name, value]);
  return {
    head: [],
    rows: [
      [labels.target, run.baseUrl],
      [labels.service, serviceText(run, words)],
      [labels.started, `${new Date(run.startedAt).toISOString().replace('T', ' ').slice(0, 19)} UTC`],
      [labels.duration, `${figure(seconds)} s`],
      [labels.runner, `${figure(runner.cpuPercent, 0)} %`],
      [labels.runnerProcesses, String(runner.processes)],
      [labels.machine, `${machine.processors} ${labels.processors}`],
      [labels.exitCode, String(run.exitCode)],
      ...env,
      ...(server.silence ? [['/metrics', words.silence[server.silence]]] : []),
    ],
  };
}

export function serviceText({ server }: RunRecord, words: Words): string {
  const { processes, size, processCount } = server;
  if (processes.length === 0) return size ?? '-';
  return words.looked(processes, size, processCount === processes.length);
}

/** In one sentence. */
export function countsText({ client }: RunRecord, words: Words): string {
  const requests = client.reduce((sum, second) => sum + second.requests, 0);
  const group = (value: number) => Math.round(value).toLocaleString('en-US');
  return words.counts(group(requests), group(requests / Math.max(1, client.length)), String(client.length));
}
