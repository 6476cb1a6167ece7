import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { EventBus } from './events/bus.ts';
import type { ConsumerState } from './events/consumer-state.ts';
import { LOCAL_BUS_DEFAULTS, LocalBus } from './events/local/bus.ts';
import { sweepOutbox } from './events/sql/outbox.ts';

/** The event bus that the settings name. */
export interface Events {
  bus: EventBus;
  /** Removes what was published long ago from the outbox. @returns how many events */
  sweep(): Promise<number>;
  /** How far each consumer group is behind; null when events don't go through a broker. Rejects when it is away. */
  lag: (() => Promise<{ group: string; events: number }[]>) | null;
  /** What this process does for each consumer of a broker; null when events don't go through one. */
  readers: (() => ConsumerState[]) | null;
}

const KEEP_SECONDS = 3_600;
const SWEPT_EVENTS = 5_000;

export async function composeEvents(config: Config, database: Database, log: Logger): Promise<Events> {
  if (!config.kafkaBrokers) {
    const bus = new LocalBus(database, { ...LOCAL_BUS_DEFAULTS, log });
    return { bus, sweep: () => sweepOutbox(database, KEEP_SECONDS), lag: null, readers: null };
  }
  // Half a second that a start without Kafka need not wait.
  const { KAFKA_BUS_DEFAULTS, KAFKA_KEEP_SECONDS, KafkaBus } = await import('./events/kafka/bus.ts');
  const bus = new KafkaBus(database, {
    ...KAFKA_BUS_DEFAULTS,
    brokers: config.kafkaBrokers,
    partitions: config.kafkaPartitions,
    prefix: config.kafkaPrefix,
    log,
  });
  return {
    bus,
    sweep: () => sweepOutbox(database, KAFKA_KEEP_SECONDS, SWEPT_EVENTS, bus.subscribers),
    lag: async () => byGroup(await bus.lag()),
    readers: () => bus.consumers(),
  };
}

function byGroup(lags: readonly { consumer: string; lag: number }[]): { group: string; events: number }[] {
  const groups = new Map<string, number>();
  for (const { consumer, lag } of lags) groups.set(consumer, (groups.get(consumer) ?? 0) + lag);
  return [...groups].map(([group, events]) => ({ group, events }));
}
