import type { Events } from './compose-events.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { openPostgres, PG_DEFAULTS } from './db/pg/driver.ts';
import { readEventBacklog } from './events/sql/outbox.ts';
import { redisFigures } from './monitor/redis/figures.ts';
import { Sampler } from './monitor/sampler.ts';
import { databaseFigures, upkeepFigures } from './monitor/sql/figures.ts';
import { sqlLineFigures } from './monitor/sql/line.ts';
import { StackGroups } from './monitor/stacks.ts';
import type { QueueStats } from './queue/store.ts';
import type { Scheduler } from './scheduler/scheduler.ts';

/** Few connections, apart from the requests', so that looking never waits for what is looked at; and short patience. */
const BACKGROUND = { ...PG_DEFAULTS, poolSize: 2, statementTimeoutMilliseconds: 2_000 };

export interface Monitor {
  sampler: Sampler;
  stacks: StackGroups;
  /** For looking, and for keeping what was seen: never for requests. */
  background: Database;
  start(): void;
  stop(): Promise<void>;
}

/** What the monitor looks at. */
export interface Watched {
  database: Database;
  scheduler: Scheduler;
  lag: Events['lag'];
  /** Where the line lives in Redis: what that says of itself, and the figures of a line. Null where it does not. */
  redis: { info: () => Promise<string[]>; figures: (queueId: string) => Promise<QueueStats | null> } | null;
}

/** The monitor on the stores that the settings name. */
export function composeMonitor(config: Config, { database, scheduler, lag, redis }: Watched): Monitor {
  const background = config.databaseUrl ? openPostgres(config.databaseUrl, BACKGROUND) : database;
  const sampler = new Sampler({
    database: databaseFigures(background),
    ...(background.kind === 'postgres' && { upkeep: upkeepFigures(background) }),
    events: async () => ({ ...(await readEventBacklog(background)), lag: lag ? await lag().catch(() => null) : [] }),
    ...(redis && { redis: redisFigures(redis.info) }),
    line: redis ? async () => lineFigures(await redis.figures('main')) : sqlLineFigures(background, 'main'),
    jobs: async () => scheduler.state().map(localJob),
    pool: () => database.pool?.(),
  });
  return {
    sampler,
    stacks: new StackGroups(),
    background,
    start: () => sampler.start(),
    async stop() {
      await sampler.stop();
      if (background !== database) await background.close();
    },
  };
}

/** Slots past their end are not counted here: Redis reports them as over, and each tick ends them. */
const lineFigures = (stats: QueueStats | null) => stats && { ...stats, overdueSlots: null };

const localJob = ({ lastStartedAt, ...job }: ReturnType<Scheduler['state']>[number]) => ({
  ...job,
  sinceLastRunMilliseconds: lastStartedAt ? Math.max(0, Date.now() - lastStartedAt.getTime()) : 0,
});
