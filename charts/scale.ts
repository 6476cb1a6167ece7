const STEPS_SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600];
const DAY_SECONDS = 86_400;

/** As many as can be read beside each other on a phone, on whole seconds. */
export function timeTicks(from: number, to: number): number[] {
  const step = STEPS_SECONDS.find((seconds) => (to - from) / (seconds * 1_000) <= 5) ?? DAY_SECONDS;
  const milliseconds = step * 1_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / milliseconds) * milliseconds; at <= to; at += milliseconds) ticks.push(at);
  return ticks;
}

/** A round number times a power of ten, and never 0. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 5, 6, 8, 10].find((times) => times * power >= value) ?? 10) * power;
}

export function shortNumber(value: number): string {
  if (value >= 1_000_000) return `${tenths(value / 1_000_000)}M`;
  if (value >= 10_000) return `${tenths(value / 1_000)}k`;
  return String(value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
}

const tenths = (value: number) => Math.round(value * 10) / 10;
