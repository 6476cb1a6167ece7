import type { Result } from './bench.ts';
import { median } from './bench.ts';
import type { Subject } from './kit.ts';
import type { WrkResult } from './wrk.ts';

/** Throws unless every invariant holds: a fast wrong answer is none. */
export async function auditOf(subject: Subject): Promise<void> {
  const response = await fetch(`${subject.url}/ops/api/audit`, {
    headers: { authorization: `Bearer ${subject.opsToken}` },
  });
  const report = (await response.json()) as { ok: boolean; checks: { ok: boolean; name: string; detail: string }[] };
  if (!report.ok) throw new Error(`the audit failed: ${JSON.stringify(report.checks.filter((check) => !check.ok))}`);
}

export function clientNote(results: readonly WrkResult[]): string {
  const cpu = median(results.map((one) => one.clientCpu));
  const p95 = median(results.map((one) => one.p95));
  return `p95 ${p95.toFixed(1)} ms; load generator at ${Math.round(cpu * 100)} % of a core`;
}

/** What the service's own process costs, beside the reference's. */
export const serverNote = ({ serverCpu }: WrkResult, bare?: WrkResult): string =>
  `${serverCpu.toFixed(0)} µs of processor a request${bare ? `, bare ${bare.serverCpu.toFixed(0)}` : ''}`;

const figure = (value: number) => (value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3));

export function table(results: readonly Result[]): string {
  const rows = results.map((r) => {
    const goal = `${r.better === 'higher' ? '≥' : '≤'} ${r.goal}`;
    const reference = r.referenceValue === undefined ? '' : `${figure(r.referenceValue)} (${r.reference})`;
    return [
      r.name,
      `${figure(r.value)} ${r.unit}`,
      reference,
      r.ratio?.toFixed(2) ?? '',
      goal,
      r.ok ? 'ok' : 'SHORT',
      r.note ?? '',
    ];
  });
  const head = ['name', 'value', 'reference', 'ratio', 'goal', '', 'note'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] as string).length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
