// The end-of-test summary as people know it from k6. It depends on nothing, because scripts get it too: the prelude
// serves it as jslib's textSummary(data, options).

interface Metric {
  readonly type: string;
  readonly contains: string;
  readonly values: Readonly<Record<string, number>>;
  readonly thresholds?: Readonly<Record<string, { readonly ok: boolean; readonly value?: number }>>;
}
interface Check {
  readonly name: string;
  readonly passes: number;
  readonly fails: number;
}
interface Group {
  readonly groups: readonly Group[];
  readonly checks: readonly Check[];
}
interface Data {
  readonly root_group?: Group;
  readonly options?: { readonly summaryTrendStats?: readonly string[]; readonly summaryTimeUnit?: string };
  readonly state?: { readonly testRunDurationMs?: number };
  readonly metrics: Readonly<Record<string, Metric>>;
  readonly jari?: { readonly runner: { readonly processes: number; readonly cpuPercent: number } };
}
interface TextOptions {
  readonly indent?: string;
  readonly enableColors?: boolean;
  readonly summaryTrendStats?: readonly string[];
  readonly summaryTimeUnit?: string;
  /** 'full' shows every metric, 'compact' those that matter most. */
  readonly mode?: 'compact' | 'full';
}

type Paint = (text: string, color: 'bold' | 'green' | 'red' | 'cyan' | 'faint') => string;

interface Row {
  readonly name: string;
  /** The metric it belongs to: itself, or the one whose submetric it is. */
  readonly of: string;
  readonly cells: readonly string[];
}

const compactHttp = ['http_req_duration', 'http_req_failed', 'http_reqs'];
const execution = ['dropped_iterations', 'iteration_duration', 'iterations', 'vus', 'vus_max'];
const MIN_NAME_WIDTH = 36;
const DEFAULT_STATS = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)'];

export function textSummary(data: Data, options: TextOptions = {}): string {
  const { indent = '', enableColors = false, mode = 'compact' } = options;
  const paint: Paint = enableColors ? color : (text) => text;
  const unit = options.summaryTimeUnit ?? data.options?.summaryTimeUnit ?? '';
  const stats = options.summaryTrendStats ?? data.options?.summaryTrendStats ?? DEFAULT_STATS;
  const rows = metricRows(data, { stats, unit });
  const shown = sections(data, mode).map(([title, chosen]) => ({ title, rows: rows.filter((row) => chosen(row.of)) }));
  const totals = checkTotals(data);
  const align = alignment([...totals, ...shown.flatMap((section) => section.rows)], paint);
  const lines = [...thresholdLines(data, paint, unit), `  ${paint('█', 'bold')} TOTAL RESULTS`, ''];
  if (totals.length > 0) lines.push(...totals.map(align), '', ...checkLines(data, paint), '');
  shown.push({ title: 'RUNNER', rows: runnerRows(data) });
  for (const section of shown) {
    if (section.rows.length > 0) lines.push(`    ${section.title}`, ...section.rows.map(align), '');
  }
  return lines.map((line) => indent + line).join('\n');
}

// ---- what goes where ----
function sections({ metrics }: Data, mode: string): [string, (name: string) => boolean][] {
  const isHttp = (name: string) => name === 'http_reqs' || name.startsWith('http_req_');
  const isData = (name: string) => name === 'data_received' || name === 'data_sent';
  const isOther = (name: string) => name === 'checks' || name === 'group_duration';
  const isOwn = (name: string) => !isHttp(name) && !isData(name) && !isOther(name) && !execution.includes(name);
  const judged = (name: string) => metrics[name]?.thresholds !== undefined;
  return [
    ['CUSTOM', isOwn],
    ['HTTP', (name) => isHttp(name) && (mode === 'full' || compactHttp.includes(name) || judged(name))],
    [
      'EXECUTION',
      (name) => execution.includes(name) || (name === 'group_duration' && (mode === 'full' || judged(name))),
    ],
    ['NETWORK', isData],
  ];
}

/** Our own: a runner that uses up its cores measures itself. */
function runnerRows({ jari }: Data): Row[] {
  if (!jari) return [];
  const { cpuPercent, processes } = jari.runner;
  const of = `of a core, ${processes} process${processes === 1 ? '' : 'es'}`;
  return [{ name: 'runner_cpu', of: 'runner_cpu', cells: [`${trimmed(cpuPercent, 1)}% ${of}`] }];
}

function metricRows({ metrics }: Data, format: { stats: readonly string[]; unit: string }): Row[] {
  const names = Object.keys(metrics).filter((name) => !name.includes('{'));
  return names.sort().flatMap((name) => {
    const own = metrics[name];
    const below = Object.keys(metrics).filter((other) => other.startsWith(`${name}{`));
    return [
      ...(own ? [{ name, of: name, cells: cellsOf(own, format) }] : []),
      ...below.map((other) => ({
        name: `  { ${other.slice(name.length + 1, -1)} }`,
        of: name,
        cells: cellsOf(metrics[other] as Metric, format),
      })),
    ];
  });
}

function cellsOf(metric: Metric, { stats, unit }: { stats: readonly string[]; unit: string }): string[] {
  const { values } = metric;
  const show = (value = 0) => humanizeValue(value, metric, unit);
  if (metric.type === 'counter') return [show(values.count), `${show(values.rate)}/s`];
  if (metric.type === 'gauge') return [show(values.value), `min=${show(values.min)}`, `max=${show(values.max)}`];
  if (metric.type === 'rate') {
    const total = (values.passes ?? 0) + (values.fails ?? 0);
    return [show(values.rate), `${values.passes ?? 0} out of ${total}`];
  }
  return stats.map((stat) => `${stat}=${stat === 'count' ? values[stat] : show(values[stat])}`);
}

/** Writes rows so that names, and each cell of rows of the same kind, stand below each other. */
function alignment(rows: readonly Row[], paint: Paint): (row: Row) => string {
  const nameWidth = Math.max(MIN_NAME_WIDTH, ...rows.map(({ name }) => name.length + 3));
  const isTrend = ({ cells }: Row) => cells.length > 3;
  const trendWidths = columnWidths(rows.filter(isTrend));
  const otherWidths = columnWidths(rows.filter((row) => !isTrend(row)));
  return (row) => {
    const widths = isTrend(row) ? trendWidths : otherWidths;
    const cells = row.cells.map((cell, at) => paint(cell.padEnd(widths[at] ?? 0), at === 0 ? 'cyan' : 'faint'));
    return `    ${row.name.padEnd(nameWidth, '.')}: ${cells.join(' ')}`.trimEnd();
  };
}

function columnWidths(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const { cells } of rows) {
    cells.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return widths;
}

// ---- thresholds and checks ----
function thresholdLines({ metrics }: Data, paint: Paint, unit: string): string[] {
  const judged = Object.keys(metrics).filter((name) => metrics[name]?.thresholds);
  if (judged.length === 0) return [];
  const lines = [`  ${paint('█', 'bold')} THRESHOLDS`, ''];
  for (const name of judged.sort()) {
    const metric = metrics[name] as Metric;
    lines.push(`    ${name}`);
    for (const [source, { ok, value }] of Object.entries(metric.thresholds ?? {})) {
      const aggregation = /^\s*(p\([^)]*\)|\w+)/.exec(source)?.[1] ?? '';
      const seen = value ?? metric.values[aggregation];
      const shown =
        value === undefined && noSamples(metric) ? 'no samples' : thresholdValue(seen, aggregation, metric, unit);
      lines.push(`    ${mark(ok, paint)} '${source}' ${paint(shown, ok ? 'green' : 'red')}`.trimEnd());
    }
    lines.push('');
  }
  return [...lines, ''];
}

const noSamples = ({ type, values }: Metric) =>
  type === 'rate' ? values.passes === 0 && values.fails === 0 : Object.values(values).every((value) => value === 0);

function thresholdValue(value: number | undefined, aggregation: string, metric: Metric, unit: string): string {
  if (value === undefined) return '';
  const isPerSecond = metric.type === 'counter' && aggregation === 'rate';
  const isCount = metric.type === 'counter' && metric.contains !== 'data';
  const shown = isCount && !isPerSecond ? trimmed(value, 6) : humanizeValue(value, metric, unit);
  return `${aggregation}=${shown}${isPerSecond ? '/s' : ''}`;
}

function checkTotals({ root_group: root, metrics, state }: Data): Row[] {
  if (!root || allChecks(root).length === 0) return [];
  const { passes = 0, fails = 0 } = metrics.checks?.values ?? {};
  const total = passes + fails;
  const perSecond = total / ((state?.testRunDurationMs ?? 0) / 1000 || 1);
  const row = (name: string, ...cells: string[]) => ({ name, of: 'checks', cells });
  return [
    row('checks_total', String(total), `${trimmed(perSecond, 6)}/s`),
    row('checks_succeeded', percent(passes / (total || 1)), `${passes} out of ${total}`),
    row('checks_failed', percent(fails / (total || 1)), `${fails} out of ${total}`),
  ];
}

function checkLines({ root_group: root }: Data, paint: Paint): string[] {
  return (root ? allChecks(root) : []).flatMap((check) => {
    const lines = [`    ${mark(check.fails === 0, paint)} ${check.name}`];
    if (check.fails === 0) return lines;
    const share = percent(check.passes / (check.passes + check.fails), 0);
    return [...lines, paint(`      ↳  ${share} — ✓ ${check.passes} / ✗ ${check.fails}`, 'red')];
  });
}

const allChecks = (group: Group): Check[] => [...group.checks, ...group.groups.flatMap(allChecks)];

// ---- values ----
/** A value of a metric in the words of k6's summary: '148.21ms', '1.2 MB', '0.00%'. */
export function humanizeValue(value: number, metric: { type: string; contains: string }, timeUnit = ''): string {
  if (metric.type === 'rate') return percent(value);
  if (metric.contains === 'data') return bytes(value);
  return metric.contains === 'time' ? time(value, timeUnit) : trimmed(value, 6);
}

/** Cut off, never rounded up: 99.999 % is not 100 %. */
function percent(share: number, digits = 2): string {
  const scale = 10 ** digits;
  return `${(Math.trunc(share * 100 * scale + 1e-9) / scale).toFixed(digits)}%`;
}

function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const power = Math.min(units.length - 1, value < 10 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${power === 0 || scaled >= 10 ? Math.floor(scaled + 0.5) : scaled.toFixed(1)} ${units[power]}`;
}

function time(milliseconds: number, unit: string): string {
  if (unit === 's') return `${(milliseconds / 1000).toFixed(2)}s`;
  if (unit === 'ms') return `${milliseconds.toFixed(2)}ms`;
  if (unit === 'us') return `${(milliseconds * 1000).toFixed(2)}µs`;
  if (milliseconds === 0) return '0s';
  if (milliseconds < 0.001) return `${Math.trunc(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${trimmed(milliseconds * 1000, 2)}µs`;
  if (milliseconds < 1000) return `${trimmed(milliseconds, 2)}ms`;
  if (milliseconds < 60_000) return `${trimmed(milliseconds / 1000, 2)}s`;
  const seconds = Math.round(milliseconds / 1000);
  const hours = Math.floor(seconds / 3600);
  return `${hours > 0 ? `${hours}h` : ''}${Math.floor(seconds / 60) % 60}m${seconds % 60}s`;
}

const trimmed = (value: number, digits: number) => String(Number(value.toFixed(digits)));
const mark = (ok: boolean, paint: Paint) => (ok ? paint('✓', 'green') : paint('✗', 'red'));

const codes = { bold: 1, faint: 2, red: 31, green: 32, cyan: 36 } as const;
function color(text: string, name: keyof typeof codes): string {
  return `\u001b[${codes[name]}m${text}\u001b[0m`;
}
