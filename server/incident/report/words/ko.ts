import type { Blocker } from '../../evidence.ts';
import type { SignCode } from '../../kinds.ts';
import type { Improvement } from '../improve.ts';
import { figure, number, text, type Words } from './words.ts';

type Facts = Record<string, unknown>;

const percent = (share: number) => `${figure(share * 100)}%`;
const ms = (value: number) => `${Math.round(value)}ms`;

const SIGNS: Record<SignCode, (value: number, limit: number, of: string) => string> = {
  TOKEN_LATENCY: (v, l) => `토큰 발급의 95%가 ${ms(v)} 안에 응답 (한계 ${ms(l)})`,
  TOKEN_CLIMB: (v, l) => `토큰 발급 응답이 ${ms(v)}로 급증 (직전 몇 분 기준 한계 ${ms(l)})`,
  TOKEN_FAILURES: (v, l) => `토큰 발급 요청의 ${percent(v)}가 실패 (한계 ${percent(l)})`,
  REDIS_LOST: () => 'Redis 무응답',
  REDIS_SLOW: (v, l) => `Redis 응답 ${ms(v)} (한계 ${ms(l)})`,
  REDIS_CONNECTIONS: (v, l) => `Redis 연결의 ${percent(v)} 사용 중 (한계 ${percent(l)})`,
  REDIS_REFUSED: (v) => `3초 동안 Redis가 연결 ${v}개를 거부`,
  REDIS_MEMORY: (v, l) => `Redis 메모리의 ${percent(v)} 사용 중 (한계 ${percent(l)})`,
  RESERVATION_LATENCY: (v, l) => `예약의 95%가 ${ms(v)} 안에 응답 (한계 ${ms(l)})`,
  RESERVATION_FAILURES: (v, l) => `예약 요청의 ${percent(v)}가 실패 (한계 ${percent(l)})`,
  LOCK_WAIT: (v, l) => `DB 세션이 락을 ${ms(v)} 동안 대기 (한계 ${ms(l)})`,
  ROWS_LOCKED: (v) => `3초 동안 요청 ${v}건이 다른 세션이 잠근 행을 필요로 함`,
  POOL_EXHAUSTED: (v, l) => `호출 ${v}건이 DB 커넥션을 대기 (한계 ${l})`,
  DATABASE_LOST: () => 'DB 무응답',
  DATABASE_SLOW: (v, l) => `DB가 상태 조회에 ${ms(v)} 소요 (한계 ${ms(l)})`,
  DEADLOCKS: (v) => `3초 동안 데드락 ${v}건`,
  BROKER_LOST: () => 'Kafka 무응답',
  RELAY_FAILING: (v) => `10초 동안 릴레이 ${v}회 실패`,
  RELAY_BACKLOG: (v, l) => `가장 오래된 이벤트가 릴레이를 ${figure(v)}초째 대기 (한계 ${l}초)`,
  CONSUMER_LAG: (v, l, of) => `${of}의 지연 이벤트 ${v}건 (한계 ${l})`,
  JOB_LATE: (v, l, of) =>
    `스케줄러 작업 "${of}"이(가) ${figure(v / 1_000)}초 동안 실행되지 않음 (한계 ${figure(l / 1_000)}초)`,
  JOB_FAILING: (v, _l, of) => `스케줄러 작업 "${of}"이(가) 30초 동안 ${v}회 실패`,
  ATTEMPTS_FAILING: (v, _l, of) => `15초 동안 컨슈머 "${of}"의 처리 시도 ${v}회 실패`,
  DEAD_LETTERS: (v) => `이벤트 ${v}건을 포기하고 DLQ에 적재`,
};

const signText = (facts: Facts): string =>
  SIGNS[facts.code as SignCode]?.(number(facts, 'value'), number(facts, 'limit'), text(facts, 'of')) ??
  text(facts, 'code');

const KINDS: Words['kinds'] = {
  TOKEN_STORM: '토큰 발급 폭주',
  RESERVATION_BOTTLENECK: '예약 병목',
  EVENTS_STALLED: '이벤트 정체',
  SCHEDULER_STALLED: '스케줄러 정지',
  CONSUMER_FAILING: '컨슈머 처리 실패',
};

const blockerText = ({ application, pid, state, transactionSeconds, tables, keepsWaiting }: Blocker) =>
  `"${application}"의 세션 ${pid} (${state}, ${figure(transactionSeconds)}초${tables.length > 0 ? `, ${tables.join(', ')}에 락` : ''})이(가) ${keepsWaiting}개 세션을 대기시킴`;

const ENTRIES: Record<string, (facts: Facts) => string> = {
  'incident OPENED': () => '장애 시작',
  'incident CLOSED': () => '모두 정상이고 모든 조치를 되돌림: 장애 종료',
  'incident EDITED': () => '운영자가 개선 작업을 수정',
  'bypass ON': () => '새로 오는 사용자를 활성열 판단 없이 곧바로 대기열로 보냄',
  'bypass OFF': () => '빈 자리를 다시 진입 시점에 배정',
  'shed ON': (f) => `동시 토큰 발급 ${number(f, 'limit')}건을 넘는 요청은 Retry-After와 함께 거절`,
  'shed OFF': (f) => `거절 종료 (이 프로세스에서 ${number(f, 'refused')}건 거절)`,
  'cap LOWERED': (f) =>
    `"${text(f, 'queueId')}" 활성열 한도를 ${number(f, 'from')}명에서 ${number(f, 'to')}명으로 낮춤. 이미 들어온 사용자는 내보내지 않음`,
  'cap RAISED': (f) => `"${text(f, 'queueId')}" 활성열 한도를 ${number(f, 'from')}명에서 ${number(f, 'to')}명으로 올림`,
  'cap RESTORED': (f) => `"${text(f, 'queueId')}" 활성열 한도를 운영자 설정 ${number(f, 'to')}명으로 복원`,
  'cap LEFT': (f) => `누군가 "${text(f, 'queueId')}" 한도를 ${number(f, 'cap')}명으로 설정하여 그대로 둠`,
  'batches ON': (f) => `트랜잭션 하나에 예약을 최대 ${number(f, 'mostItems')}건만 묶음`,
  'batches OFF': () => '예약 묶음 크기를 원래대로 되돌림',
  'consumers ON': () => '이벤트 컨슈머 일시 정지 (이벤트는 보존)',
  'consumers OFF': () => '이벤트 컨슈머 재개',
  'relay ON': () => '릴레이를 커밋마다가 아니라 1초에 한 번만 시도',
  'relay OFF': () => '릴레이를 커밋마다 다시 시도',
  'rescue ON': (f) => `아무 스케줄러도 실행하지 않는 작업을 여기서 대신 실행: ${list(f.jobs)}`,
  'rescue OFF': (f) => `스케줄러가 다시 실행됨 (그동안 여기서 실행: ${runs(f.runs)})`,
  'isolate ON': (f) => `${list(f.consumers)}에 이벤트를 하나씩만 전달하여 문제 이벤트가 다른 이벤트를 막지 않게 함`,
  'isolate OFF': () => '컨슈머 묶음 크기를 원래대로 되돌림',
  'blockers FOUND': (f) => `락을 잡고 있는 세션: ${(f.blockers as Blocker[]).map(blockerText).join('; ')}`,
  'stacks FOUND': (f) =>
    `예상하지 못한 오류: ${(f.groups as { where: string; count: number }[]).map(({ where, count }) => `${where} (${count}회)`).join('; ')}`,
  'letters REPLAYED': (f) =>
    `운영자가 DLQ 이벤트 ${number(f, 'count')}건을 재처리 (재처리 전 ${number(f, 'before')}건, 후 ${number(f, 'after')}건 대기)`,
  'letters RECONCILED': (f) =>
    `재처리한 이벤트 중 ${number(f, 'applied')}건 반영, ${number(f, 'failed')}건 다시 실패, ${number(f, 'underWay')}건 처리 중`,
  'compensation WALLET_CREDIT': (f) =>
    `사용자 ${number(f, 'users')}명에게 각 ${number(f, 'amount').toLocaleString('ko')}원을 지급`,
  'compensation PRIORITY_REENTRY': (f) =>
    `사용자 ${number(f, 'users')}명에게 "${text(f, 'queueId')}" 대기열 우선 입장을 약속`,
};

const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '');
const runs = (value: unknown) =>
  Object.entries((value ?? {}) as Record<string, number>)
    .map(([job, times]) => `${job} ${times}회`)
    .join(', ') || '-';

const REASONS: Record<string, string> = {
  bypass: '진입 비용의 대부분은 활성열 입장 판단이며, 폭주 중에는 필요하지 않음',
  shed: '모두에게 늦게 답하는 것보다 일부에게 제때 답하는 편이 나음. 거절된 사용자도 자리를 잃지 않음',
  cap: '안에 있는 사용자가 적으면 느린 DB에 주는 부하가 줄어, 들어온 사용자는 예약을 마칠 수 있음',
  batches: '짧은 트랜잭션은 락을 짧게 잡음',
  consumers: '미룰 수 있는 일을 미루어 DB를 구매 처리에 양보',
  relay: '더 자주 시도한다고 브로커가 빨리 돌아오지 않음',
  rescue: '누가 실행하든 자리와 선점은 만료되고 대기열은 움직여야 함',
  isolate: '문제 이벤트 하나가 정상 이벤트를 막으면 안 됨',
};

const IMPROVEMENTS: Record<Improvement['code'], (f: Facts) => { title: string; evidence: string }> = {
  FIRST_LIMIT: (f) => ({
    title: '가장 먼저 한계에 닿은 곳부터 개선',
    evidence: `첫 징후: ${signText({ ...f, code: f.sign })}.`,
  }),
  RELEASE_LOCKS: (f) => ({
    title: '판매 중에는 긴 트랜잭션을 금지',
    evidence: `"${text(f, 'application')}" (${text(f, 'state')})이(가)${f.tables ? ` ${text(f, 'tables')}에` : ''} ${figure(number(f, 'seconds'))}초 동안 락을 잡아 세션 ${number(f, 'keepsWaiting')}개를 대기시켰습니다. 해당 역할에 idle_in_transaction_session_timeout과 lock_timeout을 1~2초로 두고, 정비 작업은 판매 시간 밖에서 실행합니다.`,
  }),
  SPLIT_STOCK: (f) => ({
    title: '좌석 선점의 파티셔닝 키 개선',
    evidence: `최대 ${number(f, 'waiting')}개 세션이 락을 기다렸고 가장 긴 대기는 ${ms(number(f, 'milliseconds'))}이며, 특정 세션 하나의 탓이 아닙니다. 가장 빨리 팔리는 구역의 재고를 여러 행으로 나누고, 그 갱신이 쓰는 인덱스를 점검합니다.`,
  }),
  LARGER_POOL: (f) => ({
    title: 'DB 커넥션 풀 증설',
    evidence: `커넥션 ${number(f, 'size')}개를 호출 ${number(f, 'waiting')}건이 기다렸습니다. 서버에 여유가 있다면 약 ${number(f, 'needed')}개로 버틸 수 있었습니다.`,
  }),
  DATABASE_ROOM: (f) => ({
    title: 'DB 서버의 최대 연결 수 확보',
    evidence: `연결 ${number(f, 'most')}개 중 ${number(f, 'connections')}개를 사용했습니다. max_connections를 올리거나 앞에 풀러를 둡니다.`,
  }),
  DATABASE_COPY: (f) => ({
    title: 'DB 대기 서버(standby) 구성',
    evidence: `${number(f, 'seconds')}초 동안 DB가 응답하지 않았습니다. 자동으로 승격되는 대기 서버가 있었다면 짧아졌을 것입니다.`,
  }),
  REDIS_CONNECTIONS: (f) => ({
    title: 'Redis 커넥션 수 증설',
    evidence: `연결 ${number(f, 'most')}개 중 ${number(f, 'connections')}개를 사용했고 ${number(f, 'refused')}개가 거부되었습니다. maxclients가 최소 ${number(f, 'needed')}이었다면 버텼습니다. 그만큼 연결을 여는 원인도 찾습니다.`,
  }),
  REDIS_COPY: (f) => ({
    title: 'Redis 복제본과 자동 전환 구성',
    evidence: `${number(f, 'seconds')}초 동안 Redis가 응답하지 않았습니다. 자리는 지켜졌지만 새로 들어올 수 없었습니다.`,
  }),
  REDIS_SLOW: (f) => ({
    title: 'Redis를 바쁘게 하는 원인 조사',
    evidence: `응답에 최대 ${ms(number(f, 'milliseconds'))}가 걸렸습니다. SLOWLOG와 큰 키를 확인하고, 대기열 전용 Redis를 둡니다.`,
  }),
  REDIS_MEMORY: (f) => ({
    title: 'Redis 메모리 증설',
    evidence: `${number(f, 'most')}MB 중 ${number(f, 'used')}MB를 사용했습니다. ${number(f, 'needed')}MB면 여유가 있습니다.`,
  }),
  TOKEN_RATE: (f) => ({
    title: '실제 유입량에 맞춘 준비',
    evidence: `초당 최대 ${number(f, 'perSecond')}건의 토큰 요청이 들어왔${number(f, 'shed') > 0 ? `고 나머지를 빠르게 하려고 ${number(f, 'shed')}건을 거절했` : ''}습니다. API 프로세스를 늘리고, 판매 전 PRE_QUEUE로 유입을 분산하고, 폴링은 CDN에 맡깁니다 (GET /api/v1/queue/{queueId}).`,
  }),
  MORE_PROCESSES: (f) => ({
    title: 'API 프로세스 증설',
    evidence: `프로세스가 코어의 ${number(f, 'cpuPercent')}%를 사용했고 이벤트 루프가 최대 ${ms(number(f, 'lagMilliseconds'))} 지연되었습니다.`,
  }),
  CAP_THAT_HELD: (f) => ({
    title: 'DB가 감당하는 활성열 한도 설정',
    evidence:
      f.held === null
        ? `${number(f, 'lowest')}명도 많았습니다. 한도가 원인은 아니었습니다.`
        : `${number(f, 'held')}명일 때 예약이 제때 응답했습니다. 원인을 없앨 때까지 이 한도면 버팁니다.`,
  }),
  BROKER_COPIES: (f) => ({
    title: '브로커 다중화와 아웃박스 감시',
    evidence: `${number(f, 'seconds') > 0 ? `${number(f, 'seconds')}초 동안 Kafka가 응답하지 않았습니다. ` : ''}최대 ${number(f, 'outbox')}건이 아웃박스에서 기다렸고 유실은 없습니다. 브로커 3대와 복제 계수 3이면 한 대를 잃어도 버팁니다.`,
  }),
  REPAIR_CONSUMER: (f) => ({
    title: `컨슈머${f.consumer ? ` "${text(f, 'consumer')}"` : ''} 수정 후 DLQ 재처리`,
    evidence: `DLQ에 ${number(f, 'deadLetters')}건이 있습니다. 원인을 읽고 컨슈머나 수신 측을 고친 뒤 dryRun으로 확인하고 POST /ops/api/dead-letters/replay로 재처리합니다.`,
  }),
  SECOND_SCHEDULER: (f) => ({
    title: '스케줄러를 두 프로세스 이상에서 실행',
    evidence: `${text(f, 'jobs')} 작업을 제때 실행한 스케줄러가 없었습니다. 두 프로세스에 SCHEDULER=on이면 한쪽이 멈춰도 다른 쪽이 계속합니다.`,
  }),
  RETRIES_OF_CLIENTS: (f) => ({
    title: '클라이언트가 같은 Idempotency-Key로 재시도',
    evidence: `사용자 ${number(f, 'users')}명이 영향을 받았습니다. Retry-After만큼 기다려 같은 키로 다시 시도하면 대부분의 실패가 짧은 기다림으로 바뀝니다.`,
  }),
  SWITCHED_OFF: (f) => ({
    title: '꺼 둔 자동 대응 검토',
    evidence: `RESPONSES에서 빠진 대응: ${text(f, 'responses')}.`,
  }),
  FASTER_NOTICE: (f) => ({
    title: '더 빠른 감지',
    evidence: `감지에 ${figure(number(f, 'seconds'))}초가 걸렸습니다. 늦게 나타난 징후의 한계를 낮춥니다 (INCIDENT_TOKEN_MILLISECONDS, INCIDENT_RESERVATION_MILLISECONDS).`,
  }),
};

export const KO: Words = {
  language: 'ko',
  title: (id) => `장애 보고서 #${id}`,
  kinds: KINDS,
  apis: {
    token: '토큰 발급',
    status: '대기 순번 조회',
    reservation: '예약',
    wallet: '지갑',
    catalog: '공연 목록',
    other: '기타',
  },
  parts: [
    '1. 장애 시각 및 지속 시간',
    '2. 발생 API 및 응답 상태 변화',
    '3. Redis/DB 지표 변화',
    '4. 사용자 영향도',
    '5. 조치 내용 및 근거',
    '6. 재발 방지를 위한 개선 작업',
  ],
  summary: ({ kinds, began, seconds, open, noticedSeconds, respondedSeconds, affectedUsers }) =>
    `${kinds.map((kind) => KINDS[kind]).join(', ')}: ${began} UTC부터 ${durationKo(seconds)}${open ? '째 진행 중' : ''}. 감지까지 ${figure(noticedSeconds)}초${respondedSeconds === null ? '' : `, 첫 대응까지 ${figure(respondedSeconds)}초`}. ${affectedUsers === 0 ? '영향을 받은 사용자가 없습니다.' : `사용자 ${affectedUsers}명이 영향을 받았습니다.`}`,
  labels: {
    began: '발생',
    noticed: '감지',
    firstResponse: '첫 대응',
    ended: '종료',
    stillOpen: '진행 중',
    duration: '지속 시간',
    kind: '종류',
    after: '경과',
    none: '없음',
    requests: '요청량',
    latency: '응답 시간 (95%)',
    statusesOfToken: '토큰 발급 응답 상태',
    statusesOfReservation: '예약 응답 상태',
    worst: '최악',
    atMost: '최대',
    api: 'API',
    database: '데이터베이스',
    redis: 'Redis',
    events: '이벤트',
    line: '대기열',
    process: 'API 프로세스',
    cpu: 'CPU',
    databaseCpu: '데이터베이스',
    processCpu: 'API 프로세스',
    connections: '연결 수',
    working: '작업 중',
    lockWaiting: '락 대기',
    lockWait: '가장 긴 락 대기',
    commits: '커밋',
    rollbacks: '롤백',
    commands: '명령',
    memory: '메모리',
    answered: '응답 시간',
    outbox: '아웃박스 대기',
    lag: '컨슈머 지연',
    active: '활성',
    waiting: '대기',
    cap: '한도',
    notInUse: '사용하지 않음: 대기열이 데이터베이스에 있습니다.',
    affected: '영향을 받은 사용자',
    failed: '요청 실패',
    slow: '응답이 1초 초과',
    slotEnded: '활성 시간 종료',
    holdEnded: '좌석 선점 만료',
    compensated: '보상',
    credited: '지급',
    prioritised: '우선 입장 약속',
    listOfUsers: '명단 (CSV):',
    time: '시각 (UTC)',
    what: '내용',
    why: '근거',
    by: '주체',
    timeline: '타임라인',
    editedBy: '운영자 수정',
    draft: '위 증거로 작성한 초안이며 운영자가 수정할 수 있습니다.',
    figure: '지표',
    shown: '음영: 첫 징후부터 종료까지. 가는 세로선: 조치 시점.',
    perSecond: '초당',
    wellAgain: '정상',
  },
  entry: ({ subject, code, facts }) => {
    if (subject.startsWith('kind:')) {
      const kind = KINDS[text(facts, 'kind') as keyof typeof KINDS] ?? subject;
      return code === 'NOTICED' ? `감지: ${kind}` : `해소: ${kind}`;
    }
    if (subject.startsWith('sign:')) return `징후: ${signText(facts)}`;
    if (code === 'FAILED') return `대응 "${subject}"을(를) 실행하지 못함`;
    return ENTRIES[`${subject.split(':')[0]} ${code}`]?.(facts) ?? `${subject} ${code}`;
  },
  reason: (subject) => REASONS[subject.split(':')[0] as string] ?? null,
  improvement: ({ code, facts }) => IMPROVEMENTS[code](facts),
  duration: durationKo,
};

function durationKo(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  return [hours > 0 ? `${hours}시간` : '', minutes > 0 ? `${minutes}분` : '', `${rest}초`].filter(Boolean).join(' ');
}
