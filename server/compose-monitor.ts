import type { Events } from './compose-events.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { openPostgres, PG_DEFAULTS } from './db/pg/driver.ts';
import type { ConsumerState } from './events/consumer-state.ts';
import { readEventBacklog } from './events/sql/outbox.ts';
import type { WatchedConsumer } from './events/watched-consumer.ts';
import { Recent } from './monitor/recent.ts';
import { redisFigures } from './monitor/redis/figures.ts';
import type { ReaderFigures } from './monitor/sample.ts';
import { Sampler } from './monitor/sampler.ts';
import { localJobFigures, sqlJobFigures } from './monitor/sql/beats.ts';
import { databaseFigures, upkeepFigures } from './monitor/sql/figures.ts';
import { sqlLineFigures } from './monitor/sql/line.ts';
import { StackGroups } from './monitor/stacks.ts';
import type { QueueStats } from './queue/store.ts';
import type { Scheduler } from './scheduler/scheduler.ts';

/** A broker that is busy, or has just been started, may take seconds to say how far its groups are. */
const LAG_MILLISECONDS = 4_000;

/** Few connections, apart from the requests', so that looking never waits for what is looked at; and short patience. */
const BACKGROUND = { ...PG_DEFAULTS, poolSize: 2, statementTimeoutMilliseconds: 2_000 };

export interface Monitor {
  sampler: Sampler;
  stacks: StackGroups;
  /** For looking, and for keeping what was seen: never for requests. */
  background: Database;
  start(): void;
  /** @param between what to do when nothing is looked at any more, and what was seen can still be kept */
  stop(between?: () => Promise<void>): Promise<void>;
}

/** What the monitor looks at. */
export interface Watched {
  /** The name of this process. */
  process: string;
  database: Database;
  scheduler: Scheduler;
  consumers: readonly WatchedConsumer[];
  /** Requests that were refused for locked rows since the last time. */
  blockedByLocks: () => number;
  lag: Events['lag'];
  readers: Events['readers'];
  /** Where the line lives in Redis: what that says of itself, and the figures of a line. Null where it does not. */
  redis: { info: () => Promise<string[]>; figures: (queueId: string) => Promise<QueueStats | null> } | null;
}

/** The monitor on the stores that the settings name. */
export function composeMonitor(config: Config, watched: Watched): Monitor {
  const { database, scheduler, consumers, blockedByLocks, redis } = watched;
  const background = config.databaseUrl ? openPostgres(config.databaseUrl, BACKGROUND) : database;
  const watchedLag = watched.lag ? new Recent(LAG_MILLISECONDS, watched.lag) : null;
  const sampler = new Sampler({
    database: databaseFigures(background),
    ...(background.kind === 'postgres' && { upkeep: upkeepFigures(background) }),
    events: async () => {
      const [backlog, lag] = await Promise.all([readEventBacklog(background), watchedLag ? watchedLag.now() : []]);
      return { ...backlog, lag, ...(watched.readers && { readers: watched.readers().map(readerFigures) }) };
    },
    consumers: () => consumers.map((consumer) => consumer.takeFailures()),
    blockedByLocks,
    ...(redis && { redis: redisFigures(redis.info) }),
    line: redis ? async () => lineFigures(await redis.figures('main')) : sqlLineFigures(background, 'main'),
    jobs:
      background.kind === 'postgres'
        ? sqlJobFigures(background, watched.process, () => scheduler.state())
        : localJobFigures(() => scheduler.state()),
    pool: () => database.pool?.(),
  });
  return {
    sampler,
    stacks: new StackGroups(),
    background,
    start: () => sampler.start(),
    async stop(between) {
      await sampler.stop();
      await between?.();
      if (background !== database) await background.close();
    },
  };
}

const readerFigures = ({ consumer, lastRoundAt, lastError }: ConsumerState): ReaderFigures => ({
  name: consumer,
  sinceRoundSeconds: lastRoundAt && (Date.now() - lastRoundAt.getTime()) / 1_000,
  lastError,
});

/** Slots past their end are not counted here: Redis reports them as over, and each tick ends them. */
const lineFigures = (stats: QueueStats | null) => stats && { ...stats, overdueSlots: null };
