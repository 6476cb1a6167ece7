import { useState } from 'preact/hooks';
import { useStore } from '../../shared/store.ts';
import { live, type Point } from '../metrics/sampler.ts';
import { useTexts } from '../texts/index.ts';
import { Chart } from './chart.tsx';

const SPANS_MINUTES = [1, 5, 15];

/** The line, the traffic and the latency over the last minutes. */
export function Charts() {
  const texts = useTexts();
  const { points } = useStore(live);
  const [minutes, setMinutes] = useState(5);
  const since = (points.at(-1)?.at ?? 0) - minutes * 60;
  const shown = points.filter(({ at }) => at >= since);
  const times = shown.map(({ at }) => at);
  const last = shown.at(-1);
  const of = (read: (point: Point) => number | null) => shown.map(read);
  const rate = (what: 'ok' | 'refused' | 'failed') => of(({ traffic }) => traffic && traffic[what] / traffic.seconds);
  const milliseconds = (what: 'p50' | 'p95' | 'p99') =>
    of(({ traffic }) => (traffic?.[what] == null ? null : traffic[what] * 1_000));
  const say = (name: string, value: number | null | undefined) => `${name} ${value == null ? '–' : Math.round(value)}`;
  const { charts } = texts;
  const common = { times, seconds: minutes * 60 };
  return (
    <section class="charts" aria-label={charts.title}>
      <fieldset class="choice">
        <legend class="unseen">{charts.span}</legend>
        {SPANS_MINUTES.map((span) => (
          <button key={span} type="button" aria-pressed={minutes === span} onClick={() => setMinutes(span)}>
            {charts.minutes(span)}
          </button>
        ))}
      </fieldset>
      <div class="charts-row">
        <Chart
          {...common}
          title={charts.line}
          summary={`${say(charts.active, last?.active)}, ${say(charts.waiting, last?.waiting)}`}
          lines={[
            { name: charts.waiting, colour: 'chart-2', values: of(({ waiting }) => waiting), filled: true },
            { name: charts.active, colour: 'chart-1', values: of(({ active }) => active) },
          ]}
        />
        <Chart
          {...common}
          title={charts.traffic}
          summary={say(charts.ok, last?.traffic && last.traffic.ok / last.traffic.seconds)}
          lines={[
            { name: charts.ok, colour: 'chart-1', values: rate('ok'), filled: true },
            { name: charts.refused, colour: 'chart-3', values: rate('refused'), dashed: true },
            { name: charts.failed, colour: 'chart-4', values: rate('failed') },
          ]}
        />
        <Chart
          {...common}
          title={charts.latency}
          summary={say('p95', last?.traffic?.p95 == null ? null : last.traffic.p95 * 1_000)}
          lines={[
            { name: 'p99', colour: 'chart-3', values: milliseconds('p99'), dashed: true },
            { name: 'p95', colour: 'chart-2', values: milliseconds('p95') },
            { name: 'p50', colour: 'chart-1', values: milliseconds('p50') },
          ]}
        />
      </div>
    </section>
  );
}
