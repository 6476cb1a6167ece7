import { escapeHtml } from './escape.ts';
import { niceCeiling, shortNumber, timeTicks } from './scale.ts';

/** A line of a chart: a value for each of its times. Null leaves a gap: it could not be seen. */
export interface Line {
  name: string;
  values: readonly (number | null)[];
}

export interface Chart {
  title: string;
  unit: string;
  /** Of the values, in milliseconds. */
  times: readonly number[];
  lines: readonly Line[];
  /** The time axis, in milliseconds. */
  from: number;
  to: number;
  /** How a time is written. */
  clock: (at: number) => string;
  /** The part in which something was wrong, if there is one. */
  shaded?: { from: number; to: number } | undefined;
  /** A limit worth showing. */
  limit?: number | undefined;
  /** Moments at which something was done. */
  marks?: readonly { at: number; label: string }[];
}

/** The drawing is stretched to the width that there is; what is written beside it is not. */
const WIDTH = 1_000;
const HEIGHT = 100;
/** Told apart on paper too: each colour of the style has a dash of its own. */
const DASHES = ['', '6 3', '2 3', '8 3 2 3', '4 2', '1 3'] as const;

/** The lines that have something to show, in their order. */
export const linesToDraw = ({ lines }: Pick<Chart, 'lines'>): Line[] =>
  lines.filter(({ values }) => values.some((value) => value !== null));

/** A line chart as inline SVG with labels and legend as HTML: no script, readable on a phone and in print. */
export function chartHtml(chart: Chart): string {
  const { title, unit, from, to, times, limit, clock } = chart;
  const lines = linesToDraw(chart);
  if (lines.length === 0) return '';
  const most = lines.map(({ values }) => values.reduce<number>((high, value) => Math.max(high, value ?? 0), 0));
  const top = niceCeiling(Math.max(...most, limit ?? 0));
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)));
  const x = (at: number) => share(at) * WIDTH;
  const y = (value: number) => (1 - value / top) * HEIGHT;
  const drawn = [
    shade(chart, x),
    ...[0, 0.5, 1].map((part) => across('grid', y(top * part))),
    limit === undefined ? '' : across('limit', y(limit)),
    ...marks(chart, x),
    ...lines.map(({ values }, i) => path(times, values, i, x, y)),
  ];
  const labels = [
    ...[0, 0.5, 1].map(
      (part) => `<span class="y" style="top:${n(100 - part * 100)}%">${shortNumber(top * part)}</span>`,
    ),
    ...timeTicks(from, to).map((at) => tick(share(at), clock(at))),
  ];
  const legend = lines.map(({ name }, i) => {
    const key = `<svg width="26" height="8" aria-hidden="true"><line class="l${i % DASHES.length}" x1="0" x2="26" y1="4" y2="4" stroke-dasharray="${dash(i)}"/></svg>`;
    return `<li>${key}${escapeHtml(name)} <output>↑ ${shortNumber(n(most[i] ?? 0))}</output></li>`;
  });
  return `<figure class="chart"><figcaption>${escapeHtml(title)}${unit ? ` <span>(${escapeHtml(unit)})</span>` : ''}</figcaption>
<div class="plot"><svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(title)}">${drawn.join('')}</svg>${labels.join('')}</div>
<ul class="legend">${legend.join('')}</ul></figure>`;
}

function path(
  times: readonly number[],
  values: readonly (number | null)[],
  index: number,
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let drawn = '';
  let pen = 'M';
  for (const [i, value] of values.entries()) {
    if (value === null) pen = 'M';
    else {
      drawn += `${pen}${n(x(times[i] ?? 0))} ${n(y(value))}`;
      // A value alone between gaps would be a line without length: that is drawn as a dot.
      if (pen === 'M') drawn += 'l0.1 0';
      pen = 'L';
    }
  }
  return `<path class="l${index % DASHES.length}" d="${drawn}" stroke-dasharray="${dash(index)}"/>`;
}

const dash = (index: number) => DASHES[index % DASHES.length] as string;

const across = (name: string, y: number) => `<line class="${name}" x1="0" x2="${WIDTH}" y1="${n(y)}" y2="${n(y)}"/>`;

function shade({ shaded }: Chart, x: (at: number) => number): string {
  if (!shaded) return '';
  const [left, right] = [x(shaded.from), x(shaded.to)];
  return `<rect class="shade" x="${n(left)}" y="0" width="${n(right - left)}" height="${HEIGHT}"/>`;
}

const marks = ({ marks: all = [], from, to, clock }: Chart, x: (at: number) => number): string[] =>
  all
    .filter(({ at }) => at >= from && at <= to)
    .map(
      ({ at, label }) =>
        `<line class="mark" x1="${n(x(at))}" x2="${n(x(at))}" y1="0" y2="${HEIGHT}"><title>${escapeHtml(`${clock(at)} ${label}`)}</title></line>`,
    );

/** Written within the chart's width also at its ends. */
function tick(share: number, label: string): string {
  const shift = share < 0.08 ? 0 : share > 0.92 ? -100 : -50;
  return `<span class="x" style="left:${n(share * 100)}%;transform:translateX(${shift}%)">${label}</span>`;
}

const n = (value: number) => Math.round(value * 10) / 10;
