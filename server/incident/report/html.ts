import { escapeHtml } from '../../../charts/escape.ts';
import { PAGE_STYLE } from '../../../charts/style.ts';
import { tableHtml } from '../../../charts/table.ts';
import { reportCharts } from './charts.ts';
import type { Report, ReportSettings } from './report.ts';
import { actionsTable, apiTable, impactTable, storeTable, summary, timelineTable, timesTable, utc } from './tables.ts';
import type { Words } from './words/words.ts';

const STYLE = `${PAGE_STYLE}
td:first-child { white-space: nowrap; }
.edited { white-space: pre-wrap; border-left: 3px solid var(--link); padding-left: .8rem; }
nav { font-size: .9rem; }`;

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
