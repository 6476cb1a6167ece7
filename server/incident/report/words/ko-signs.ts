import type { SignCode } from '../../kinds.ts';
import { type Facts, figure, number, text } from './words.ts';

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
  ATTEMPTS_FAILING: (v, _l, of) => `30초 동안 컨슈머 "${of}"의 처리 시도 ${v}회 실패`,
  DEAD_LETTERS: (v) => `이벤트 ${v}건을 포기하고 DLQ에 적재`,
};

/** What a sign says, in a sentence. */
export const signText = (facts: Facts): string =>
  SIGNS[facts.code as SignCode]?.(number(facts, 'value'), number(facts, 'limit'), text(facts, 'of')) ??
  text(facts, 'code');
