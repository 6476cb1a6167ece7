// The JSON of --summary-export, in k6's layout: values beside each other, groups and checks by name, and for each
// threshold whether it was crossed, so that `true` is the bad one. What k6 does not have is under `jari`.
import type { SummaryData, SummaryGroup, SummaryMetric } from './data.ts';

export function exportSummary({ root_group, metrics, jari }: SummaryData): string {
  const exported = Object.entries(metrics).map(([name, metric]) => [name, exportMetric(metric)]);
  return JSON.stringify({ metrics: Object.fromEntries(exported), root_group: exportGroup(root_group), jari }, null, 4);
}

function exportMetric({ type, values, thresholds }: SummaryMetric): object {
  const { rate, ...counts } = values;
  const shown = type === 'rate' ? { ...counts, value: rate } : values;
  if (!thresholds) return shown;
  const crossed = Object.entries(thresholds).map(([source, { ok }]) => [source, !ok]);
  return { ...shown, thresholds: Object.fromEntries(crossed) };
}

function exportGroup({ name, path, id, groups, checks }: SummaryGroup): object {
  return {
    name,
    path,
    id,
    groups: Object.fromEntries(groups.map((group) => [group.name, exportGroup(group)])),
    checks: Object.fromEntries(checks.map((check) => [check.name, check])),
  };
}
