import { describe, expect, it } from 'vitest';
import { drawnTicket } from '../../scripts/verify-draw.ts';
import { demoConcerts } from '../../server/catalog/demo/concerts.ts';
import { sha256 } from '../../server/queue/draw/draw.ts';
import { check } from '../../web/fan/place/draw-check.ts';
import { progress, waitRange } from '../../web/fan/place/estimate.ts';
import { readEvents, type StreamEvent } from '../../web/fan/place/event-reader.ts';
import { fitted, resized } from '../../web/fan/seats/map/camera.ts';
import { Finder } from '../../web/fan/seats/venue/finder.ts';
import { nearestFree } from '../../web/fan/seats/venue/nearest.ts';
import { within } from '../../web/fan/seats/venue/shape.ts';
import { layOut } from '../../web/fan/seats/venue/venue.ts';
import { en as fanEn } from '../../web/fan/texts/en.ts';
import { ko as fanKo } from '../../web/fan/texts/ko.ts';
import { percentile, routesBetween, trafficBetween } from '../../web/ops/metrics/between.ts';
import { parseMetrics } from '../../web/ops/metrics/parse.ts';
import { sampleOf } from '../../web/ops/metrics/sample.ts';
import { en as opsEn } from '../../web/ops/texts/en.ts';
import { ko as opsKo } from '../../web/ops/texts/ko.ts';
import type { Seat } from '../../web/shared/types.ts';

describe.each(
  demoConcerts(new Date()).map(({ concertId, schedules }) => {
    const blocks = schedules[0]?.blocks ?? [];
    const seats = blocks.flatMap(({ seats: own, section, kind, price }) =>
      own.map((seat): Seat => ({ ...seat, section, kind, price, remaining: seat.capacity, status: 'AVAILABLE' })),
    );
    return { concertId, seats };
  }),
)('the venue of concert $concertId', ({ seats }) => {
  const venue = layOut(seats);
  const numbered = seats.map((_, index) => index).filter((index) => seats[index]?.kind === 'SEAT');

  it('has every row within its section, and no other section there', () => {
    const ends = venue.sections.flatMap(({ seats: own }) =>
      own.filter(({ row }, i) => own[i - 1]?.row !== row || own[i + 1]?.row !== row).map(({ index }) => index),
    );
    for (const index of ends.filter((end) => seats[end]?.kind === 'SEAT')) {
      const [x, y] = [venue.x[index] as number, venue.y[index] as number];
      const around = venue.sections.filter(({ outline }) => within(outline, x, y)).map(({ name }) => name);
      expect(around).toEqual([seats[index]?.section]);
    }
  });

  it('has a place of its own for every seat, far enough from the next to be tapped', () => {
    const finder = new Finder(venue);
    for (const index of numbered) {
      const [x, y] = [venue.x[index] as number, venue.y[index] as number];
      expect(finder.seatAt(x, y, 1.6, (other) => other !== index)).toBe(index);
    }
  });

  it('offers the seats beside a lost one, of its price', () => {
    const lost = numbered[Math.floor(numbered.length / 2)] as number;
    const offers = nearestFree(venue, lost, (index) => index % 2 === 0, 4);
    expect(new Set(offers).size).toBe(4);
    expect(offers).not.toContain(lost);
    for (const offer of offers) {
      expect(offer % 2).toBe(0);
      expect(seats[offer]?.price).toBe(seats[lost]?.price);
    }
  });
});

describe('the view of a seat map', () => {
  const venue = { left: 0, top: 0, right: 200, bottom: 100 };
  const phone = { width: 360, height: 500 };
  const turned = { width: 740, height: 200 };

  it('shows the whole venue again when a phone is turned, or stays where the fan has gone', () => {
    const all = resized(fitted(venue, phone), venue, phone, turned);
    expect(all).toEqual(fitted(venue, turned));
    expect(resized(all, venue, turned, phone)).toEqual(fitted(venue, phone));
    const near = { x: 60, y: 40, zoom: 12 };
    expect(resized(near, venue, phone, turned)).toEqual(near);
  });
});

describe('a wait in words', () => {
  it('is a range that holds what the service expects and what the fan has seen', () => {
    const now = 1_000_000;
    const seen = [
      { at: now - 60_000, position: 400 },
      { at: now, position: 380 },
    ];
    // 20 places a minute: 19 minutes to go; the service says 10.
    const wait = waitRange(600, seen, now);
    expect(wait).toEqual({ kind: 'minutes', low: 7, high: 26 });
    // Nothing seen yet, and everybody may leave early.
    expect(waitRange(600, [], now)).toEqual({ kind: 'minutes', low: 3, high: 14 });
    expect(waitRange(20, [], now)).toEqual({ kind: 'soon' });
    expect(waitRange(4 * 3_600, [], now)).toMatchObject({ kind: 'hours' });
    expect(waitRange(Number.NaN, [], now)).toEqual({ kind: 'unknown' });
  });

  it('goes from the start to the door and never out of bounds', () => {
    expect(progress(99, 99)).toBeCloseTo(0.01);
    expect(progress(99, 120)).toBe(0);
    expect(progress(99, 1)).toBeCloseTo(0.99);
    expect(progress(99, 0)).toBe(1);
  });
});

describe('a stream of events', () => {
  it('is read whatever pieces it comes in', async () => {
    const text =
      'retry: 2000\n\n:\n\nevent: position\ndata: {"a":\ndata: "자리"}\n\nevent: active\r\ndata: 1\r\n\r\ndata: unfinished';
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 7, 1_000]) {
      const events: StreamEvent[] = [];
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      );
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
      await readEvents(
        stream,
        (event) => events.push(event),
        () => {},
      );
      expect(events).toEqual([
        { event: 'position', data: '{"a":\n"자리"}' },
        { event: 'active', data: '1' },
      ]);
    }
  });
});

describe('figures of the service', () => {
  const text = (ok: number[], failed: number) => `# HELP jari_queue_waiting x
jari_queue_waiting{queue="main"} 12
jari_queue_waiting{queue="a\\"b"} 3
${[0.1, 1, '+Inf'].map((le, i) => `jari_http_request_duration_seconds_bucket{le="${le}",method="GET",route="/api/v1/x",status="200"} ${ok[i]}`).join('\n')}
jari_http_request_duration_seconds_count{method="GET",route="/api/v1/x",status="200"} ${ok[2]}
jari_http_request_duration_seconds_bucket{le="0.1",method="GET",route="/api/v1/x",status="503"} ${failed}
jari_http_request_duration_seconds_count{method="GET",route="/api/v1/x",status="503"} ${failed}
jari_http_request_duration_seconds_count{method="GET",route="/metrics",status="200"} 99
${failed === 0 ? '' : `jari_refused_requests{operation="reserve",reason="store"} ${failed - 1}\njari_refused_requests{operation="enter",reason="late"} 1`}
`;

  it('are read from what Prometheus reads, and compared', () => {
    const from = sampleOf(parseMetrics(text([10, 10, 10], 0)), 0, 'main');
    const to = sampleOf(parseMetrics(text([60, 110, 110], 4)), 10_000, 'main');
    expect(to.waiting).toBe(12);
    const traffic = trafficBetween(from, to);
    expect(traffic).toMatchObject({ seconds: 10, ok: 100, failed: 4, tooMany: 4, refused: 0 });
    expect(traffic.p50).toBeCloseTo(0.0963, 3);
    expect(traffic.p99).toBeGreaterThan(0.9);
    expect(routesBetween(from, to).map(({ route }) => route)).toEqual(['GET /api/v1/x']);
    // A process that began anew.
    expect(trafficBetween(to, from)).toMatchObject({ ok: 10, failed: 0, tooMany: 0 });
  });

  it('have percentiles that never leave their bucket', () => {
    const bounds = [0.1, 0.2, Infinity];
    expect(percentile(bounds, [0, 10, 0], 0.5)).toBeCloseTo(0.15);
    expect(percentile(bounds, [0, 0, 10], 0.5)).toBe(0.2);
    expect(percentile(bounds, [0, 0, 0], 0.5)).toBeNull();
  });
});

/** Names and figures. */
const SAME_IN_ANY_LANGUAGE = new Set([
  'tiles.latency',
  'tiles.p50p99',
  'queue.was',
  'routes.p95',
  'routes.refused',
  'routes.failed',
  'checklist.areas.redis',
  'checklist.areas.kafka',
]);

describe.each([
  ['the fan', fanEn, fanKo],
  ['the console', opsEn, opsKo],
])('the texts of %s', (_, en, ko) => {
  it('say everything in both languages, each in its own', () => {
    const english = flat(en);
    const korean = flat(ko);
    expect([...korean.keys()]).toEqual([...english.keys()]);
    for (const [key, text] of [...english, ...korean]) {
      expect(text.trim(), key).not.toBe('');
      expect(text, key).not.toMatch(/undefined|NaN|\[object/);
    }
    for (const [key, text] of english) expect(text, key).not.toMatch(/[가-힣]/);
    const untranslated = [...korean].filter(([, text]) => !/[가-힣]/.test(text)).map(([key]) => key);
    expect(untranslated.filter((key) => !SAME_IN_ANY_LANGUAGE.has(key))).toEqual([]);
  });
});

/** Every text by its key; those that take something are asked with examples. */
function flat(texts: object, prefix = ''): Map<string, string> {
  const all = new Map<string, string>();
  for (const [name, value] of Object.entries(texts)) {
    const key = `${prefix}${name}`;
    if (typeof value === 'object') for (const [inner, text] of flat(value, `${key}.`)) all.set(inner, text);
    else all.set(key, typeof value === 'function' ? value(2, 3, 4) : value);
  }
  return all;
}

describe('a draw that a fan checks', () => {
  const seed = 'c0ffee'.padEnd(64, '0');
  const commitment = sha256(seed);
  const at = new Date().toISOString();
  const draw = { number: 1, seed, commitment, firstTicket: 11, lastTicket: 30, committedAt: at, revealedAt: at };
  const ticket = drawnTicket(draw, 17) as number;

  it('is the one that was announced, with the place that it gives', async () => {
    expect(await check([draw], { ticket: 17, commitment }, ticket)).toBe('kept');
    expect(await check([draw], { ticket: 17, commitment }, ticket + 1)).toBe('broken');
  });

  it('is found out when it has another seed, or is not there', async () => {
    const other = 'decade'.padEnd(64, '0');
    expect(await check([{ ...draw, seed: other }], { ticket: 17, commitment }, ticket)).toBe('broken');
    const made = { ...draw, seed: other, commitment: sha256(other) };
    expect(await check([made], { ticket: 17, commitment }, ticket)).toBe('broken');
    expect(await check([], { ticket: 17, commitment }, ticket)).toBe('unchecked');
  });
});
