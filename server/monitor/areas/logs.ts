import { type Item, measured, told } from '../checklist.ts';
import { latencyAt, sumLatencies } from '../latency.ts';
import type { Api, Sample } from '../sample.ts';
import type { StackGroup } from '../stacks.ts';

/** What the seed of this project expects of an answer, in milliseconds. */
export const EXPECTED_MILLISECONDS: Partial<Record<Api, number>> = { token: 300, reservation: 1_000 };

const FAILED_PERCENT = { warn: 1, down: 10 };
const LAG_MILLISECONDS = { warn: 100, down: 1_000 };
const MOST_STACKS = 3;

/** What was asked for and how it was answered in the samples of the last minute, and what nobody foresaw. */
export function logItems(minute: readonly Sample[], stacks: readonly StackGroup[]): Item[] {
  const figures = minute.flatMap(({ http }) => Object.values(http));
  const sum = (name: 'all' | 'failed' | 'shed') => figures.reduce((total, api) => total + api[name], 0);
  const seconds = minute.reduce((total, sample) => total + sample.seconds, 0);
  const all = sum('all');
  const failed = sum('failed');
  const process = minute.at(-1)?.process;
  return [
    told('requests in the last minute', all),
    told('requests a second', seconds === 0 ? 0 : all / seconds, '/s'),
    told('failed in the last minute (5xx)', failed),
    told('refused on purpose in the last minute', sum('shed')),
    measured('share of failures', all === 0 ? 0 : (failed / all) * 100, FAILED_PERCENT, '%'),
    ...(Object.entries(EXPECTED_MILLISECONDS) as [Api, number][]).map(([api, limit]) =>
      latencyItem(minute, api, limit),
    ),
    measured('kinds of unforeseen errors in a quarter of an hour', stacks.length, { warn: 0 }),
    ...stacks
      .slice(0, MOST_STACKS)
      .map(({ where, count }): Item => ({ name: where, status: 'WARN', value: count, limit: 0, unit: 'times' })),
    ...(process
      ? [
          measured('event loop late (99 %)', process.eventLoopLagMilliseconds, LAG_MILLISECONDS, 'ms'),
          told('processor', process.cpu * 100, '% of a core'),
          told('memory', process.memoryMegabytes, 'MB'),
        ]
      : []),
  ];
}

function latencyItem(minute: readonly Sample[], api: Api, limit: number): Item {
  const found = latencyAt(sumLatencies(minute.flatMap(({ http }) => (http[api] ? [http[api].latencies] : []))), 0.95);
  const name = `${api} answered within (95 %)`;
  return found === null
    ? { ...told(name, null, 'ms'), limit }
    : measured(name, found, { warn: limit, down: limit * 5 }, 'ms');
}
