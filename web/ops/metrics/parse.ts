export interface Figure {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** Figures by name. */
export type Figures = ReadonlyMap<string, readonly Figure[]>;

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format. */
export function parseMetrics(text: string): Figures {
  const figures = new Map<string, Figure[]>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, labels, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    const figure = { labels: labels === undefined ? {} : labelsOf(labels), value: numberOf(value) };
    const known = figures.get(name);
    if (known) known.push(figure);
    else figures.set(name, [figure]);
  }
  return figures;
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(LABEL)) {
    if (name !== undefined && value !== undefined) labels[name] = value.replace(/\\(.)/g, unescaped);
  }
  return labels;
}

const unescaped = (_: string, character: string) => (character === 'n' ? '\n' : character);
const numberOf = (text: string) => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

/** The first figure of a name, of those with these labels. */
export function figure(figures: Figures, name: string, labels: Readonly<Record<string, string>> = {}): number | null {
  const wanted = Object.entries(labels);
  const found = figures.get(name)?.find((one) => wanted.every(([key, value]) => one.labels[key] === value));
  return found?.value ?? null;
}
