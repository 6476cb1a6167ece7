// What limits a run, in words.
import { nearestOf, othersPrevail, type Shares, type Use } from '../judge/saturation.ts';
import { clockText, figure, useText } from './figures.ts';
import type { BottleneckFacts, Told, Words } from './words.ts';

export const RESOURCES: Words['resources'] = {
  RUNNER_CPU: '부하 발생기 CPU',
  LOCKS: '잠금을 기다리는 DB 세션 수',
  DATABASE_CPU: 'DB CPU',
  DATABASE_THREAD: '내장 데이터베이스 스레드',
  REDIS_CPU: 'Redis CPU',
  SERVICE_CPU: '서비스 CPU',
  MACHINE_CPU: '장비 전체 CPU',
  REDIS_TIME: 'Redis 응답 시간',
  POOL: 'DB 연결을 기다리는 호출 수',
  EVENT_LOOP: '서비스 이벤트 루프 지연',
  LAG: '컨슈머가 밀린 이벤트 수 (Kafka lag)',
};

export function bottleneck({ bottleneck: found, seen }: BottleneckFacts): Told {
  const { first, saturated, uses, moment } = found;
  if (!first) {
    const nearest = nearestOf(uses);
    const headline = seen
      ? '한계에 이른 자원이 없습니다.'
      : '보이는 범위에서는 한계에 이른 자원이 없습니다. 서비스 내부는 보지 못했습니다.';
    return { headline, evidence: nearest ? [nearestText(nearest)] : [] };
  }
  const since = `${clockText((first.from ?? 0) * 1_000)}부터`;
  const there = moment
    ? [`그 시점의 처리량은 초당 ${figure(moment.perSecond, 0)}건, p95는 ${figure(moment.p95)} ms.`]
    : [];
  const others = saturated.filter((use) => use !== first);
  const evidence = [
    `${told(first)}, ${first.seconds}초 동안.`,
    ...there,
    ...(found.shares ? [sharesText(found.shares)] : []),
    ...others.map((use) => `${clockText((use.from ?? 0) * 1_000)}부터는 이것도: ${told(use)}.`),
  ];
  if (first.resource === 'RUNNER_CPU') {
    return {
      headline: `부하 발생기 자신 (${since}): 이 시험은 서비스의 한계를 보여 주지 않습니다.`,
      evidence: [...evidence, '--processes 2 이상으로, 또는 서비스와 다른 장비에서 실행하세요.'],
    };
  }
  return { headline: `${RESOURCES[first.resource]} (${since}).`, evidence };
}

function sharesText(shares: Shares): string {
  const { processors, service, database, redis, runner, others } = shares;
  const of = (name: string, value: number) => (value >= 0.05 ? [`${name} ${figure(value)}`] : []);
  const used = [
    ...of('서비스', service),
    ...of('DB', database),
    ...of('Redis', redis),
    ...of('부하 발생기', runner),
    ...of('나머지(브로커, 시스템, 다른 프로그램)', others),
  ].join(', ');
  const noisy = othersPrevail(shares) ? ' 대부분 이 시험이 쓴 것이 아닙니다. 조용한 장비에서 다시 재세요.' : '';
  return `코어 ${processors}개가 모두 바쁜 동안: ${used}.${noisy}`;
}

function nearestText(use: Use): string {
  return use.seconds > 0
    ? `잠깐씩만 기준을 넘은 것 (${use.seconds}초): ${told(use)}.`
    : `기준에 가장 가까운 것: ${told(use)}.`;
}

function told(use: Use): string {
  const { most, limit } = useText(use);
  return `${RESOURCES[use.resource]} 최대 ${most} (기준 ${limit})`;
}
