// A report as one page: nothing from elsewhere, charts that answer to a finger, readable on a phone and in print.
import { readFileSync } from 'node:fs';
import { chartHtml, linesToDraw } from '../../../charts/chart.ts';
import { escapeHtml } from '../../../charts/escape.ts';
import { PAGE_STYLE } from '../../../charts/style.ts';
import { type Table, tableHtml } from '../../../charts/table.ts';
import type { Findings } from '../judge/findings.ts';
import type { RunRecord } from '../record.ts';
import { countsText, kneeTable, markOf, settingsTable, thresholdTable, verdictCells } from '../tables.ts';
import { clockText } from '../words/figures.ts';
import type { Words } from '../words/words.ts';
import { chartsOf } from './charts.ts';

const HOVER = readFileSync(new URL('hover.js', import.meta.url), 'utf8');

const STYLE = `${PAGE_STYLE}
body { max-width: 76rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 2rem; }
.chart { min-width: 0; } .plot { touch-action: pan-y; cursor: crosshair; outline-offset: .3rem; }
.plot i { position: absolute; inset: 0 auto 0 0; width: 1px; background: var(--ink); opacity: .5; pointer-events: none; }
.plot b { position: absolute; top: calc(100% + .2rem); padding: 0 .3rem; font-size: .73rem; font-weight: 600; background: var(--paper); pointer-events: none; }
.found { border-left: 3px solid var(--l1); padding: .2rem 0 .2rem .8rem; margin: .5rem 0; } .found strong { font-size: 1.05rem; } .found ul { margin: .3rem 0 0; padding-left: 1.1rem; }
.pass { color: var(--good); font-weight: 600; white-space: nowrap; } .fail { color: var(--bad); font-weight: 700; white-space: nowrap; } .none { color: var(--quiet); }
.verdict td:first-child { font-weight: 500; width: 38%; }
.tight td:not(:first-child), .tight th { white-space: nowrap; }
.scroll { overflow-x: auto; } .scroll td { white-space: nowrap; }
@media (max-width: 36rem) {
  .verdict thead { display: none; } .verdict tr { display: grid; grid-template-columns: 1fr auto; border-bottom: 1px solid var(--grid); padding: .35rem 0; }
  .verdict td { border: 0; padding: 0; } .verdict td:first-child { width: auto; } .verdict td:nth-child(2) { grid-row: 2; } .verdict td:nth-child(3) { grid-row: 3; color: var(--quiet); } .verdict td:nth-child(4) { grid-row: 1; grid-column: 2; padding-left: .6rem; }
}
@media print { .hint, .plot i, .plot b { display: none; } .charts { grid-template-columns: 1fr 1fr; } }`;

export function reportHtml(run: RunRecord, findings: Findings, words: Words): string {
  const { labels } = words;
  const charts = chartsOf(run, words).filter((chart) => linesToDraw(chart).length > 0);
  const title = words.title(run.script);
  const thresholds = thresholdTable(run, words);
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(`${countsText(run, words)} ${sentence(findings, words)}`)}</p>
<h2>${labels.verdict}</h2>${verdictHtml(findings, words)}
<h2>${labels.bottleneck}</h2>${bottleneckHtml(run, findings, words)}
<h2>${labels.charts}</h2><p class="note hint">${labels.hover}</p>
<div class="charts">${charts.map(chartHtml).join('')}</div>
${thresholds ? `<h2>${labels.thresholds}</h2><div class="tight">${tableHtml(thresholds)}</div>` : ''}
<h2>${labels.settings}</h2>${tableHtml(settingsTable(run, words))}
<p class="note">${labels.made}</p>
<script type="application/json" id="series">${seriesJson(charts)}</script><script>${HOVER}</script>
</body></html>`;
}

export function sentence({ verdict }: Findings, { labels }: Words): string {
  return verdict.some(({ ok }) => ok === false) ? labels.notAllHold : labels.allHold;
}

function verdictHtml({ verdict }: Findings, words: Words): string {
  const { labels } = words;
  const head = [labels.expectation, labels.measured, labels.limit, labels.result];
  const rows = verdict.map((row) => {
    const [what, measured, limit, result] = verdictCells(row, words).map(escapeHtml);
    const quiet = row.ok === null ? ' class="none"' : '';
    return `<tr><td>${what}</td><td${quiet}>${measured}</td><td>${limit}</td><td class="${markOf(row)}">${result}</td></tr>`;
  });
  return `<table class="verdict"><thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function bottleneckHtml({ server }: RunRecord, findings: Findings, words: Words): string {
  const { headline, evidence } = words.bottleneck({
    bottleneck: findings.bottleneck,
    seen: server.seconds.length > 0,
  });
  const items = evidence.map((line) => `<li>${escapeHtml(line)}</li>`).join('');
  const silence = server.silence ? `<p class="note">${escapeHtml(words.silence[server.silence])}</p>` : '';
  const knee = kneeTable(findings, words);
  return `<div class="found"><strong>${escapeHtml(headline)}</strong>${items ? `<ul>${items}</ul>` : ''}</div>${silence}${knee && findings.knee ? `<h3>${words.labels.knee}</h3><p>${escapeHtml(words.knee(findings.knee))}</p>${scrolled(knee)}` : ''}`;
}

/** Many columns may be wider than a phone. */
const scrolled = (table: Table) => `<div class="scroll">${tableHtml(table)}</div>`;

/** What the script of the page reads: of each chart the lines that are drawn. `<` could end the element. */
function seriesJson(charts: ReturnType<typeof chartsOf>): string {
  const times = charts[0]?.times ?? [];
  const series = {
    times,
    clocks: times.map(clockText),
    charts: charts.map((chart) => linesToDraw(chart).map(({ values }) => values.map(rounded))),
  };
  return JSON.stringify(series).replaceAll('<', '\\u003c');
}

const rounded = (value: number | null) =>
  value === null ? null : value >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
