import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, median } from '../lib/bench.ts';

const ROOT = join(import.meta.dirname, '../..');
const FLAGS = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];
const USERS = 50;

interface Summary {
  metrics: { http_reqs: { rate: number } };
  jari: { runner: { cpuPercent: number } };
}

/** One process of the load runner against a server that answers a constant. */
export const loadRunner: Bench = {
  name: 'load-runner',
  unit: 'requests/s from one process of the load runner',
  goal: 10_000,
  better: 'higher',
  async run(kit) {
    const { url } = await kit.bare();
    const rates: number[] = [];
    const shares: number[] = [];
    const file = join(kit.folder, 'runner.json');
    for (let round = 1; round <= kit.rounds; round++) {
      kit.say(`round ${round} of ${kit.rounds}`);
      const script = [join(ROOT, 'load/runner/main.ts'), join(import.meta.dirname, '../k6/get.js')];
      const how = ['-u', String(USERS), '-d', `${kit.seconds}s`, '-e', `URL=${url}/api/v1/token`];
      const runner = spawn(process.execPath, [...FLAGS, ...script, ...how, '--summary-export', file], {
        cwd: ROOT,
        stdio: 'ignore',
      });
      const [code] = await once(runner, 'exit');
      if (code !== 0) throw new Error(`the load runner ended with ${code}`);
      const { metrics, jari } = JSON.parse(readFileSync(file, 'utf8')) as Summary;
      rates.push(metrics.http_reqs.rate);
      shares.push(jari.runner.cpuPercent);
    }
    return { value: median(rates), note: `the runner at ${Math.round(median(shares))} % of a core` };
  },
};
