import type { Reading, Source } from './metrics.ts';
import type { DatabaseFigures, EventFigures, LineFigures, PoolFigures, RedisFigures, Sample } from './sample.ts';

const MILLISECONDS = 1_000;
const BYTES_A_MEGABYTE = 1_048_576;

/** An older sample says nothing about now: its figures are left out, and not shown as if they were. */
const STALE_MILLISECONDS = 5_000;

/**
 * What the sampler saw last, for Prometheus. Asks no store, so that a store in trouble neither delays the answer nor is
 * asked more for it. What could not be seen is left out.
 */
export const sampleReadings =
  (process: string, latest: () => Sample | Promise<Sample>): Source =>
  async () => {
    const sample = await latest();
    const self = one('jari_process', 'Which process answers', 1, { process });
    if (Date.now() - sample.at > STALE_MILLISECONDS) return [self];
    const { line, events, database, pool, redis } = sample;
    return [
      self,
      ...(line ? lineReadings(line) : []),
      ...(events ? eventReadings(events) : []),
      ...(database ? databaseReadings(database) : []),
      ...(pool ? poolReadings(pool) : []),
      ...(redis ? redisReadings(redis) : []),
    ];
  };

const one = (name: string, help: string, value: number, labels: Record<string, string> = {}): Reading => ({
  name,
  help,
  labels,
  value,
});

function lineReadings({ queueId, cap, active, waiting, servingTicket, activeSeconds, overdueSlots }: LineFigures) {
  const labels = { queue: queueId };
  return [
    one('jari_queue_cap', 'Slots of a line', cap, labels),
    one('jari_queue_active', 'Users inside', active, labels),
    one('jari_queue_waiting', 'Users who wait', waiting, labels),
    one('jari_queue_serving_ticket', 'The highest ticket admitted', servingTicket, labels),
    one('jari_queue_slot_seconds', 'How long a slot lasts at the most', activeSeconds, labels),
    ...(overdueSlots === null
      ? []
      : [one('jari_queue_overdue_slots', 'Slots that ended a while ago and are still counted', overdueSlots, labels)]),
  ];
}

const eventReadings = (events: EventFigures): Reading[] => [
  one('jari_outbox_unpublished', 'Events that wait for the relay', events.outboxUnpublished),
  one('jari_outbox_oldest_seconds', 'Age of the oldest of them', events.outboxOldestSeconds),
  one('jari_deliveries_pending', 'Events that wait for a consumer', events.deliveriesPending),
  one('jari_dead_letters', 'Events given up and not replayed', events.deadLetters),
  ...(events.lag ?? []).map(({ group, events: behind }) =>
    one('jari_consumer_lag', 'Events of the broker that a consumer group has not read', behind, { group }),
  ),
];

const databaseReadings = (database: DatabaseFigures): Reading[] => [
  one('jari_database_connections', 'Sessions of the database server', database.connections),
  one('jari_database_max_connections', 'Sessions that it allows', database.maxConnections),
  one('jari_database_working', 'Sessions that work on a statement', database.working),
  one('jari_database_lock_waiting', 'Sessions that wait for a lock', database.lockWaiting),
  one(
    'jari_database_longest_lock_wait_seconds',
    'How long the first of them has waited',
    database.longestLockWaitMilliseconds / MILLISECONDS,
  ),
  one('jari_database_commits_per_second', 'Transactions committed', database.commitsPerSecond),
  one('jari_database_rollbacks_per_second', 'Transactions rolled back', database.rollbacksPerSecond),
  one('jari_database_answer_seconds', 'How long it took to say this', database.answeredMilliseconds / MILLISECONDS),
  ...(database.cpu === null ? [] : [one('jari_database_cpu_cores', 'Processors that its sessions used', database.cpu)]),
];

const poolReadings = ({ size, open, idle, waiting }: PoolFigures): Reading[] => [
  one('jari_database_pool_size', "The most connections of this process's pool", size),
  one('jari_database_pool_used', 'Those in use', open - idle),
  one('jari_database_pool_waiting', 'Calls that wait for one', waiting),
];

const redisReadings = (redis: RedisFigures): Reading[] => [
  one('jari_redis_connections', 'Clients of Redis', redis.connections),
  one('jari_redis_max_connections', 'Clients that it allows', redis.maxConnections),
  one('jari_redis_commands_per_second', 'Commands that it ran', redis.commandsPerSecond),
  one('jari_redis_memory_bytes', 'Memory that it uses', redis.usedMemoryMegabytes * BYTES_A_MEGABYTE),
  one('jari_redis_answer_seconds', 'How long it took to say this', redis.answeredMilliseconds / MILLISECONDS),
  one('jari_redis_cpu_cores', 'Processors that it used', redis.cpu),
];
