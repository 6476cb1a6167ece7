import type { Blocker } from '../../evidence.ts';
import { signText } from './ko-signs.ts';
import { type Facts, figure, number, text, type Words } from './words.ts';

export const KINDS: Words['kinds'] = {
  TOKEN_STORM: '토큰 발급 폭주',
  RESERVATION_BOTTLENECK: '예약 병목',
  EVENTS_STALLED: '이벤트 정체',
  SCHEDULER_STALLED: '스케줄러 정지',
  CONSUMER_FAILING: '컨슈머 처리 실패',
};

const blockerText = ({ application, pid, state, transactionSeconds, tables, keepsWaiting }: Blocker) =>
  [
    `"${application}"의 세션 ${pid} (${state}, ${figure(transactionSeconds)}초)`,
    ...(tables.length > 0 ? [`${tables.join(', ')}에 락`] : []),
    ...(keepsWaiting > 0 ? [`${keepsWaiting}개 세션이 대기`] : []),
  ].join(', ');

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
  'breaker ON': () => 'Redis를 기다리지 않고 곧바로 다시 시도하라고 안내',
  'breaker OFF': () => 'Redis가 다시 응답',
  'aside ON': () => '잠긴 행이 필요한 요청만 따로 기다리게 하고 나머지는 계속 처리',
  'aside OFF': () => '따로 기다리는 요청 없음',
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
  breaker: '시간 초과를 기다리게 하는 것보다 50ms 안에 다시 시도하라고 답하는 편이 나음',
  aside: '요청들이 트랜잭션을 함께 쓰므로, 잠긴 행 하나가 나머지를 실패시키면 안 됨',
  relay: '더 자주 시도한다고 브로커가 빨리 돌아오지 않음',
  rescue: '누가 실행하든 자리와 선점은 만료되고 대기열은 움직여야 함',
  isolate: '문제 이벤트 하나가 정상 이벤트를 막으면 안 됨',
};

export const entryText: Words['entry'] = ({ subject, code, facts }) => {
  if (subject.startsWith('kind:')) {
    const kind = KINDS[text(facts, 'kind') as keyof typeof KINDS] ?? subject;
    return code === 'NOTICED' ? `감지: ${kind}` : `해소: ${kind}`;
  }
  if (subject.startsWith('sign:')) return `징후: ${signText(facts)}`;
  if (code === 'FAILED') return `대응 "${subject}"을(를) 실행하지 못함`;
  return ENTRIES[`${subject.split(':')[0]} ${code}`]?.(facts) ?? `${subject} ${code}`;
};

export const reasonText: Words['reason'] = ({ subject, code }) => {
  const reason = REASONS[subject.split(':')[0] as string];
  if (reason === undefined || code === 'FAILED') return null;
  if (code === 'LEFT') return '운영자의 결정을 따름';
  return code === 'ON' || code === 'LOWERED' ? reason : '5초 동안 징후 없음';
};
