import { describe, expect, it } from 'vitest';
import { detect, NOTHING_YET } from '../../server/incident/detect.ts';
import type { Kind, SignCode } from '../../server/incident/kinds.ts';
import { LIMITS } from '../../server/incident/limits.ts';
import { signsOf } from '../../server/incident/signs.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { type RECORDED, recorded } from './support/recorded.ts';

const EXPECTED: [(typeof RECORDED)[number], Kind, SignCode[]][] = [
  ['redis-storm', 'TOKEN_STORM', ['TOKEN_FAILURES', 'REDIS_LOST', 'REDIS_CONNECTIONS', 'REDIS_REFUSED']],
  ['db-lock', 'RESERVATION_BOTTLENECK', ['RESERVATION_FAILURES', 'ROWS_LOCKED']],
  ['kafka-down', 'EVENTS_STALLED', ['BROKER_LOST', 'RELAY_FAILING', 'RELAY_BACKLOG']],
  ['scheduler-stall', 'SCHEDULER_STALLED', ['JOB_LATE']],
  ['poison', 'CONSUMER_FAILING', ['ATTEMPTS_FAILING']],
];

/** What is seen and noticed after each sample. */
function watched(samples: readonly Sample[]) {
  let detection = NOTHING_YET;
  return samples.map((sample, i) => {
    const signs = signsOf(samples.slice(0, i + 1), LIMITS);
    const verdict = detect(detection, signs, sample.at);
    detection = verdict.detection;
    return { signs: signs.map(({ code }) => code), firing: verdict.firing };
  });
}

describe('series recorded in drills', () => {
  it.each(EXPECTED)(
    '%s is noticed as %s and as nothing else, within three samples of its first sign',
    (name, kind, codes) => {
      const seen = watched(recorded(name));
      const firstSign = seen.findIndex(({ signs }) => signs.length > 0);
      const noticed = seen.findIndex(({ firing }) => firing.length > 0);
      expect(firstSign).toBeGreaterThan(3);
      expect(noticed - firstSign).toBeLessThanOrEqual(3);
      expect(new Set(seen.flatMap(({ firing }) => firing))).toEqual(new Set([kind]));
      const found = new Set(seen.flatMap(({ signs }) => signs));
      for (const code of codes) expect(found).toContain(code);
    },
  );

  it.each(EXPECTED.filter(([name]) => name !== 'poison'))('%s is over once, and stays over', (name) => {
    const fired = watched(recorded(name)).map(({ firing }) => firing.length > 0);
    const changes = fired.filter((is, i) => is !== (fired[i - 1] ?? false)).length;
    expect(changes).toBe(2);
    expect(fired.at(-1)).toBe(false);
  });
});
