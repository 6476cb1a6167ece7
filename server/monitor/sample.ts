import type { Latencies } from './latency.ts';

/** What the monitor tells apart: the two paths of a sale, and everything else. The operators' own calls are left out. */
export const APIS = ['token', 'status', 'reservation', 'wallet', 'catalog', 'other'] as const;
export type Api = (typeof APIS)[number];

/** The answers that one API gave in a second. */
export interface ApiFigures {
  all: number;
  /** By status: `2xx`, `3xx` and `4xx` together, `429` and every 5xx by itself. */
  statuses: Record<string, number>;
  /** 5xx that were not refused on purpose. */
  failed: number;
  /** Refused on purpose, to keep the rest fast. */
  shed: number;
  latencies: Latencies;
}

export interface ProcessFigures {
  /** Share of one core. */
  cpu: number;
  /** The 99th percentile of how late timers ran. */
  eventLoopLagMilliseconds: number;
  memoryMegabytes: number;
}

export interface DatabaseFigures {
  answeredMilliseconds: number;
  /** Share of one core of all its sessions; null where their host can't be looked into. */
  cpu: number | null;
  connections: number;
  maxConnections: number;
  /** Sessions that work on a statement, without those that wait for a lock. */
  working: number;
  lockWaiting: number;
  longestLockWaitMilliseconds: number;
  idleInTransaction: number;
  longestIdleInTransactionSeconds: number;
  longestTransactionSeconds: number;
  commitsPerSecond: number;
  rollbacksPerSecond: number;
  /** Since the sample before. */
  deadlocks: number;
  /** Part of the blocks that were found in memory; 1 when none was read. */
  cacheHitShare: number;
}

/** This process's connections to the database. */
export interface PoolFigures {
  size: number;
  open: number;
  idle: number;
  /** Calls that wait for a connection. */
  waiting: number;
}

/** How the tables and indexes are kept. Looked at seldom. */
export interface UpkeepFigures {
  /** Of the table with the largest share of dead rows, among those large enough to matter. */
  deadRowShare: number;
  deadRowTable: string | null;
  /** Rows read without an index, a second, in tables large enough to matter. */
  rowsScannedPerSecond: number;
  scannedTable: string | null;
  invalidIndexes: number;
}

export interface RedisFigures {
  answeredMilliseconds: number;
  cpu: number;
  connections: number;
  maxConnections: number;
  /** Since the sample before. */
  refusedConnections: number;
  evictedKeys: number;
  errorReplies: number;
  commandsPerSecond: number;
  usedMemoryMegabytes: number;
  /** 0 is no limit. */
  maxMemoryMegabytes: number;
  blockedClients: number;
  /** Whether the append-only file could be written. */
  persistent: boolean;
  /** The commands used most since the sample before, most used first: name and calls. */
  commands: { name: string; calls: number }[];
}

export interface EventFigures {
  outboxUnpublished: number;
  outboxOldestSeconds: number;
  deliveriesPending: number;
  deadLetters: number;
  /** Of each consumer group, from the broker; null when it is away, empty when events are delivered in-process. */
  lag: { group: string; events: number }[] | null;
  /** Of this process, where events go through a broker. */
  readers?: ReaderFigures[];
}

/** How a consumer gets its events from the broker, which is not what it makes of them. */
export interface ReaderFigures {
  name: string;
  /** Since it last asked for events, or rested as it was told to; null before the first time. */
  sinceRoundSeconds: number | null;
  /** Why asking failed; null since it went well again. */
  lastError: string | null;
}

/** Attempts of one consumer that failed since the sample before, in this process. */
export interface ConsumerFigures {
  name: string;
  failures: number;
  lastError: string | null;
}

/** A job of the scheduler, whichever process ran it last. */
export interface JobFigures {
  name: string;
  everyMilliseconds: number;
  sinceLastRunMilliseconds: number;
  lastDurationMilliseconds: number | null;
  driftMilliseconds: number;
  /** In this process. */
  failures: number;
  lastError: string | null;
}

export interface LineFigures {
  queueId: string;
  cap: number;
  active: number;
  waiting: number;
  servingTicket: number;
  activeSeconds: number;
  /** Slots that should have ended a while ago and are still counted; null when the store can't tell cheaply. */
  overdueSlots: number | null;
}

/** One second of one process, and of what it can see. Null: it could not be asked. Undefined: not in use. */
export interface Sample {
  /** Milliseconds since 1970, at its end. */
  at: number;
  seconds: number;
  http: Partial<Record<Api, ApiFigures>>;
  process: ProcessFigures;
  database: DatabaseFigures | null;
  pool?: PoolFigures | undefined;
  /** Requests that met rows which somebody else kept locked, since the sample before. */
  blockedByLocks: number;
  upkeep?: UpkeepFigures | null | undefined;
  redis?: RedisFigures | null | undefined;
  events: EventFigures | null;
  consumers: ConsumerFigures[];
  jobs: JobFigures[];
  line: LineFigures | null;
}
