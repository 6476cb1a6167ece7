import { reportCharts } from './charts.ts';
import type { Report, ReportSettings } from './report.ts';
import { escapeHtml } from './svg.ts';
import {
  actionsTable,
  apiTable,
  impactTable,
  storeTable,
  summary,
  type Table,
  timelineTable,
  timesTable,
  utc,
} from './tables.ts';
import type { Words } from './words/words.ts';

const STYLE = `
:root { color-scheme: light; font: 15px/1.5 system-ui, "Noto Sans KR", "Apple SD Gothic Neo", sans-serif; color: #1b1f24; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; background: #fff; }
h1 { font-size: 1.6rem; margin: 0 0 .3rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1px solid #d7dbe0; padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1rem 0 .2rem; } p { margin: .3rem 0; } .lead { font-size: 1.05rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; } th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #e6e9ed; }
tbody th { font-weight: 500; width: 40%; } td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; break-inside: avoid; } figcaption { font-weight: 600; font-size: .92rem; } figcaption span, .legend span, .note { color: #5b6570; font-weight: 400; }
svg.chart { width: 100%; height: auto; display: block; } svg text { font-size: 11px; fill: #5b6570; }
.grid { stroke: #e6e9ed; } .shade { fill: #fde8d7; } .limit { stroke: #b91c1c; stroke-dasharray: 3 3; } .mark { stroke: #1b1f24; stroke-width: .7; opacity: .55; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .2rem 0 0; padding: 0; font-size: .85rem; } .legend svg { vertical-align: middle; margin-right: .3rem; }
.edited { white-space: pre-wrap; border-left: 3px solid #1f5fbf; padding-left: .8rem; }
nav { font-size: .9rem; } a { color: #1f5fbf; }
@media print { body { margin: 0; max-width: none; } nav { display: none; } h2 { break-after: avoid; } tr { break-inside: avoid; } }
@page { margin: 16mm; }`;

/** A report as one page: no script, nothing from elsewhere, readable in print. */
export function reportHtml(report: Report, settings: ReportSettings, words: Words): string {
  const { incident } = report;
  const { labels, parts } = words;
  const charts = reportCharts(report, settings, words);
  const users = `/ops/api/incidents/${incident.id}/affected-users`;
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(words.title(incident.id))}</title><style>${STYLE}</style></head><body>
<nav><a href="?lang=ko" lang="ko">한국어</a> · <a href="?lang=en" lang="en">English</a></nav>
<h1>${escapeHtml(words.title(incident.id))}</h1>
<p class="lead">${escapeHtml(summary(report, words))}</p>
<h2>${parts[0]}</h2>${tableHtml(timesTable(report, words))}
<h2>${parts[1]}</h2><p class="note">${labels.shown}</p>${tableHtml(apiTable(report, words))}${charts.apis.join('')}
<h2>${parts[2]}</h2>${tableHtml(storeTable(report, words))}${charts.stores.join('')}
<h2>${parts[3]}</h2>${tableHtml(impactTable(report, words))}
<p class="note">${labels.listOfUsers} <code>curl -H 'Accept: text/csv' -H "Authorization: Bearer $OPS_TOKEN" ${users}</code></p>
<h2>${parts[4]}</h2>${tableHtml(actionsTable(report, words))}
<h3>${labels.timeline}</h3>${tableHtml(timelineTable(report, words))}
<h2>${parts[5]}</h2>${improvementsHtml(report, words)}
</body></html>`;
}

function improvementsHtml({ incident, improvements }: Report, words: Words): string {
  const { labels } = words;
  if (incident.improvements !== null) {
    const when = incident.improvementsAt ? ` ${utc(incident.improvementsAt)}` : '';
    return `<p class="note">${labels.editedBy}${when}</p><div class="edited">${escapeHtml(incident.improvements)}</div>`;
  }
  const drafted = improvements.map((one) => {
    const { title, evidence } = words.improvement(one);
    return `<li><strong>${escapeHtml(title)}</strong><br>${escapeHtml(evidence)}</li>`;
  });
  return `<p class="note">${labels.draft}</p><ol>${drafted.join('')}</ol>`;
}

/** Without a head, the first column names what the second one tells. */
function tableHtml({ head, rows }: Table): string {
  const headed = head.length > 0;
  const row = (cells: readonly string[]) =>
    `<tr>${cells.map((cell, i) => (headed || i > 0 ? `<td>${escapeHtml(cell)}</td>` : `<th scope="row">${escapeHtml(cell)}</th>`)).join('')}</tr>`;
  const top = headed
    ? `<thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead>`
    : '';
  return `<table>${top}<tbody>${rows.map(row).join('')}</tbody></table>`;
}
