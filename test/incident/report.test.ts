import { describe, expect, it } from 'vitest';
import { factsOf } from '../../server/incident/report/facts.ts';
import { reportHtml } from '../../server/incident/report/html.ts';
import { improvements } from '../../server/incident/report/improve.ts';
import { reportMarkdown } from '../../server/incident/report/markdown.ts';
import type { Report } from '../../server/incident/report/report.ts';
import { stepsOf } from '../../server/incident/report/series.ts';
import { EN } from '../../server/incident/report/words/en.ts';
import { KO } from '../../server/incident/report/words/ko.ts';
import type { StoredEntry } from '../../server/incident/store.ts';
import type { Sample } from '../../server/monitor/sample.ts';
import { RECORDED, recorded } from './support/recorded.ts';
import { answers, DATABASE, series } from './support/samples.ts';

const SETTINGS = { reservationMilliseconds: 1_000, tokenMilliseconds: 500, switchedOff: [], poolSize: 10 };

function entryOf(at: number, subject: string, code: string, facts: Record<string, unknown> = {}): StoredEntry {
  return { at: new Date(at), process: 'host:1:ab', subject, code, facts };
}

/** A report on a series: the incident begins at its middle. */
function reportOn(
  samples: readonly Sample[],
  timeline: StoredEntry[] = [],
  over: Partial<Report['incident']> = {},
): Report {
  const began = samples[Math.floor(samples.length / 2)]?.at ?? 0;
  const incident: Report['incident'] = {
    id: 7,
    kinds: ['RESERVATION_BOTTLENECK', 'TOKEN_STORM'],
    beganAt: new Date(began),
    openedAt: new Date(began + 3_000),
    closedAt: new Date((samples.at(-1)?.at ?? 0) + 1_000),
    affectedUsers: 3,
    caps: {},
    draft: null,
    improvements: null,
    improvementsAt: null,
    ...over,
  };
  const steps = stepsOf(samples.map((sample) => ({ process: 'a', sample })));
  const facts = factsOf({ ...incident, timeline, steps, reservationMilliseconds: 1_000 });
  return {
    incident,
    timeline,
    steps,
    facts,
    impact: { users: 3, failed: 2, slow: 1, slotEnded: 1, holdEnded: 0 },
    compensations: [],
    improvements: improvements({ kinds: incident.kinds, facts, switchedOff: [], poolSize: 10, affectedUsers: 3 }),
  };
}

const blockers = [
  {
    pid: 9,
    application: '<night & day>',
    state: 'idle in transaction',
    transactionSeconds: 4.5,
    tables: ['wallets'],
    keepsWaiting: 3,
  },
];

const EVERYTHING: StoredEntry[] = [
  ['incident', 'OPENED', { kinds: ['TOKEN_STORM'] }],
  ['kind:TOKEN_STORM', 'NOTICED', { kind: 'TOKEN_STORM' }],
  ['sign:LOCK_WAIT', 'SEEN', { code: 'LOCK_WAIT', kind: 'RESERVATION_BOTTLENECK', value: 900, limit: 500 }],
  [
    'sign:JOB_LATE:line',
    'SEEN',
    { code: 'JOB_LATE', kind: 'SCHEDULER_STALLED', value: 9_000, limit: 4_000, of: 'line' },
  ],
  ['blockers', 'FOUND', { blockers }],
  ['stacks', 'FOUND', { groups: [{ where: 'TypeError at server/x.ts:1', count: 2 }] }],
  ['bypass', 'ON', {}],
  ['bypass', 'OFF', {}],
  ['shed', 'ON', { limit: 16 }],
  ['shed', 'OFF', { refused: 12 }],
  ['cap:main', 'LOWERED', { queueId: 'main', from: 50, to: 40, own: 50 }],
  ['cap:main', 'RAISED', { queueId: 'main', from: 30, to: 40, own: 50 }],
  ['cap:main', 'RESTORED', { queueId: 'main', from: 40, to: 50, own: 50 }],
  ['cap:main', 'LEFT', { queueId: 'main', cap: 20 }],
  ['cap', 'FAILED', {}],
  ['batches', 'ON', { mostItems: 16 }],
  ['batches', 'OFF', {}],
  ['consumers', 'ON', {}],
  ['consumers', 'OFF', {}],
  ['relay', 'ON', {}],
  ['relay', 'OFF', {}],
  ['rescue', 'ON', { jobs: ['line'] }],
  ['rescue', 'OFF', { runs: { line: 3 } }],
  ['isolate', 'ON', { consumers: ['webhook'] }],
  ['isolate', 'OFF', {}],
  ['breaker', 'ON', {}],
  ['breaker', 'OFF', {}],
  ['aside', 'ON', {}],
  ['aside', 'OFF', {}],
  ['letters', 'REPLAYED', { count: 2, before: 2, after: 0 }],
  ['letters', 'RECONCILED', { applied: 2, failed: 0, underWay: 0 }],
  ['compensation', 'WALLET_CREDIT', { users: 3, amount: 5_000, queueId: 'main' }],
  ['compensation', 'PRIORITY_REENTRY', { users: 3, amount: null, queueId: 'main' }],
  ['incident', 'EDITED', {}],
  ['kind:TOKEN_STORM', 'OVER', { kind: 'TOKEN_STORM' }],
  ['incident', 'CLOSED', {}],
].map(([subject, code, facts], i) =>
  entryOf(1_700_000_040_000 + i * 100, subject as string, code as string, facts as Record<string, unknown>),
);

describe.each([EN, KO])('a report in $language', (words) => {
  it.each(RECORDED)('of the series %s has the six parts, charts, and no holes', (name) => {
    const report = reportOn(recorded(name), EVERYTHING);
    const html = reportHtml(report, SETTINGS, words);
    const markdown = reportMarkdown(report, words);
    for (const part of words.parts) {
      expect(html).toContain(part);
      expect(markdown).toContain(`## ${part}`);
    }
    expect(html.split('<svg class="chart"').length - 1).toBeGreaterThanOrEqual(8);
    for (const text of [html, markdown]) expect(text).not.toMatch(/undefined|NaN|\[object|Infinity/);
    expect(html).toContain(`<html lang="${words.language}">`);
    expect(html).not.toMatch(/<script|src=|https?:(?!\/\/www\.w3)/);
  });

  it('says every entry of a timeline in words', () => {
    for (const entry of EVERYTHING) {
      const text = words.entry(entry);
      expect(text, `${entry.subject} ${entry.code}`).not.toMatch(new RegExp(`^${entry.subject} ${entry.code}$`));
      expect(text).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  it('is well-formed and escapes what others wrote', () => {
    const edited = { improvements: '<img src=x onerror=alert(1)> & "전부"', improvementsAt: new Date() };
    const html = reportHtml(reportOn(series(40), EVERYTHING, edited), SETTINGS, words);
    expect(html).not.toContain('<img');
    expect(html).not.toContain('<night');
    expect(html).toContain('&#60;img src=x onerror=alert(1)&#62;');
    const open: string[] = [];
    for (const [, close, tag, , single] of html.matchAll(/<(\/?)([a-zA-Z][\w-]*)([^<>]*?)(\/?)>/g)) {
      if (single || /^(meta|br|link)$/.test(tag as string)) continue;
      if (close) expect(open.pop()).toBe(tag);
      else open.push(tag as string);
    }
    expect(open).toEqual([]);
  });

  it("shows an operator's words instead of the draft", () => {
    const report = reportOn(series(40), EVERYTHING, {
      improvements: 'Buy a second database.',
      improvementsAt: new Date(0),
    });
    for (const text of [reportHtml(report, SETTINGS, words), reportMarkdown(report, words)]) {
      expect(text).toContain('Buy a second database.');
      expect(text).toContain(words.labels.editedBy);
      expect(text).not.toContain(words.labels.draft);
    }
  });

  it('can be read while the incident is open, and of one that left no samples', () => {
    const open = reportOn(series(40), [], { closedAt: null });
    expect(reportHtml(open, SETTINGS, words)).toContain(words.labels.stillOpen);
    const bare = reportOn([], EVERYTHING);
    for (const text of [reportHtml(bare, SETTINGS, words), reportMarkdown(bare, words)]) {
      expect(text).not.toMatch(/undefined|NaN|Infinity/);
    }
  });
});

describe('both languages', () => {
  const keys = (value: object): string[] =>
    Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'object' && inner !== null ? [key, ...keys(inner).map((one) => `${key}.${one}`)] : [key],
    );

  it('have the same words', () => {
    expect(keys(KO)).toEqual(keys(EN));
  });
});

describe('improvements', () => {
  const draft = (samples: Sample[], timeline: StoredEntry[]) =>
    reportOn(samples, timeline).improvements.map(({ code }) => code);
  const sign = (code: string, more: object = {}) =>
    entryOf(1_700_000_030_000, `sign:${code}`, 'SEEN', { code, kind: 'TOKEN_STORM', value: 2, limit: 1, ...more });

  it('begin with the limit that was hit first', () => {
    expect(draft(series(40), [sign('REDIS_MEMORY'), sign('TOKEN_LATENCY')])[0]).toBe('FIRST_LIMIT');
    const [first] = reportOn(series(40), [sign('REDIS_MEMORY'), sign('TOKEN_LATENCY')]).improvements;
    expect(first?.facts.sign).toBe('REDIS_MEMORY');
  });

  it('blame a session that held locks, and the key of the rows when there was none', () => {
    expect(draft(series(40), [sign('LOCK_WAIT'), entryOf(0, 'blockers', 'FOUND', { blockers })])).toContain(
      'RELEASE_LOCKS',
    );
    const contended = draft(
      series(40, () => ({ database: { ...DATABASE, lockWaiting: 9 } })),
      [sign('LOCK_WAIT')],
    );
    expect(contended).toContain('SPLIT_STOCK');
    expect(contended).not.toContain('RELEASE_LOCKS');
  });

  it('tell which setting would have held', () => {
    const pool = series(40, (second) => ({ pool: { size: 10, open: 10, idle: 0, waiting: second > 20 ? 40 : 0 } }));
    const found = reportOn(pool, [sign('POOL_EXHAUSTED')]).improvements.find(({ code }) => code === 'LARGER_POOL');
    expect(found?.facts).toEqual({ size: 10, waiting: 40, needed: 63 });
    const capped = series(40, (second) => ({
      line: {
        queueId: 'main',
        cap: second < 30 ? 50 : 30,
        active: 30,
        waiting: 9,
        servingTicket: 1,
        activeSeconds: 300,
        overdueSlots: 0,
      },
      http: { reservation: answers(20, second < 30 ? 2_400 : 90) },
    }));
    const lowered = entryOf(1_700_000_030_000, 'cap:main', 'LOWERED', { queueId: 'main', from: 50, to: 30, own: 50 });
    const cap = reportOn(capped, [sign('RESERVATION_LATENCY'), lowered]).improvements.find(
      ({ code }) => code === 'CAP_THAT_HELD',
    );
    expect(cap?.facts).toEqual({ held: 30, lowest: 30 });
  });

  it('join what several processes saw in a second', () => {
    const [one] = stepsOf([
      {
        process: 'a',
        sample: series(1, () => ({
          http: { token: answers(10, 5) },
          process: { cpu: 0.5, eventLoopLagMilliseconds: 3, memoryMegabytes: 1 },
        }))[0] as Sample,
      },
      {
        process: 'b',
        sample: series(1, () => ({
          database: null,
          http: { token: answers(30, 700, { failed: 3 }) },
          process: { cpu: 0.7, eventLoopLagMilliseconds: 90, memoryMegabytes: 1 },
        }))[0] as Sample,
      },
    ]);
    expect(one?.http.token).toMatchObject({ all: 40, failed: 3, statuses: { '2xx': 40 } });
    expect(one).toMatchObject({ seconds: 1, eventLoopLagMilliseconds: 90, database: DATABASE });
    expect(one?.cpu).toBeCloseTo(1.2);
  });
});
