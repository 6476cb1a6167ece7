import { expect, test } from 'vitest';
import { chances } from '../../scripts/crash/chances.ts';
import { judge, type Rule, type Series } from '../../scripts/soak/judge.ts';
import { theilSen } from '../../scripts/soak/trend.ts';

const SECONDS = 3_600;
const FLAT: Rule = { kind: 'FLAT', percent: 10, floor: 2 };
const PER_WORK: Rule = { kind: 'PER_WORK', floor: 100 };
/** Three purchases a second. */
const work = at((second) => 3 * second);

function at(value: (second: number) => number): Series['points'] {
  return Array.from({ length: SECONDS / 10 }, (_, n) => ({ at: 10 * n, value: value(10 * n) }));
}
const verdictOf = (rule: Rule, value: (second: number) => number) =>
  judge({ name: 'figure', unit: '', rule, points: at(value) }, work).verdict;

/** As the memory of a process is read: now and then far off. */
function noisy(value: (second: number) => number): (second: number) => number {
  const random = chances(7);
  return (second) => value(second) + 4 * random() + (random() < 0.1 ? 200 * random() : 0);
}

test('a trend is the line through most points, whatever the others are', () => {
  const points = at(noisy((second) => 50 + second / 100));
  const { slope, intercept } = theilSen(points);
  expect(slope).toBeCloseTo(1 / 100, 3);
  expect(intercept).toBeGreaterThan(50);
  expect(intercept).toBeLessThan(56);
});

test('what stays is flat, through noise and after a warm-up; what leaks grows', () => {
  expect(verdictOf(FLAT, () => 50)).toBe('FLAT');
  expect(
    verdictOf(
      FLAT,
      noisy(() => 50),
    ),
  ).toBe('FLAT');
  expect(verdictOf(FLAT, (second) => Math.min(50, 20 + second / 20))).toBe('FLAT');
  expect(verdictOf(FLAT, (second) => 50 - second / 100)).toBe('FLAT');
  expect(
    verdictOf(
      FLAT,
      noisy((second) => 50 + second / 300),
    ),
  ).toBe('GROWS');
  expect(verdictOf({ kind: 'FLAT', percent: 10, floor: 0 }, (second) => (second > 2_000 ? second - 2_000 : 0))).toBe(
    'GROWS',
  );
});

test('what people bought may grow with it, and not faster and faster', () => {
  expect(verdictOf(PER_WORK, (second) => 6 * second)).toBe('AS_MUCH_AS_WORK');
  expect(verdictOf(PER_WORK, (second) => second ** 2 / 100)).toBe('GROWS');
});

test('what is kept for a while must be flat once that is over', () => {
  const kept: Rule = { kind: 'KEPT', seconds: 1_800, floor: 100 };
  expect(verdictOf(kept, (second) => 6 * Math.min(second, 1_800))).toBe('FLAT');
  expect(verdictOf(kept, (second) => 6 * second)).toBe('GROWS');
  expect(verdictOf({ ...kept, seconds: 86_400 }, (second) => 6 * second)).toBe('KEPT');
});

test('too few readings are no verdict', () => {
  const points = at(() => 50).slice(0, 4);
  expect(judge({ name: 'figure', unit: '', rule: FLAT, points }, work).verdict).toBe('NOTHING_SEEN');
});
