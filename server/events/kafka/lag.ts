import { Admin } from '@platformatic/kafka';
import type { ConsumerLag } from '../consumer-state.ts';
import { BrokerUnavailable, clientOptions, closed, within } from './client.ts';

export interface GroupToMeasure {
  consumer: string;
  groupId: string;
  /** By the full name, the topic's own. */
  topics: ReadonlyMap<string, string>;
}

/** Asked every second: a late answer is none. */
const MEASURING_MILLISECONDS = 800;
const LATEST = -1n;
const EARLIEST = -2n;

/** How far consumers are behind, by what the brokers say: the end of each partition less what the group committed. */
export class LagMeter {
  readonly #brokers: readonly string[];
  #admin: Admin | null = null;

  constructor(brokers: readonly string[]) {
    this.#brokers = brokers;
  }

  /** @throws BrokerUnavailable */
  async measure(groups: readonly GroupToMeasure[]): Promise<ConsumerLag[]> {
    this.#admin ??= new Admin(clientOptions(this.#brokers));
    try {
      return await within(MEASURING_MILLISECONDS, 'the lag is unknown', measure(this.#admin, groups));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    await closed(admin?.close());
  }
}

async function measure(admin: Admin, groups: readonly GroupToMeasure[]): Promise<ConsumerLag[]> {
  const topics = [...new Set(groups.flatMap((group) => [...group.topics.keys()]))];
  const partitions = await partitionsOf(admin, topics);
  // Committed first: read the other way round, a busy consumer could seem to be ahead of the end.
  const committed = await committedOffsets(admin, groups, partitions);
  const earliest = await offsetsAt(admin, partitions, EARLIEST);
  const ends = await offsetsAt(admin, partitions, LATEST);
  return groups.flatMap(({ consumer, groupId, topics }) =>
    [...topics].map(([fullName, topic]) => {
      let lag = 0n;
      for (const partition of partitions.get(fullName) ?? []) {
        const place = `${fullName}/${partition}`;
        const from = earliest.get(place) ?? 0n;
        const commit = committed.get(`${groupId}/${place}`) ?? -1n;
        lag += (ends.get(place) ?? 0n) - (commit > from ? commit : from);
      }
      return { consumer, topic, lag: Number(lag > 0n ? lag : 0n) };
    }),
  );
}

type Partitions = ReadonlyMap<string, number[]>;

async function partitionsOf(admin: Admin, topics: string[]): Promise<Partitions> {
  const metadata = await admin.metadata({ topics });
  const counts = topics.map((topic): [string, number] => [topic, metadata.topics.get(topic)?.partitionsCount ?? 0]);
  if (counts.some(([, count]) => count === 0)) throw new BrokerUnavailable('not every topic is there yet');
  return new Map(counts.map(([topic, count]) => [topic, Array.from({ length: count }, (_, i) => i)]));
}

async function committedOffsets(admin: Admin, groups: readonly GroupToMeasure[], partitions: Partitions) {
  const answers = await admin.listConsumerGroupOffsets({
    groups: groups.map(({ groupId, topics }) => ({
      groupId,
      topics: [...topics.keys()].map((name) => ({ name, partitionIndexes: partitions.get(name) ?? [] })),
    })),
  });
  const found = new Map<string, bigint>();
  for (const { groupId, topics } of answers) {
    for (const { name, partitions } of topics) {
      for (const { partitionIndex, committedOffset } of partitions) {
        found.set(`${groupId}/${name}/${partitionIndex}`, committedOffset);
      }
    }
  }
  return found;
}

async function offsetsAt(admin: Admin, partitions: Partitions, timestamp: bigint): Promise<Map<string, bigint>> {
  const topics = [...partitions].map(([name, indexes]) => ({
    name,
    partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const found = new Map<string, bigint>();
  for (const { name, partitions } of await admin.listOffsets({ topics })) {
    for (const { partitionIndex, offset } of partitions) found.set(`${name}/${partitionIndex}`, offset);
  }
  return found;
}
