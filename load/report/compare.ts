// Two runs side by side, from the JSON of --summary-export: figure by figure, with the difference.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { usageError } from '../runner/exit-codes.ts';
import type { Judgement } from './export.ts';
import type { VerdictRow } from './judge/verdict.ts';
import { verdictCells } from './tables.ts';
import { padded, widthOf } from './words/columns.ts';
import { figure, useText } from './words/figures.ts';
import type { Words } from './words/words.ts';

/** Of k6's own, those that tell how a run went. Rates and percentiles; others can be asked of the files. */
const METRICS =
  /^(http_reqs|http_req_duration|http_req_failed|iterations|dropped_iterations|checks|vus_max|data_received)(\{|$)/;
const SHOWN = ['rate', 'value', 'count', 'avg', 'med', 'p(95)', 'p(99)', 'max', 'passes', 'fails'];
/** Figures that say the same as another one, or that every run has. */
const HIDDEN =
  /^(http_req_failed|checks).*: (passes|fails)$|^vus_max: (min|max)$|^data_received: rate$|^vus_max.*: (min|max)$/;

export interface Exported {
  readonly metrics: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly jari?: Judgement;
}

export interface Compared {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  readonly difference: string;
}

/** @throws RunFailure when it is no such file */
export function readExport(file: string): Exported {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw usageError(`${file}: ${(error as Error).message}`);
  }
  if (typeof parsed !== 'object' || parsed === null || !('metrics' in parsed))
    throw usageError(`${file} is not what --summary-export writes: run with that, then compare`);
  return parsed as Exported;
}

export function compare(a: Exported, b: Exported, words: Words): Compared[] {
  return [...verdicts(a.jari, b.jari, words), ...limits(a.jari, b.jari, words), ...metrics(a, b)];
}

function metrics(a: Exported, b: Exported): Compared[] {
  const names = [...new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)])].filter((name) =>
    METRICS.test(name),
  );
  return names.sort().flatMap((name) =>
    SHOWN.flatMap((aggregate) => {
      const [one, other] = [a, b].map(({ metrics: all }) => all[name]?.[aggregate]);
      if (typeof one !== 'number' && typeof other !== 'number') return [];
      return [row(`${name}: ${aggregate}`, numberOf(one), numberOf(other))];
    }).filter(({ name: shown }) => !HIDDEN.test(shown)),
  );
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);

function row(name: string, a: number | null, b: number | null): Compared {
  const shown = (value: number | null) => (value === null ? '-' : figure(value, Math.abs(value) < 10 ? 4 : 1));
  return { name, a: shown(a), b: shown(b), difference: a === null || b === null ? '' : difference(a, b) };
}

function difference(a: number, b: number): string {
  if (a === b) return '=';
  const sign = b > a ? '+' : '';
  return a === 0 ? `${sign}${figure(b - a, 4)}` : `${sign}${figure((b / a - 1) * 100)} %`;
}

function verdicts(a: Judgement | undefined, b: Judgement | undefined, words: Words): Compared[] {
  const key = ({ code, of }: VerdictRow) => (code === 'AUDIT' ? `${code} ${of}` : code);
  const keys = [...new Set([...(a?.verdict ?? []), ...(b?.verdict ?? [])].map(key))];
  return keys.map((wanted) => {
    const [one, other] = [a, b].map((judgement) => judgement?.verdict.find((each) => key(each) === wanted));
    const known = (one ?? other) as VerdictRow;
    const shown = (each: VerdictRow | undefined) => {
      if (!each) return '-';
      const [, measured, , result] = verdictCells(each, words);
      return each.ok === null ? measured : `${measured} ${result}`;
    };
    const both = one?.measured != null && other?.measured != null;
    const change = one?.ok !== other?.ok ? `${resultOf(one, words)} → ${resultOf(other, words)}` : '';
    return {
      name: verdictCells(known, words)[0],
      a: shown(one),
      b: shown(other),
      difference: change || (both ? difference(one.measured, other.measured) : ''),
    };
  });
}

const resultOf = (each: VerdictRow | undefined, words: Words) => (each ? verdictCells(each, words)[3] : '-');

function limits(a: Judgement | undefined, b: Judgement | undefined, words: Words): Compared[] {
  if (!a && !b) return [];
  const { labels } = words;
  const limit = (judgement: Judgement | undefined) => {
    if (!judgement) return '-';
    const { bottleneck: first } = judgement;
    return first ? `${words.resources[first.resource]} ${useText(first).most}` : labels.none;
  };
  const served = (judgement: Judgement | undefined) => judgement?.knee?.lastSound?.served ?? null;
  const knees = a?.knee || b?.knee ? [row(`${labels.knee}: ${labels.served}`, served(a), served(b))] : [];
  const [one, other] = [a, b].map((judgement) => judgement?.runnerCpuPercent ?? null);
  return [
    {
      name: labels.bottleneck,
      a: limit(a),
      b: limit(b),
      difference: a?.bottleneck?.resource === b?.bottleneck?.resource ? '=' : '≠',
    },
    ...knees,
    row(`${labels.runner} %`, one ?? null, other ?? null),
  ];
}

/** As it is printed: a row a figure, with the names of the files above. */
export function compareText(files: readonly [string, string], rows: readonly Compared[], words: Words): string {
  const head: Compared = {
    name: words.labels.figure,
    a: basename(files[0]),
    b: basename(files[1]),
    difference: words.labels.difference,
  };
  const lines = [head, ...rows];
  const width = (of: (line: Compared) => string) => Math.max(...lines.map((line) => widthOf(of(line))));
  const [name, a, b] = [width((line) => line.name), width((line) => line.a), width((line) => line.b)];
  const written = lines.map((line) =>
    `${padded(line.name, name)}  ${padded(line.a, a)}  ${padded(line.b, b)}  ${line.difference}`.trimEnd(),
  );
  return `${written.join('\n')}\n`;
}
