/** A line of a chart. Null leaves a gap: it could not be seen. */
export interface Line {
  name: string;
  points: readonly { at: number; value: number | null }[];
}

export interface Chart {
  title: string;
  unit: string;
  lines: readonly Line[];
  /** The time axis, in milliseconds since 1970. */
  from: number;
  to: number;
  /** The part in which something was wrong. */
  shaded: { from: number; to: number };
  /** A limit worth showing. */
  limit?: number | undefined;
  /** Moments at which something was done. */
  marks: readonly { at: number; label: string }[];
}

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 52;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;
/** Told apart on paper too: each colour has a dash of its own. */
const STROKES = [
  { color: '#1f5fbf', dash: '' },
  { color: '#c2410c', dash: '6 3' },
  { color: '#15803d', dash: '2 3' },
  { color: '#7e22ce', dash: '8 3 2 3' },
  { color: '#b91c1c', dash: '4 2' },
  { color: '#475569', dash: '1 3' },
] as const;

/** A line chart as inline SVG, with its legend as HTML: no script, readable in print. */
export function chartHtml(chart: Chart): string {
  const lines = chart.lines.filter(({ points }) => points.some(({ value }) => value !== null));
  if (lines.length === 0) return '';
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0)), chart.limit ?? 0);
  const top = niceCeiling(highest);
  const x = (at: number) => LEFT + ((at - chart.from) / Math.max(1, chart.to - chart.from)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const clamp = (at: number) => Math.min(chart.to, Math.max(chart.from, at));
  const shade = { left: x(clamp(chart.shaded.from)), right: x(clamp(chart.shaded.to)) };
  const parts = [
    `<rect class="shade" x="${n(shade.left)}" y="${TOP}" width="${n(shade.right - shade.left)}" height="${HEIGHT - TOP - BOTTOM}"/>`,
    ...[0, 0.5, 1].map((part) => gridLine(y(top * part), shortNumber(top * part))),
    ...timeTicks(chart.from, chart.to).map((at) => tick(x(at), clock(at))),
    ...(chart.limit === undefined
      ? []
      : [
          `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y(chart.limit))}" y2="${n(y(chart.limit))}"/>`,
        ]),
    ...chart.marks
      .filter(({ at }) => at >= chart.from && at <= chart.to)
      .map(
        ({ at, label }) =>
          `<line class="mark" x1="${n(x(at))}" x2="${n(x(at))}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"><title>${escapeHtml(`${clock(at)} ${label}`)}</title></line>`,
      ),
    ...lines.map((line, i) => path(line, i, x, y)),
  ];
  const legend = lines.map(({ name, points }, i) => {
    const most = Math.max(...points.map(({ value }) => value ?? 0));
    const { color, dash } = strokeOf(i);
    return `<li><svg width="26" height="8" aria-hidden="true"><line x1="0" x2="26" y1="4" y2="4" stroke="${color}" stroke-width="2" stroke-dasharray="${dash}"/></svg>${escapeHtml(name)} <span>↑ ${shortNumber(n(most))}</span></li>`;
  });
  return `<figure><figcaption>${escapeHtml(chart.title)}${chart.unit ? ` <span>(${escapeHtml(chart.unit)})</span>` : ''}</figcaption>
<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(chart.title)}">${parts.join('')}</svg>
<ul class="legend">${legend.join('')}</ul></figure>`;
}

function path({ points }: Line, index: number, x: (at: number) => number, y: (value: number) => number): string {
  let drawn = '';
  let pen = 'M';
  for (const { at, value } of points) {
    if (value === null) pen = 'M';
    else {
      drawn += `${pen}${n(x(at))} ${n(y(value))}`;
      pen = 'L';
    }
  }
  const { color, dash } = strokeOf(index);
  return `<path d="${drawn}" fill="none" stroke="${color}" stroke-width="1.6" stroke-linejoin="round" stroke-dasharray="${dash}"/>`;
}

const strokeOf = (index: number) => STROKES[index % STROKES.length] as (typeof STROKES)[number];

const gridLine = (y: number, label: string) =>
  `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${n(y)}" y2="${n(y)}"/><text x="${LEFT - 6}" y="${n(y + 4)}" text-anchor="end">${label}</text>`;
const tick = (x: number, label: string) => `<text x="${n(x)}" y="${HEIGHT - 6}" text-anchor="middle">${label}</text>`;

/** About five, on whole seconds, away from the edges. */
function timeTicks(from: number, to: number): number[] {
  const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600].find(
    (seconds) => (to - from) / (seconds * 1_000) <= 6,
  );
  const milliseconds = (step ?? 86_400) * 1_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / milliseconds) * milliseconds; at <= to; at += milliseconds) ticks.push(at);
  return ticks;
}

/** 1, 2 or 5 times a power of ten, and never 0. */
function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((times) => times * power >= value) ?? 10) * power;
}

function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${n(value / 1_000_000)}M`;
  if (value >= 10_000) return `${n(value / 1_000)}k`;
  return String(value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
}

const clock = (at: number) => new Date(at).toISOString().slice(11, 19);
const n = (value: number) => Math.round(value * 10) / 10;

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
