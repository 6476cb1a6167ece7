// What limits a run, in words.
import { nearestOf, othersPrevail, type Shares, type Use } from '../judge/saturation.ts';
import { clockText, figure, useText } from './figures.ts';
import type { BottleneckFacts, Told, Words } from './words.ts';

export const RESOURCES: Words['resources'] = {
  RUNNER_CPU: 'CPU of the runner',
  LOCKS: 'sessions of the database that wait for locks',
  DATABASE_CPU: 'CPU of the database',
  DATABASE_THREAD: 'the thread of the embedded database',
  REDIS_CPU: 'CPU of Redis',
  SERVICE_CPU: 'CPU of the service',
  MACHINE_CPU: 'CPU of the whole machine',
  REDIS_TIME: 'response time of Redis',
  POOL: 'calls that wait for a database connection',
  EVENT_LOOP: 'event-loop lag of the service',
  LAG: 'events that consumers are behind (Kafka lag)',
};

export function bottleneck({ bottleneck: found, seen }: BottleneckFacts): Told {
  const { first, saturated, uses, moment } = found;
  if (!first) {
    const nearest = nearestOf(uses);
    const headline = seen ? 'Nothing ran out.' : 'Nothing ran out that could be seen; the service was not looked into.';
    return { headline, evidence: nearest ? [nearestText(nearest)] : [] };
  }
  const since = `from ${clockText((first.from ?? 0) * 1_000)} on`;
  const there = moment
    ? [`At that moment: ${figure(moment.perSecond, 0)} requests/s, p95 ${figure(moment.p95)} ms.`]
    : [];
  const others = saturated.filter((use) => use !== first);
  const evidence = [
    `${told(first)}, ${first.seconds} s of the run.`,
    ...there,
    ...(found.shares ? [sharesText(found.shares)] : []),
    ...others.map((use) => `Also ran out, from ${clockText((use.from ?? 0) * 1_000)}: ${told(use)}.`),
  ];
  if (first.resource === 'RUNNER_CPU') {
    return {
      headline: `The runner itself, ${since}: this run does not show the limit of the service.`,
      evidence: [...evidence, 'Run it with --processes 2 or more, or on another machine than the service.'],
    };
  }
  return { headline: `${capital(RESOURCES[first.resource])}, ${since}.`, evidence };
}

function sharesText(shares: Shares): string {
  const { processors, service, database, redis, runner, others } = shares;
  const of = (name: string, value: number) => (value >= 0.05 ? [`${name} ${figure(value)}`] : []);
  const used = [
    ...of('the service', service),
    ...of('the database', database),
    ...of('Redis', redis),
    ...of('the runner', runner),
    ...of('the rest (broker, system, other programs)', others),
  ].join(', ');
  const noisy = othersPrevail(shares) ? ' Most of that was not the run: measure again on a quiet machine.' : '';
  return `While all ${processors} processors were busy: ${used}.${noisy}`;
}

function nearestText(use: Use): string {
  return use.seconds > 0
    ? `Above its limit for moments only, ${use.seconds} s: ${told(use)}.`
    : `Nearest to its limit: ${told(use)}.`;
}

function told(use: Use): string {
  const { most, limit } = useText(use);
  return `${RESOURCES[use.resource]} ${most} at most (limit ${limit})`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
