import { describe, expect, it } from 'vitest';
import { type AreaName, checklist, type Item } from '../../server/monitor/checklist.ts';
import { findings } from '../../server/monitor/findings.ts';
import type { ReaderFigures, Sample } from '../../server/monitor/sample.ts';
import { StackGroups } from '../../server/monitor/stacks.ts';
import { answers, DATABASE, EVENTS, JOB, LINE, REDIS, series } from '../incident/support/samples.ts';

const AREAS: AreaName[] = ['logs', 'redis', 'db', 'kafka', 'scheduler'];

/** The checklist a moment after the last of these samples. */
function look(samples: Sample[], { broker = true, stacks = new StackGroups() } = {}) {
  const at = samples.at(-1)?.at ?? 0;
  return checklist(findings(samples, stacks.recent(new Date(at)), broker, at + 500), new Date(at)).areas;
}

const withLast = (over: Partial<Sample>) => [
  ...series(59),
  ...series(60)
    .slice(59)
    .map((s) => ({ ...s, ...over })),
];

function item(area: AreaName, name: string, samples: Sample[]): Item {
  const found = look(samples)[area].items.find((one) => one.name.startsWith(name));
  if (!found) throw new Error(`no item ${name} in ${area}`);
  return found;
}

/** A consumer of the broker, as it was seen last. */
const reader = (over: Partial<ReaderFigures>): ReaderFigures => ({
  name: 'ranking',
  sinceRoundSeconds: 0.5,
  lastError: null,
  ...over,
});

describe('the checklist', () => {
  it('is all well when everything is, each figure with its limit', () => {
    const areas = look(series(60));
    for (const area of AREAS) expect([area, areas[area].status]).toEqual([area, 'OK']);
    const measured = AREAS.flatMap((area) => areas[area].items).filter(({ limit }) => limit !== undefined);
    expect(measured.length).toBeGreaterThan(30);
  });

  it('has every item of the seed', () => {
    const names = (area: AreaName) =>
      look(series(60))
        [area].items.map(({ name }) => name)
        .join('\n');
    for (const word of ['share of failures', 'requests in the last minute', 'unforeseen errors'])
      expect(names('logs')).toContain(word);
    for (const word of ['connections', 'slot', 'commands used most', 'memory', 'evicted', 'refused'])
      expect(names('redis')).toContain(word);
    for (const word of ['lock', 'transaction', 'commits', 'rollbacks', 'deadlocks', 'wait for a connection'])
      expect(names('db')).toContain(word);
    for (const word of ['dead letters', 'relay', 'deliveries']) expect(names('kafka')).toContain(word);
    for (const word of ['since last run', 'last error', 'began late']) expect(names('scheduler')).toContain(word);
  });

  it.each([
    ['redis', 'connections', { redis: { ...REDIS, connections: 8_500 } }, 'WARN'],
    ['redis', 'connections', { redis: { ...REDIS, connections: 9_900 } }, 'DOWN'],
    ['redis', 'answers within', { redis: { ...REDIS, answeredMilliseconds: 51 } }, 'WARN'],
    ['redis', 'memory', { redis: { ...REDIS, usedMemoryMegabytes: 250 } }, 'DOWN'],
    ['redis', 'append-only', { redis: { ...REDIS, persistent: false } }, 'DOWN'],
    ['redis', 'slots past their end', { line: { ...LINE, overdueSlots: 1 } }, 'WARN'],
    ['db', 'longest wait for a lock', { database: { ...DATABASE, longestLockWaitMilliseconds: 501 } }, 'WARN'],
    ['db', 'waiting for locks', { database: { ...DATABASE, lockWaiting: 21 } }, 'DOWN'],
    ['db', 'longest idle', { database: { ...DATABASE, longestIdleInTransactionSeconds: 11 } }, 'DOWN'],
    ['db', 'connections', { database: { ...DATABASE, connections: 97 } }, 'DOWN'],
    ['db', 'calls that wait', { pool: { size: 10, open: 10, idle: 0, waiting: 1 } }, 'WARN'],
    ['kafka', 'oldest of them', { events: { ...EVENTS, outboxOldestSeconds: 61 } }, 'DOWN'],
    ['kafka', 'lag of webhook', { events: { ...EVENTS, lag: [{ group: 'webhook', events: 1_001 }] } }, 'WARN'],
    [
      'kafka',
      'ranking asked for events',
      { events: { ...EVENTS, readers: [reader({ sinceRoundSeconds: 16 })] } },
      'WARN',
    ],
    [
      'kafka',
      'ranking asked for events',
      { events: { ...EVENTS, readers: [reader({ sinceRoundSeconds: 61 })] } },
      'DOWN',
    ],
    ['kafka', 'ranking: last error', { events: { ...EVENTS, readers: [reader({ lastError: 'no group' })] } }, 'WARN'],
    ['kafka', 'dead letters', { events: { ...EVENTS, deadLetters: 1 } }, 'WARN'],
    ['scheduler', 'line: since', { jobs: [{ ...JOB, sinceLastRunMilliseconds: 4_001 }] }, 'WARN'],
    ['scheduler', 'line: since', { jobs: [{ ...JOB, sinceLastRunMilliseconds: 16_001 }] }, 'DOWN'],
    ['scheduler', 'line: last error', { jobs: [{ ...JOB, lastError: 'boom' }] }, 'WARN'],
    ['logs', 'event loop late', { process: { cpu: 1, eventLoopLagMilliseconds: 101, memoryMegabytes: 1 } }, 'WARN'],
    ['logs', 'share of failures', { http: { token: answers(10_000, 5, { failed: 5_000 }) } }, 'DOWN'],
  ] as [AreaName, string, Partial<Sample>, string][])('%s: %s %j is %s', (area, name, over, status) => {
    const samples = withLast(over);
    expect(item(area, name, samples).status).toBe(status);
    expect(look(samples)[area].status).toBe(status);
  });

  it('says what cannot be asked, and that it is down', () => {
    const areas = look(withLast({ redis: null, database: null, events: null }));
    for (const area of ['redis', 'db', 'kafka'] as const) {
      expect(areas[area].items[0]).toMatchObject({ name: 'answers', status: 'DOWN' });
      expect(areas[area].status).toBe('DOWN');
    }
    expect(look(withLast({ events: { ...EVENTS, lag: null } })).kafka.status).toBe('DOWN');
  });

  it('leaves out what is not in use, and shows the events with the database then', () => {
    const areas = look(withLast({ redis: undefined }), { broker: false });
    expect(areas.redis).toEqual({ status: 'OFF', items: [] });
    expect(areas.kafka).toEqual({ status: 'OFF', items: [] });
    expect(areas.db.items.map(({ name }) => name)).toContain('dead letters to look at');
  });

  it('is down when nobody has looked for a while', () => {
    const samples = series(60);
    const found = findings(samples, [], true, (samples.at(-1)?.at ?? 0) + 6_000);
    const areas = checklist(found, new Date()).areas;
    for (const area of AREAS) expect([area, areas[area].status]).toEqual([area, 'DOWN']);
  });

  it('shows unforeseen errors by where they were thrown', () => {
    const stacks = new StackGroups();
    const at = new Date(series(60).at(-1)?.at ?? 0);
    const thrown = () => new TypeError('nothing is a function');
    for (let i = 0; i < 3; i++) stacks.seen(thrown(), at);
    stacks.seen('a string', at);
    const { logs } = look(series(60), { stacks });
    expect(logs.status).toBe('WARN');
    expect(logs.items.find(({ name }) => name.startsWith('TypeError at'))?.value).toBe(3);
    expect(stacks.recent(new Date(at.getTime() + 1_000_000))).toEqual([]);
  });
});
