import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Durations } from '../../server/monitor/durations.ts';

const NAME = 'jari_http_request_duration_seconds';
const SECONDS = [0, 0.0005, 0.001, 0.0011, 0.3, 0.4, 5, 5.1, 60];
const ANSWERS = [
  ['GET', '/a', 200],
  ['POST', '/a', 200],
  ['GET', '/a', 404],
  ['GET', '/b/:id', 503],
] as const;

describe('durations of requests', () => {
  it('reads as a histogram of prom-client that saw the same', async () => {
    const ours = new Registry();
    const durations = new Durations();
    ours.registerMetric(durations.metric());
    const theirs = new Registry();
    const histogram = new Histogram({
      name: NAME,
      help: 'Time from the first byte of a request to the end of its answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5],
      registers: [theirs],
    });
    for (const [method, route, status] of ANSWERS) {
      for (const seconds of SECONDS) {
        durations.observe(method, route, status, seconds);
        histogram.observe({ method, route, status }, seconds);
      }
    }
    const sorted = async (registry: Registry) => (await registry.metrics()).split('\n').sort();
    expect(await sorted(ours)).toEqual(await sorted(theirs));
  });
});
