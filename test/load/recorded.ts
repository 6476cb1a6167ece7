// A run of load/stress.js on the embedded size, as it was seen on a machine whose two processors others used too.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../load/report/record.ts';
import type { ServerSecond } from '../../load/report/server/second.ts';
import type { ClientSecond, RouteSecond } from '../../load/runner/run/series.ts';

export const recordedRun = (): RunRecord =>
  JSON.parse(readFileSync(join(import.meta.dirname, 'recorded/stress-embedded.jsonl'), 'utf8')) as RunRecord;

/** The same run with some of its seconds changed. */
export const withServer = (run: RunRecord, change: (second: ServerSecond) => Partial<ServerSecond>): RunRecord => ({
  ...run,
  server: { ...run.server, seconds: run.server.seconds.map((second) => ({ ...second, ...change(second) })) },
});

export const withClient = (run: RunRecord, change: (second: ClientSecond) => Partial<ClientSecond>): RunRecord => ({
  ...run,
  client: run.client.map((second) => ({ ...second, ...change(second) })),
});

/** The same run with the requests of some names changed, and the seconds' sums with them. */
export function withRoutes(run: RunRecord, change: (route: RouteSecond, second: number) => RouteSecond): RunRecord {
  return withClient(run, ({ second, routes }) => {
    const changed = routes.map((route) => change(route, second));
    return { routes: changed, failed: changed.reduce((sum, { failed }) => sum + failed, 0) };
  });
}

/** A quiet machine: what was recorded of the processors left out. */
export const quiet = (run: RunRecord): RunRecord =>
  withServer({ ...run, machine: { ...run.machine, busy: [] } }, () => ({ cpu: 0.4, cpuOfAll: 0.4, loopLagMs: 10 }));
