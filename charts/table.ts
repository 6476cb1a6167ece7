import { escapeHtml, escapeMarkdown } from './escape.ts';

/** A table of a report: its head, and its rows as text. Without a head, the first column names what the second tells. */
export interface Table {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

export function tableHtml({ head, rows }: Table): string {
  const headed = head.length > 0;
  const row = (cells: readonly string[]) =>
    `<tr>${cells.map((cell, i) => (headed || i > 0 ? `<td>${escapeHtml(cell)}</td>` : `<th scope="row">${escapeHtml(cell)}</th>`)).join('')}</tr>`;
  const top = headed
    ? `<thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')}</tr></thead>`
    : '';
  return `<table>${top}<tbody>${rows.map(row).join('')}</tbody></table>`;
}

export function tableMarkdown({ head, rows }: Table): string {
  const width = head.length || rows[0]?.length || 1;
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  const top = head.length > 0 ? line(head) : line(new Array<string>(width).fill(' '));
  return [top, `|${' --- |'.repeat(width)}`, ...rows.map(line)].join('\n');
}
