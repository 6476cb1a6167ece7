import { randomBytes } from 'node:crypto';
import type { Database } from '../../../server/db/database.ts';
import type { Consumer, EventBus } from '../../../server/events/bus.ts';
import { Relay } from '../../../server/events/relay.ts';
import { type DatabaseTarget, PGLITE, POSTGRES } from '../../support/databases.ts';
import { sharedServer } from '../../support/servers.ts';
import { TABLES } from './outbox.ts';
import { makeBus, type Stores, silent, subscribe } from './stores.ts';

/** What one process has of the system: its bus and its relay, on stores that others use too. */
export interface Participant {
  bus: EventBus;
  /** Publishes, or leaves it to the next tick: a broker that has just started takes a moment to be of use. */
  relay: { run(): Promise<void> };
  stop(): Promise<void>;
}

/** The stores of a system, and the processes that use them. */
export interface World {
  database: Database;
  /** For processes of their own, when the world is `concurrent`. */
  stores(): Stores;
  /** Another process that delivers to these consumers. */
  join(...consumers: Consumer[]): Participant;
  /** Stops every process and forgets every event. */
  reset(): Promise<void>;
  dispose(): Promise<void>;
}

export interface BusTarget {
  name: string;
  /** Why its suite is skipped, when it is. */
  missing: string | undefined;
  /** Whether transactions can be open side by side, and other processes take part. */
  concurrent: boolean;
  open(): Promise<World>;
}

const RELAY_EVERY_MILLISECONDS = 100;

const kafka = await sharedServer('kafka');

function inProcess(target: DatabaseTarget, immediate = false): BusTarget {
  return {
    name: `in-process, ${target.name}${immediate ? ', straight from the outbox' : ''}`,
    missing: target.missing,
    concurrent: target === POSTGRES,
    async open() {
      const { database, url = '', dispose } = await target.open();
      return world(database, () => ({ databaseUrl: url, immediate }), dispose);
    },
  };
}

/** Every world has topics and groups of its own, and new ones after each reset. */
export function onKafka(brokers: string): Pick<BusTarget, 'open'> {
  return {
    async open() {
      const { database, url = '', dispose } = await POSTGRES.open();
      const named = () => ({ brokers: brokers.split(','), prefix: `test-${randomBytes(6).toString('hex')}.` });
      return world(database, () => ({ databaseUrl: url, kafka: named() }), dispose);
    },
  };
}

function world(database: Database, makeStores: () => Stores, dispose: () => Promise<void>): World {
  let stores = makeStores();
  let participants: Participant[] = [];
  const stopAll = async () => {
    await Promise.all(participants.map((participant) => participant.stop()));
    participants = [];
  };
  return {
    database,
    stores: () => stores,
    join(...consumers) {
      const participant = participate(stores, database, consumers);
      participants.push(participant);
      return participant;
    },
    async reset() {
      await stopAll();
      stores = makeStores();
      await database.query(`TRUNCATE ${TABLES}`);
    },
    async dispose() {
      await stopAll();
      await dispose();
    },
  };
}

function participate(stores: Stores, database: Database, consumers: readonly Consumer[]): Participant {
  const bus = makeBus(stores, database);
  for (const consumer of consumers) subscribe(bus, stores, consumer);
  bus.start();
  const relay = new Relay(bus, { batchSize: 50, nudgeDelayMilliseconds: 5, log: silent });
  // As the scheduler of a process does: whoever finds another one at it looks again later.
  const run = () => relay.run().catch(() => {});
  const ticks = setInterval(run, RELAY_EVERY_MILLISECONDS);
  return {
    bus,
    relay: { run },
    stop() {
      clearInterval(ticks);
      return bus.stop();
    },
  };
}

/** Every event bus of jari: `describe.each(BUSES)`. */
export const BUSES: readonly BusTarget[] = [
  inProcess(POSTGRES),
  inProcess(PGLITE, true),
  inProcess(POSTGRES, true),
  { name: 'Kafka', missing: kafka.missing ?? POSTGRES.missing, concurrent: true, ...onKafka(kafka.url) },
];
