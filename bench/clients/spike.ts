// Users who all come within a short time, each once, evenly spread. Times count from when a user meant to come, so a
// server that holds up the client can't hide it.
import { Pool } from 'undici';
import { obey } from './obey.ts';

interface Order {
  url: string;
  users: number;
  withinSeconds: number;
  connections: number;
}

obey(spike);

async function spike({ url, users, withinSeconds, connections }: Order): Promise<object> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  const latencies: number[] = [];
  let errors = 0;
  const begin = performance.now() + 100;
  const come = async (n: number) => {
    const meant = begin + (n / users) * withinSeconds * 1_000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, meant - performance.now())));
    const { statusCode, body } = await pool.request({
      path: '/api/v1/token/create',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"userId":"spike-${n}"}`,
    });
    await body.dump();
    if (statusCode !== 200) errors++;
    latencies.push(performance.now() - meant);
  };
  const outcomes = await Promise.allSettled(Array.from({ length: users }, (_, n) => come(n)));
  errors += outcomes.filter((outcome) => outcome.status === 'rejected').length;
  await pool.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), errors };
}
