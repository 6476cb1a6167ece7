// What is printed after a run: the seed's table, and what limits it.
import type { Findings } from './judge/findings.ts';
import type { RunRecord } from './record.ts';
import { kneeTable, markOf, serviceText, verdictCells } from './tables.ts';
import { padded, widthOf } from './words/columns.ts';
import type { Words } from './words/words.ts';

const MARKS = { pass: '✓', fail: '✗', none: '-' } as const;
const COLORS = { pass: 32, fail: 31, none: 2 } as const;

export function terminalText(run: RunRecord, findings: Findings, words: Words, color: boolean): string {
  const { labels } = words;
  const paint = (text: string, code: number) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const rows = findings.verdict.map((row) => ({ mark: markOf(row), cells: verdictCells(row, words) }));
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map(({ cells }) => widthOf(cells[i] ?? ''))));
  const table = rows.map(({ mark, cells: [what, measured, limit, result] }) =>
    [
      `    ${paint(MARKS[mark], COLORS[mark])}`,
      padded(what, widths[0] ?? 0),
      paint(padded(measured, widths[1] ?? 0), COLORS[mark]),
      padded(limit, widths[2] ?? 0),
      result,
    ].join(' '),
  );
  const seen = run.server.seconds.length > 0;
  const { headline, evidence } = words.bottleneck({ bottleneck: findings.bottleneck, seen });
  const heading = (text: string) => `  ${paint('█', 1)} ${text.toUpperCase()}`;
  return [
    '',
    heading(labels.verdict),
    '',
    ...table,
    '',
    heading(labels.bottleneck),
    '',
    ...[headline, ...evidence].map((line) => `    ${line}`),
    ...(findings.knee && kneeTable(findings, words) ? [`    ${words.knee(findings.knee)}`] : []),
    ...(run.server.silence ? [`    ${words.silence[run.server.silence]}`] : []),
    ...(seen ? [paint(`    ${labels.service}: ${serviceText(run, words)}`, 2)] : []),
    '',
  ].join('\n');
}
