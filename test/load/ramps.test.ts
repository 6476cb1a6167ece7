// When virtual users and iterations start. Expected: the "Ramping VUs", "Constant arrival rate" and "Ramping arrival
// rate" pages of k6's documentation: linear within a stage, iteration starts spaced evenly.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arrivals, vuSteps } from '../../load/runner/executors/ramps.ts';

const seconds = (durationSeconds: number, target: number) => ({ durationMs: durationSeconds * 1000, target });
const stage = fc.record({ durationMs: fc.integer({ min: 0, max: 20_000 }), target: fc.integer({ min: 0, max: 200 }) });

describe('virtual users on a ramp', () => {
  test('up to 4 in 2 seconds, evenly, the last at the end', () => {
    expect([...vuSteps(0, [seconds(2, 4)])]).toEqual([
      { atMs: 0, target: 0 },
      { atMs: 500, target: 1 },
      { atMs: 1000, target: 2 },
      { atMs: 1500, target: 3 },
      { atMs: 2000, target: 4 },
    ]);
  });
  test('the spike of the seed: 300 after 2 seconds, flat for 5, none after 9', () => {
    const steps = [...vuSteps(1, [seconds(2, 300), seconds(5, 300), seconds(2, 0)])];
    const at = (milliseconds: number) => steps.findLast(({ atMs }) => atMs <= milliseconds)?.target;
    expect([at(0), at(1000), at(2000), at(6999), at(8000), at(9000)]).toEqual([1, 150, 300, 300, 150, 0]);
  });
  test('a stage without a duration jumps', () => {
    expect([...vuSteps(1, [seconds(0, 10), seconds(1, 10), seconds(0, 2)])]).toEqual([
      { atMs: 0, target: 1 },
      { atMs: 0, target: 10 },
      { atMs: 1000, target: 2 },
    ]);
  });
  test('one step at a time, in order, ending at each target', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.array(stage, { maxLength: 6 }), (start, stages) => {
        const steps = [...vuSteps(start, stages)];
        expect(steps.at(-1)?.target).toBe(stages.at(-1)?.target ?? start);
        expect(steps.every(({ atMs }, index) => index === 0 || atMs >= (steps[index - 1]?.atMs ?? 0))).toBe(true);
      }),
    );
  });
});

describe('iterations that arrive', () => {
  test('10 a second for 1 second: every 100 ms', () => {
    const starts = [...arrivals(10, [seconds(1, 10)])];
    expect(starts.map((at) => Math.round(at))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  });
  test('300, ramping to 600, 600, down to 60 a minute: the area under the rate', () => {
    const perMinute = (rate: number) => rate / 60;
    const stages = [seconds(60, perMinute(300)), seconds(120, perMinute(600)), seconds(240, perMinute(600))];
    const starts = [...arrivals(perMinute(300), [...stages, seconds(120, perMinute(60))])];
    expect(starts.length).toBe(300 + 900 + 2400 + 660);
    expect(starts.filter((at) => at < 60_000).length).toBe(300);
    expect(starts.filter((at) => at < 180_000).length).toBe(1200);
  });
  test('a rate of 0 starts nothing', () => {
    expect([...arrivals(0, [seconds(5, 0)])]).toEqual([]);
    expect([...arrivals(0, [seconds(5, 0), seconds(1, 10)])].length).toBe(5);
  });
  test('as many as the area under the rate, in order, within the stages', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.array(stage, { minLength: 1, maxLength: 6 }),
        (start, stages) => {
          const starts = [...arrivals(start, stages)];
          let rate = start;
          let area = 0;
          let total = 0;
          for (const { durationMs, target } of stages) {
            area += ((rate + target) / 2 / 1000) * durationMs;
            total += durationMs;
            rate = target;
          }
          expect(Math.abs(starts.length - area)).toBeLessThanOrEqual(1);
          expect(starts.every((at, index) => at >= (starts[index - 1] ?? 0) && at < total)).toBe(true);
        },
      ),
    );
  });
  test('at a steady rate the gaps are equal, whatever the rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (rate) => {
        const starts = [...arrivals(rate, [seconds(2, rate)])];
        expect(starts.length).toBe(rate * 2);
        const furthest = Math.max(...starts.map((at, index) => Math.abs(at - (index * 1000) / rate)));
        expect(furthest).toBeLessThan(1e-6);
      }),
      { numRuns: 20 },
    );
  });
});
