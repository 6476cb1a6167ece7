import type { Kind } from '../kinds.ts';
import type { Facts } from './facts.ts';

/** One thing to do so that it doesn't happen again, with the figures that say so. Words are made of it in each language. */
export interface Improvement {
  code: ImprovementCode;
  facts: Record<string, string | number | null>;
}

export type ImprovementCode =
  | 'FIRST_LIMIT'
  | 'RELEASE_LOCKS'
  | 'SPLIT_STOCK'
  | 'LARGER_POOL'
  | 'DATABASE_ROOM'
  | 'DATABASE_COPY'
  | 'REDIS_CONNECTIONS'
  | 'REDIS_COPY'
  | 'REDIS_SLOW'
  | 'REDIS_MEMORY'
  | 'TOKEN_RATE'
  | 'MORE_PROCESSES'
  | 'CAP_THAT_HELD'
  | 'BROKER_COPIES'
  | 'REPAIR_CONSUMER'
  | 'SECOND_SCHEDULER'
  | 'RETRIES_OF_CLIENTS'
  | 'SWITCHED_OFF'
  | 'FASTER_NOTICE';

export interface ImproveWith {
  kinds: readonly Kind[];
  facts: Facts;
  /** Responses that are switched off by the settings. */
  switchedOff: readonly string[];
  poolSize: number | null;
  affectedUsers: number;
}

const NOTICE_SECONDS = 10;
/** A limit should leave so much room above what was needed. */
const ROOM = 1.25;
const BUSY_CORE = 0.85;

/** Drafts what to improve, from evidence alone: what was hit first comes first. Pure. */
export function improvements({ kinds, facts, switchedOff, poolSize, affectedUsers }: ImproveWith): Improvement[] {
  const { most, lostSeconds, signs } = facts;
  const seen = (...codes: string[]) => signs.some(({ code }) => codes.includes(code));
  const found: Improvement[] = [];
  const add = (when: boolean, code: ImprovementCode, of: Improvement['facts'] = {}) => {
    if (when) found.push({ code, facts: of });
  };
  const [first] = signs;
  if (first) {
    const { code: sign, value, limit, of = null } = first;
    add(true, 'FIRST_LIMIT', { sign, value, limit, of });
  }
  const [blocker] = facts.blockers;
  if (blocker) {
    const { application, state, tables, transactionSeconds } = blocker;
    add(true, 'RELEASE_LOCKS', {
      application,
      state,
      tables: tables.join(', '),
      seconds: transactionSeconds,
      blocked: most.blockedByLocks,
    });
  }
  const contended = seen('LOCK_WAIT', 'ROWS_LOCKED', 'DEADLOCKS');
  add(contended && !blocker, 'SPLIT_STOCK', { waiting: most.lockWaiting, milliseconds: most.lockWaitMilliseconds });
  const poolShort = poolSize !== null && seen('POOL_EXHAUSTED');
  add(poolShort, 'LARGER_POOL', {
    size: poolSize,
    waiting: most.poolWaiting,
    needed: Math.ceil(((poolSize ?? 0) + most.poolWaiting) * ROOM),
  });
  const sessions = most.databaseConnections >= most.maxDatabaseConnections * 0.9 && most.maxDatabaseConnections > 1;
  add(sessions, 'DATABASE_ROOM', { connections: most.databaseConnections, most: most.maxDatabaseConnections });
  add(seen('DATABASE_LOST'), 'DATABASE_COPY', { seconds: round(lostSeconds.database) });
  add(seen('REDIS_CONNECTIONS', 'REDIS_REFUSED'), 'REDIS_CONNECTIONS', {
    connections: most.redisConnections,
    most: most.maxRedisConnections,
    refused: most.redisRefused,
    needed: Math.ceil((most.redisConnections + most.redisRefused) * ROOM),
  });
  add(seen('REDIS_LOST'), 'REDIS_COPY', { seconds: round(lostSeconds.redis) });
  add(seen('REDIS_SLOW'), 'REDIS_SLOW', { milliseconds: most.redisMilliseconds });
  add(seen('REDIS_MEMORY'), 'REDIS_MEMORY', {
    used: most.redisMemoryMegabytes,
    most: most.maxRedisMemoryMegabytes,
    needed: Math.ceil(most.redisMemoryMegabytes * ROOM),
  });
  const tokenRate = Math.round(facts.mostPerSecond.token ?? 0);
  add(seen('TOKEN_LATENCY', 'TOKEN_CLIMB') || facts.shed > 0, 'TOKEN_RATE', { perSecond: tokenRate, shed: facts.shed });
  const busy = most.processCpu >= BUSY_CORE && seen('TOKEN_LATENCY', 'TOKEN_CLIMB', 'RESERVATION_LATENCY');
  add(busy, 'MORE_PROCESSES', {
    cpuPercent: Math.round(most.processCpu * 100),
    lagMilliseconds: most.eventLoopLagMilliseconds,
  });
  add(facts.lowestCap !== null, 'CAP_THAT_HELD', { held: facts.capThatHeld, lowest: facts.lowestCap });
  add(seen('BROKER_LOST', 'RELAY_FAILING', 'RELAY_BACKLOG'), 'BROKER_COPIES', {
    seconds: round(lostSeconds.broker),
    outbox: most.outbox,
  });
  const consumer = signs.find(({ code }) => code === 'ATTEMPTS_FAILING')?.of ?? null;
  add(kinds.includes('CONSUMER_FAILING'), 'REPAIR_CONSUMER', { consumer, deadLetters: most.deadLetters });
  const jobs = [...new Set(signs.flatMap(({ code, of }) => (code === 'JOB_LATE' && of ? [of] : [])))];
  add(jobs.length > 0, 'SECOND_SCHEDULER', { jobs: jobs.join(', ') });
  add(affectedUsers > 0, 'RETRIES_OF_CLIENTS', { users: affectedUsers });
  add(switchedOff.length > 0, 'SWITCHED_OFF', { responses: switchedOff.join(', ') });
  add(facts.noticedSeconds > NOTICE_SECONDS, 'FASTER_NOTICE', { seconds: facts.noticedSeconds });
  return found;
}

const round = (value: number) => Math.round(value);
