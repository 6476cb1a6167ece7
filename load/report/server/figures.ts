// The figures of /metrics that a report shows, each in the unit in which it is shown. What a target does not have is null.
import { type Figures, figure } from '../../../web/ops/metrics/parse.ts';

const QUEUE = { queue: 'main' };
const MILLISECONDS = 1_000;
const MEGABYTE = 1_048_576;

const read =
  (name: string, times = 1, labels: Readonly<Record<string, string>> = {}) =>
  (figures: Figures): number | null => {
    const value = figure(figures, name, labels);
    return value === null ? null : value * times;
  };

/** Of the stores and the line: every process says the same. */
const SHARED = {
  cap: read('jari_queue_cap', 1, QUEUE),
  active: read('jari_queue_active', 1, QUEUE),
  waiting: read('jari_queue_waiting', 1, QUEUE),
  slotSeconds: read('jari_queue_slot_seconds', 1, QUEUE),
  overdueSlots: read('jari_queue_overdue_slots', 1, QUEUE),
  databaseConnections: read('jari_database_connections'),
  databaseMaxConnections: read('jari_database_max_connections'),
  databaseCpu: read('jari_database_cpu_cores'),
  databaseAnswerMs: read('jari_database_answer_seconds', MILLISECONDS),
  lockWaiting: read('jari_database_lock_waiting'),
  lockWaitMs: read('jari_database_longest_lock_wait_seconds', MILLISECONDS),
  commitsPerSecond: read('jari_database_commits_per_second'),
  rollbacksPerSecond: read('jari_database_rollbacks_per_second'),
  redisConnections: read('jari_redis_connections'),
  redisCommandsPerSecond: read('jari_redis_commands_per_second'),
  redisMegabytes: read('jari_redis_memory_bytes', 1 / MEGABYTE),
  redisCpu: read('jari_redis_cpu_cores'),
  redisAnswerMs: read('jari_redis_answer_seconds', MILLISECONDS),
  outbox: read('jari_outbox_unpublished'),
  deadLetters: read('jari_dead_letters'),
  lag: (figures: Figures) => {
    const groups = figures.get('jari_consumer_lag');
    return groups ? groups.reduce((sum, { value }) => sum + value, 0) : null;
  },
} as const;

export type SharedFigures = Record<keyof typeof SHARED, number | null>;

export function sharedFigures(figures: Figures): SharedFigures {
  const entries = Object.entries(SHARED).map(([name, of]) => [name, of(figures)]);
  return Object.fromEntries(entries) as SharedFigures;
}

/** Of one process. */
export interface ProcessFigures {
  readonly name: string;
  /** Processor time since it began. */
  readonly cpuSeconds: number | null;
  /** Of that, what the thread of an embedded database took. */
  readonly databaseThreadSeconds: number | null;
  readonly loopLagMs: number | null;
  readonly memoryMegabytes: number | null;
  readonly poolSize: number | null;
  readonly poolUsed: number | null;
  readonly poolWaiting: number | null;
  readonly jobs: readonly JobFigures[];
}

export interface JobFigures {
  readonly name: string;
  /** Since the process began. */
  readonly runs: number;
  readonly failures: number;
  readonly lateMs: number;
}

export const processFigures = (figures: Figures): ProcessFigures => ({
  name: figures.get('jari_process')?.[0]?.labels.process ?? '',
  cpuSeconds: read('process_cpu_seconds_total')(figures),
  databaseThreadSeconds: read('jari_database_thread_seconds')(figures),
  loopLagMs: read('nodejs_eventloop_lag_p99_seconds', MILLISECONDS)(figures),
  memoryMegabytes: read('process_resident_memory_bytes', 1 / MEGABYTE)(figures),
  poolSize: read('jari_database_pool_size')(figures),
  poolUsed: read('jari_database_pool_used')(figures),
  poolWaiting: read('jari_database_pool_waiting')(figures),
  jobs: (figures.get('jari_scheduler_runs') ?? []).map(({ labels, value }) => {
    const of = (name: string) => figure(figures, name, { job: labels.job ?? '' }) ?? 0;
    return {
      name: labels.job ?? '',
      runs: value,
      failures: of('jari_scheduler_failures'),
      lateMs: of('jari_scheduler_drift_seconds') * MILLISECONDS,
    };
  }),
});
