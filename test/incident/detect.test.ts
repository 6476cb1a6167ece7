import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect, NOTHING_YET } from '../../server/incident/detect.ts';
import { KINDS, type Kind, type Sign } from '../../server/incident/kinds.ts';

const sign = (kind: Kind): Sign => ({ kind, code: 'TOKEN_LATENCY', value: 2, limit: 1 });

/** What fires after each sample, when only these samples show a sign of one kind. */
function firing(shown: readonly boolean[], kind: Kind = 'TOKEN_STORM'): boolean[] {
  let detection = NOTHING_YET;
  return shown.map((is, second) => {
    const verdict = detect(detection, is ? [sign(kind)] : [], second * 1_000);
    detection = verdict.detection;
    expect(verdict.firing.filter((other) => other !== kind)).toEqual([]);
    expect(verdict.beganAt === null).toBe(verdict.firing.length === 0);
    return verdict.firing.includes(kind);
  });
}

const openings = (fired: readonly boolean[]) => fired.filter((is, i) => is && !fired[i - 1]).length;
const samples = fc.array(fc.boolean(), { maxLength: 80 });

describe('detection', () => {
  it('fires within three samples that show a sign, for every kind', () => {
    for (const kind of KINDS) expect(firing([true, true, true], kind)).toEqual([false, false, true]);
  });

  it('takes one or two bad seconds for nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { maxLength: 2 }), (bad) => {
        expect(firing(Array.from({ length: 41 }, (_, i) => bad.includes(i)))).not.toContain(true);
      }),
    );
  });

  it('begins only where three of the last five samples are bad, and rests only where five are good', () => {
    fc.assert(
      fc.property(samples, (shown) => {
        const fired = firing(shown);
        fired.forEach((is, i) => {
          const last = shown.slice(Math.max(0, i - 4), i + 1);
          if (is && !fired[i - 1]) expect(last.filter(Boolean).length).toBeGreaterThanOrEqual(3);
          if (!is && fired[i - 1]) expect(last).toEqual([false, false, false, false, false]);
        });
      }),
    );
  });

  it('is one incident and not a hundred, however it flaps', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 30 }), (gaps) => {
        const flapping = [true, true, true, ...gaps.flatMap((gap) => [...new Array<boolean>(gap).fill(false), true])];
        expect(openings(firing(flapping))).toBe(1);
      }),
    );
  });

  it('tells when it began: the first sample that showed it', () => {
    let detection = NOTHING_YET;
    for (const [at, shown] of [
      [1, false],
      [2, true],
      [3, false],
      [4, true],
    ] as const) {
      detection = detect(detection, shown ? [sign('TOKEN_STORM')] : [], at).detection;
    }
    expect(detect(detection, [sign('TOKEN_STORM')], 5)).toMatchObject({ firing: ['TOKEN_STORM'], beganAt: 2 });
  });

  it('watches kinds apart', () => {
    let detection = NOTHING_YET;
    for (let at = 0; at < 3; at++) detection = detect(detection, [sign('TOKEN_STORM')], at).detection;
    const verdict = detect(detection, [sign('EVENTS_STALLED')], 3);
    expect(verdict.firing).toEqual(['TOKEN_STORM']);
  });
});
