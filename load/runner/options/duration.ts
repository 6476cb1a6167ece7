// Durations as k6 writes them: '1h30m', '10s', '500ms', '1.5s', '1d'; a number (or text that is one) is milliseconds.
const units: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|ns|d|h|m|s)/g;

/** Milliseconds, or undefined when the value is not a duration. */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  if (typeof value !== 'string' || value === '') return undefined;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  let milliseconds = 0;
  let consumed = 0;
  for (const [text, number, unit] of value.matchAll(PART)) {
    milliseconds += Number(number) * (units[unit ?? ''] ?? 0);
    consumed += text.length;
  }
  return consumed === value.length ? milliseconds : undefined;
}

/** '10m40s', '30s', '1.5s', '500ms', '0s'. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1) return `${trim(milliseconds * 1000)}µs`;
  if (milliseconds < 1000) return `${trim(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const seconds = trim((milliseconds % 60_000) / 1000);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const trim = (value: number) => String(Number(value.toFixed(3)));
