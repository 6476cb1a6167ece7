/** Seconds as an operator reads a latency. */
export function milliseconds(seconds: number | null | undefined): string {
  if (seconds == null) return '–';
  const value = seconds * 1_000;
  return value >= 1_000 ? `${(value / 1_000).toFixed(1)} s` : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

export const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.1 ? 2 : 0)} %`;

export const size = (bytes: number | null): string => (bytes === null ? '–' : `${Math.round(bytes / 1_048_576)} MiB`);
