import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../lib/bench.ts';
import { startClient } from '../lib/client.ts';
import { call, enter } from '../lib/http.ts';
import type { Kit, Subject } from '../lib/kit.ts';
import { auditOf } from '../lib/report.ts';
import { wrk } from '../lib/wrk.ts';

const CAP = 50;
const ADMISSIONS = 300;
const PAUSE_MILLISECONDS = 20;
/** Others who ask where they are meanwhile, as fast as they are answered. */
const ASKING_CONNECTIONS = 20;

/** A slot is given up, and the next in line hears of it over their stream, while others keep the service busy. */
export const admitLatency: Bench = {
  name: 'admit-latency',
  unit: 'ms from a slot given up to `active` at the next, p99',
  goal: 100,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject('full');
    const users = Array.from({ length: CAP + ADMISSIONS }, (_, n) => `fan${n}`);
    for (const user of users) await enter(subject.url, user);
    const client = startClient<object, { at: number[] }>('listeners');
    try {
      const { hostname: host, port } = new URL(subject.url);
      const waiting = users.slice(CAP);
      await client.ask({ do: 'listen', host, port: Number(port), users: waiting });
      const load = await keepAsking(kit, subject);
      kit.say(`${ADMISSIONS} slots are given up, one after the other`);
      const left: number[] = [];
      await client.ask({ do: 'watch', event: 'active' });
      const told = client.ask({ do: 'all-told' });
      for (let n = 0; n < ADMISSIONS; n++) {
        left.push(performance.timeOrigin + performance.now());
        await call(subject.url, 'DELETE', `/api/v1/token?userId=${users[n]}`);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      }
      const { at } = await told;
      const { perSecond } = await load();
      await auditOf(subject);
      const delays = at.map((when, n) => when - (left[n] as number)).sort((a, b) => a - b);
      const percentile = (share: number) => delays[Math.ceil(share * delays.length) - 1] as number;
      return {
        value: percentile(0.99),
        note: `p50 ${percentile(0.5).toFixed(1)} ms, worst ${percentile(1).toFixed(1)} ms; ${Math.round(perSecond)} requests/s beside it`,
      };
    } finally {
      await client.stop();
    }
  },
};

/** @returns waits for the end of the load */
async function keepAsking(kit: Kit, subject: Subject): Promise<() => Promise<{ perSecond: number }>> {
  const file = join(kit.folder, 'askers');
  const { token } = await enter(subject.url, 'asker');
  writeFileSync(file, token);
  const seconds = Math.ceil((ADMISSIONS * PAUSE_MILLISECONDS * 2) / 1_000);
  const run = { server: subject, script: 'status', args: [file], connections: ASKING_CONNECTIONS, seconds } as const;
  const running = wrk(run);
  return () => running;
}
