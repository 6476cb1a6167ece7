import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { onColoursChanged } from '../../shared/theme.ts';

export interface Line {
  name: string;
  /** A colour of the style sheet. */
  colour: string;
  values: (number | null)[];
  dashed?: boolean;
  filled?: boolean;
}

interface ChartProps {
  title: string;
  /** Seconds since 1970. */
  times: number[];
  lines: Line[];
  /** What the chart shows, in words, for those who can't see it. */
  summary: string;
  /** The span of time it covers, however much of it there is yet. */
  seconds: number;
}

const HEIGHT = 190;

/** A live chart: made once, then fed. */
export function Chart({ title, times, lines, summary, seconds }: ChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times, ...lines.map(({ values }) => values)] as uPlot.AlignedData;
  const latest = useRef({ data, seconds });
  latest.current = { data, seconds };
  const names = lines.map(({ name }) => name).join('|');

  // Made anew when the lines are others, their names (the language), or the colours.
  useEffect(() => {
    const box = frame.current;
    if (!box) return;
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsOf(lines, box, () => latest.current.seconds),
        latest.current.data,
        box,
      );
    };
    make();
    const observer = new ResizeObserver(() => plot.current?.setSize({ width: box.clientWidth, height: HEIGHT }));
    observer.observe(box);
    const end = onColoursChanged(make);
    return () => {
      observer.disconnect();
      end();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names]);

  useEffect(() => plot.current?.setData(data));

  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span>
        <ul>
          {lines.map(({ name, colour, dashed }) => (
            <li key={name}>
              <i
                class={dashed ? 'dash dashed' : 'dash'}
                style={{ '--colour': `var(--${colour})` }}
                aria-hidden="true"
              />
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={frame} class="chart-frame" role="img" aria-label={`${title}. ${summary}`} />
    </figure>
  );
}

function optionsOf(lines: readonly Line[], box: HTMLElement, seconds: () => number): uPlot.Options {
  const colour = colourReader(box);
  const axis = {
    stroke: colour('muted'),
    font: `12px ${getComputedStyle(box).fontFamily}`,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    // Room for half of the last time.
    padding: [10, 28, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { range: (_plot, _low, high) => [(high ?? 0) - seconds(), high ?? 0] },
      y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.12)] },
    },
    axes: [
      { ...axis, size: 28, values: (_plot, ticks) => ticks.map(clock), space: 70 },
      { ...axis, size: 52, values: (_plot, ticks) => ticks.map((tick) => tick.toLocaleString()) },
    ],
    series: [
      {},
      ...lines.map((line) => ({
        label: line.name,
        stroke: colour(line.colour),
        width: 2,
        points: { show: false },
        spanGaps: false,
        ...(line.filled && { fill: `color-mix(in srgb, ${colour(line.colour)} 16%, transparent)` }),
        ...(line.dashed && { dash: [6, 5] }),
      })),
    ],
  };
}

function colourReader(within: HTMLElement): (name: string) => string {
  const probe = document.createElement('i');
  return (name) => {
    within.append(probe);
    probe.style.color = `var(--${name})`;
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
}

const clock = (seconds: number) =>
  new Date(seconds * 1_000).toLocaleTimeString(document.documentElement.lang, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
