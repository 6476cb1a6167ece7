import type { Improvement } from '../improve.ts';
import { signText } from './ko-signs.ts';
import { type Facts, figure, number, text } from './words.ts';

const ms = (value: number) => `${Math.round(value)}ms`;

/** What to do, and why, by the figures that say so. */
export const IMPROVEMENTS: Record<Improvement['code'], (f: Facts) => { title: string; evidence: string }> = {
  FIRST_LIMIT: (f) => ({
    title: '가장 먼저 한계에 닿은 곳부터 개선',
    evidence: `첫 징후: ${signText({ ...f, code: f.sign })}.`,
  }),
  RELEASE_LOCKS: (f) => ({
    title: '판매 중에는 긴 트랜잭션을 금지',
    evidence: `"${text(f, 'application')}" (${text(f, 'state')})이(가)${f.tables ? ` ${text(f, 'tables')}에` : ''} ${figure(number(f, 'seconds'))}초 이상 락을 잡았고, 그 때문에 요청 ${number(f, 'blocked')}건을 거절했습니다. 해당 역할에 idle_in_transaction_session_timeout과 lock_timeout을 1~2초로 두고, 정비 작업은 판매 시간 밖에서 실행합니다.`,
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
