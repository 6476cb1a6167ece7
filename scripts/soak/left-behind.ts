// When everybody has gone, nothing of them may be left.
import { setTimeout as sleep } from 'node:timers/promises';
import { figure } from '../../web/ops/metrics/parse.ts';
import { Ops } from '../drill/ops.ts';
import type { PeopleInLine } from './in-line.ts';
import { metricsOf } from './look/process.ts';
import type { SoakedService } from './service.ts';
import type { TrafficOutcome } from './traffic.ts';

/** Something that must be so in the end. */
export interface Left {
  name: string;
  ok: boolean;
  detail: string;
}

/** Figures of the metrics that go back to 0: within a no-show's time for those who went without a word. */
const GONE = ['jari_queue_listeners', 'jari_queue_waiting', 'jari_outbox_unpublished', 'jari_deliveries_pending'];
const GONE_WITHIN_MILLISECONDS = 75_000;
const LEAST_AS_EXPECTED = 0.99;

export async function leftBehind(
  service: SoakedService,
  traffic: TrafficOutcome,
  people: PeopleInLine,
): Promise<Left[]> {
  const left = await untilGone(service);
  const { ok, checks } = await new Ops(service.url, service.opsToken).audit();
  const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name} (${detail})`);
  return [
    ...left,
    { name: 'the audit', ok, detail: ok ? `${checks.length} invariants hold` : broken.join('; ') },
    {
      name: 'answers as expected',
      ok: traffic.asExpected >= LEAST_AS_EXPECTED,
      detail: `${(100 * traffic.asExpected).toFixed(2)} % of the checks on ${traffic.requests} requests`,
    },
    {
      name: 'people who listen',
      ok: people.failures === 0,
      detail: `${people.admitted} let in, ${people.failures} calls failed`,
    },
  ];
}

async function untilGone({ url, opsToken }: SoakedService): Promise<Left[]> {
  for (const deadline = performance.now() + GONE_WITHIN_MILLISECONDS; ; await sleep(1_000)) {
    const metrics = await metricsOf(url, opsToken);
    const left = GONE.map((metric): Left => {
      const value = figure(metrics, metric);
      return { name: `${metric} afterwards`, ok: value === 0, detail: String(value) };
    });
    if (left.every(({ ok }) => ok) || performance.now() > deadline) return left;
  }
}
