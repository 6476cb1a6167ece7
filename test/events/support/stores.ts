import { pino } from 'pino';
import type { Database } from '../../../server/db/database.ts';
import type { Consumer, EventBus } from '../../../server/events/bus.ts';
import { KAFKA_BUS_DEFAULTS, KafkaBus } from '../../../server/events/kafka/bus.ts';
import { LocalBus } from '../../../server/events/local/bus.ts';

/** What a process must know to take part; plain data, so that it can be told to another process. */
export interface Stores {
  databaseUrl: string;
  /** Events go through Kafka when it is there. */
  kafka?: { brokers: string[]; prefix: string };
  /** Every consumer is handed its events straight from the outbox. */
  immediate?: boolean;
}

/** After this a consumer that hangs, or a process that is gone, loses what it took. */
export const TAKEOVER_MILLISECONDS = 1_000;
/** Kafka's brokers allow no less. */
export const SESSION_MILLISECONDS = 6_000;

export const silent = pino({ level: process.env.JARI_TEST_LOG ?? 'silent' });

export const LOCAL = {
  pollMilliseconds: 20,
  leaseMilliseconds: TAKEOVER_MILLISECONDS,
  outboxLeaseMilliseconds: TAKEOVER_MILLISECONDS,
  log: silent,
};

export function makeBus(stores: Stores, database: Database): LocalBus | KafkaBus {
  if (!stores.kafka) return new LocalBus(database, LOCAL);
  return new KafkaBus(database, {
    ...KAFKA_BUS_DEFAULTS,
    ...stores.kafka,
    ...LOCAL,
    partitions: 3,
    sessionTimeoutMilliseconds: SESSION_MILLISECONDS,
  });
}

/** As these stores want it. */
export function subscribe(bus: EventBus, { immediate = false }: Stores, consumer: Consumer): void {
  bus.subscribe(Object.assign(consumer, { immediate }));
}
