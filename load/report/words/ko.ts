import { othersPrevail, type Shares, type Use } from '../judge/saturation.ts';
import { nearestOf } from './en.ts';
import { clockText, figure, useText } from './figures.ts';
import type { BottleneckFacts, Told, Words } from './words.ts';

const RESOURCES: Words['resources'] = {
  RUNNER_CPU: '부하 발생기 CPU',
  LOCKS: '잠금을 기다리는 DB 세션 수',
  DATABASE_CPU: 'DB CPU',
  REDIS_CPU: 'Redis CPU',
  SERVICE_CPU: '서비스 CPU',
  MACHINE_CPU: '장비 전체 CPU',
  REDIS_TIME: 'Redis 응답 시간',
  POOL: 'DB 연결을 기다리는 호출 수',
  EVENT_LOOP: '서비스 이벤트 루프 지연',
  LAG: '컨슈머가 밀린 이벤트 수 (Kafka lag)',
};

export const KO: Words = {
  language: 'ko',
  title: (script) => `부하 테스트: ${script}`,
  rows: {
    TOKEN_P95: '토큰 API 응답 시간 (p95)',
    RESERVATION_SUCCESS: '활성 사용자의 예약 성공률',
    SLOT_SECONDS: '활성열 5분 이내 자동 만료',
    SUSTAINED: '초당 10~30건 이상 평균 처리',
    FAILURES: '실패율 (Spike 상황 포함)',
    AUDIT: '불변식',
  },
  basis: {
    TOKEN_P95: (of) => `요청 ${of}건`,
    RESERVATION_SUCCESS: (of) => `시도 ${of}건`,
    SLOT_SECONDS: (of) => `만료가 지난 자리 ${of}개`,
    SUSTAINED: (of) => `${of}초 동안`,
    FAILURES: (of) => `요청 ${of}건`,
  },
  audits: {
    'active users never exceed the cap': '활성 사용자는 정원을 넘지 않는다',
    'one owner a seat': '좌석 하나에 주인 한 명',
    'sold never exceeds the capacity': '판매 수는 정원을 넘지 않는다',
    'every wallet equals its ledger': '모든 지갑은 원장과 일치한다',
    'every confirmed reservation paid exactly once': '확정된 예약은 정확히 한 번 결제되었다',
    'every event delivered or in the dead letters': '모든 이벤트는 전달되었거나 DLQ에 있다',
  },
  resources: RESOURCES,
  bottleneck,
  knee: ({ lastSound, firstUnsound, soundAgain }) => {
    if (!lastSound) return '첫 단계부터 감당하지 못했습니다. 더 낮게 시작하세요.';
    const sound = `초당 ${figure(lastSound.served, 0)}건까지 온전히 처리 (p95 ${figure(lastSound.p95)} ms)`;
    if (!firstUnsound) return `한계에 이르지 않았습니다: ${sound}. 더 높이 올려 보세요.`;
    const { offered, served, p95, failedShare } = firstUnsound;
    const asked = offered === null ? firstUnsound.name : `초당 ${figure(offered, 0)}건`;
    return `한계점: ${sound}, ${asked}을 보내면 ${figure(served, 0)}건만 처리 (p95 ${figure(p95)} ms, 실패 ${figure(failedShare * 100, 2)} %).${soundAgain ? ` 그런데 나중에는 ${figure(soundAgain.served, 0)}건을 온전히 처리했습니다. 다른 것이 방해했으니 다시 재세요.` : ''}`;
  },
  silence: {
    NO_METRICS: '대상에 /metrics가 없어 클라이언트 쪽만 보여 줍니다.',
    NO_TOKEN:
      '서비스 쪽 지표가 없습니다: /metrics에 운영자 토큰이 필요합니다. OPS_TOKEN을 주거나 DATA_DIR을 서비스의 폴더로 지정하세요.',
    WRONG_TOKEN:
      '서비스 쪽 지표가 없습니다: /metrics가 이 운영자 토큰을 거절합니다. OPS_TOKEN을 주거나 DATA_DIR을 서비스의 폴더로 지정하세요.',
    NO_ANSWER: '서비스 쪽 지표가 없습니다: /metrics가 응답하지 않았습니다.',
  },
  looked: (names, size, whole) =>
    `${size ? `${size}, ` : ''}프로세스 ${names.join(', ')}${whole ? '' : ' (응답한 프로세스만 보았습니다. 같은 URL 뒤에 다른 프로세스가 있을 수 있습니다)'}`,
  counts: (requests, perSecond, seconds) => `${seconds}초 동안 요청 ${requests}건, 초당 ${perSecond}건.`,
  labels: {
    verdict: '기대 결과 판정',
    expectation: '측정 항목',
    measured: '측정값',
    limit: '기준',
    result: '판정',
    pass: '통과',
    fail: '미달',
    notMeasured: '이 시나리오로는 측정하지 않음',
    notAsked: '확인하지 못함 (운영자 토큰 필요)',
    always: '항상',
    noViolation: '위반 없음',
    atMost: '이하',
    atLeast: '이상',
    allHold: '측정한 모든 기대 결과를 만족합니다.',
    notAllHold: '만족하지 못한 기대 결과가 있습니다.',
    bottleneck: '병목',
    knee: '단계별 한계',
    charts: '초 단위 추이',
    hover: '그래프를 가리키거나 누르면 모든 그래프에서 그 시각의 값을 보여 줍니다.',
    thresholds: '스크립트의 임계값',
    settings: '설정',
    target: '대상',
    service: '서비스',
    started: '시작',
    duration: '길이',
    runner: '부하 발생기 CPU',
    runnerProcesses: '부하 발생기 프로세스',
    machine: '부하 발생기 장비',
    wholeMachine: '장비 전체',
    processors: '코어',
    exitCode: '종료 코드',
    time: '시각',
    requests: '초당 요청',
    answersClient: '요청 (클라이언트 측정)',
    latencyClient: '응답 시간 (클라이언트 측정)',
    latencyByName: '요청별 응답 시간 (p95, 클라이언트)',
    answersServer: '응답 (서비스 측정)',
    latencyServer: '응답 시간 (서비스 측정)',
    routesServer: '경로별 응답',
    line: '활성열과 대기열',
    users: '가상 사용자',
    cpu: 'CPU (100 %가 코어 하나)',
    loop: '이벤트 루프 지연 (p99)',
    database: 'DB: 잠금과 연결 풀',
    databaseCpu: 'DB',
    databaseSessions: 'DB: 세션',
    transactions: 'DB: 트랜잭션',
    redis: 'Redis: 명령',
    redisUse: 'Redis: 연결과 메모리',
    events: '이벤트',
    scheduler: '스케줄러',
    good: '정상',
    failed: '실패',
    refused: '거절 (4xx)',
    expectedRefusals: '예상된 거절',
    offered: '초당 보냄',
    served: '초당 처리',
    dropped: '빈 사용자가 없어 못 보낸 반복',
    sound: '정상',
    active: '활성',
    waiting: '대기',
    cap: '정원',
    virtualUsers: '활동 중인 가상 사용자',
    serviceBusiest: '서비스 (가장 바쁜 프로세스)',
    serviceAll: '서비스 (전체 프로세스)',
    sessions: '세션',
    working: '작업 중',
    lockWaiting: '잠금 대기',
    lockWait: '가장 긴 잠금 대기, ms',
    answerTime: '응답 시간, ms',
    poolUsed: '사용 중인 연결',
    poolWaiting: '연결을 기다리는 호출',
    commits: '커밋',
    rollbacks: '롤백',
    connections: '연결',
    commands: '명령',
    memory: '메모리, MB',
    outbox: '전달 대기',
    lag: '컨슈머 밀림 (Kafka lag)',
    deadLetters: 'DLQ',
    ticks: '초당 실행',
    ticksFailed: '초당 실패',
    ticksLate: '시작 지연, ms',
    threshold: '임계값',
    figure: '지표',
    difference: '차이',
    first: '첫째',
    second: '둘째',
    none: '없음',
    yes: '예',
    no: '아니오',
    route: '경로',
    made: 'jari 부하 도구가 만들었습니다. 시각은 시험 시작부터 잰 것입니다.',
  },
};

function bottleneck({ bottleneck: found, seen }: BottleneckFacts): Told {
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
