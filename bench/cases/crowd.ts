import type { Bench } from '../lib/bench.ts';
import { startClient } from '../lib/client.ts';
import { call, enter } from '../lib/http.ts';
import type { Kit, Size } from '../lib/kit.ts';
import { residentBytes } from '../lib/process.ts';
import { auditOf } from '../lib/report.ts';

interface SpikeFigures {
  p50: number;
  p95: number;
  p99: number;
  errors: number;
}

const spike = (name: string, size: Size, users: number, goal: number): Bench => ({
  name,
  unit: 'ms',
  goal,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject(size);
    await enter(subject.url, 'first');
    const client = startClient<object, SpikeFigures>('spike');
    try {
      kit.say(`${users} users within 2 s`);
      const order = { url: subject.url, users, withinSeconds: 2, connections: Math.min(users, 1_000) };
      const { p50, p95, p99, errors } = await client.ask(order);
      if (errors > 0) throw new Error(`${errors} of ${users} were not served`);
      await auditOf(subject);
      return { value: p95, note: `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, no errors` };
    } finally {
      await client.stop();
    }
  },
});

export const spike300 = spike('spike-300', 'embedded', 300, 30);
export const spike10000 = spike('spike-10000', 'full', 10_000, 300);

const LISTENERS = 10_000;
const PROCESS_SETTLES_MILLISECONDS = 3_000;
const settle = () => new Promise((resolve) => setTimeout(resolve, PROCESS_SETTLES_MILLISECONDS));

/** 10,000 listeners wait, the first in line leaves, and all must hear that they moved up. */
async function listeners(kit: Kit): Promise<{ kilobytesEach: number; toldMilliseconds: number }> {
  const subject = await kit.subject('full', { QUEUE_CAP: '1' });
  const client = startClient<object, { at: number[] }>('listeners');
  try {
    await enter(subject.url, 'inside');
    await enter(subject.url, 'front');
    const users = Array.from({ length: LISTENERS }, (_, n) => `listener${n}`);
    for (let i = 0; i < users.length; i += 100)
      await Promise.all(users.slice(i, i + 100).map((u) => enter(subject.url, u)));
    await settle();
    const before = residentBytes(subject.pid);
    kit.say(`${LISTENERS} listeners connect`);
    const { hostname: host, port } = new URL(subject.url);
    await client.ask({ do: 'listen', host, port: Number(port), users });
    await settle();
    const kilobytesEach = (residentBytes(subject.pid) - before) / LISTENERS / 1_000;
    await client.ask({ do: 'watch' });
    const told = client.ask({ do: 'all-told' });
    const left = performance.timeOrigin + performance.now();
    await call(subject.url, 'DELETE', '/api/v1/token?userId=front');
    return { kilobytesEach, toldMilliseconds: Math.max(...(await told).at) - left };
  } finally {
    await client.stop();
  }
}

export const sseMemory: Bench = {
  name: 'sse-memory',
  unit: 'kB a listener',
  goal: 12,
  better: 'lower',
  async run(kit) {
    return { value: (await listeners(kit)).kilobytesEach };
  },
};

export const sseUpdate: Bench = {
  name: 'sse-update',
  unit: 'ms until 10,000 know',
  goal: 500,
  better: 'lower',
  async run(kit) {
    return { value: (await listeners(kit)).toldMilliseconds };
  },
};
