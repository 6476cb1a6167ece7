import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer as KafkaConsumer } from '@platformatic/kafka';
import { ANSWER_MILLISECONDS, clientOptions, closed, isGroupMoved, isProtocolError, within } from './client.ts';
import { fetchRecords, LONGEST_WAIT_MILLISECONDS, NO_EPOCH, type Positions } from './fetch.ts';
import type { IncomingRecord } from './records.ts';

export interface GroupReaderOptions {
  brokers: readonly string[];
  groupId: string;
  /** Full names. */
  topics: readonly string[];
  /** A member that is silent for this long has lost its partitions to the others. */
  sessionTimeoutMilliseconds: number;
}

const HEARTBEATS_PER_SESSION = 4;
/** Positions are committed again this often when nothing comes, should a commit of a former owner have come after. */
const COMMIT_AGAIN_MILLISECONDS = 30_000;
const EARLIEST = -2n;
const LATEST = -1n;

/**
 * A member of a consumer group: reads the records of the partitions that it owns, from where the group has committed.
 * Nothing is read ahead: what was not committed is read again, by whoever owns the partition then. That makes it
 * simple to be right across rebalances, and the batches of a fetch make it fast enough.
 */
export class GroupReader {
  readonly #client: KafkaConsumer;
  /** How long the group may take to agree on who owns what. */
  readonly #patience: number;
  #positions: Positions = new Map();
  /** Of the group, when the positions were looked up. */
  #generation: number | null = null;
  #failure: Error | null = null;
  #inactiveSince: number | null = null;
  #committedAt = performance.now();

  private constructor({ brokers, groupId, sessionTimeoutMilliseconds: session }: GroupReaderOptions) {
    this.#patience = session * 2 + ANSWER_MILLISECONDS;
    this.#client = new KafkaConsumer({
      ...clientOptions(brokers),
      groupId,
      autocommit: false,
      sessionTimeout: session,
      rebalanceTimeout: session,
      heartbeatInterval: session / HEARTBEATS_PER_SESSION,
      // Joining waits for the other members.
      requestTimeout: session + ANSWER_MILLISECONDS,
    });
    // It tells of a member that could not come back by itself; without a listener it would end the process.
    this.#client.on('error', (error: Error) => {
      this.#failure = error;
    });
  }

  /** @throws BrokerUnavailable */
  static async join(options: GroupReaderOptions): Promise<GroupReader> {
    const reader = new GroupReader(options);
    try {
      for (const topic of options.topics) reader.#client.topics.track(topic);
      await reader.#join();
      return reader;
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  get partitionsOwned(): number {
    let owned = 0;
    for (const partitions of this.#positions.values()) owned += partitions.size;
    return owned;
  }

  /** True when the group has changed since the last poll: what it gave may belong to somebody else now. */
  get moved(): boolean {
    return this.#client.generationId !== this.#generation || !this.#client.isActive();
  }

  /** The records that come next, in order per partition; none after a short wait. @throws BrokerUnavailable */
  async poll(): Promise<IncomingRecord[]> {
    if (!(await this.#isMember())) return [];
    if (this.moved) await this.#locate();
    if (this.partitionsOwned === 0) {
      await sleep(LONGEST_WAIT_MILLISECONDS / 2);
      return [];
    }
    const records = await this.#fetch();
    if (this.moved) return [];
    if (records.length === 0 && performance.now() - this.#committedAt > COMMIT_AGAIN_MILLISECONDS) {
      await this.#commit(this.#positions);
    }
    return records;
  }

  /** Says that records up to these are done with. Does nothing when the group has moved. @throws BrokerUnavailable */
  async commit(records: readonly IncomingRecord[]): Promise<void> {
    const next: Positions = new Map();
    for (const { topic, partition, offset } of records) {
      const partitions = next.get(topic) ?? new Map<number, bigint>();
      next.set(topic, partitions.set(partition, offset + 1n));
    }
    await this.#commit(next);
  }

  /** Leaves the group. Never rejects. */
  async close(): Promise<void> {
    await closed(this.#client.close(true));
  }

  /** Joins, or joins again. Members that come and go meanwhile make it begin anew, which is no failure. */
  async #join(): Promise<void> {
    for (const deadline = performance.now() + this.#patience; ; ) {
      try {
        await within(this.#patience, 'can not join the group', this.#client.joinGroup({}));
        break;
      } catch (error) {
        if (!isGroupMoved(error) || performance.now() > deadline) throw error;
        await sleep(50);
      }
    }
    this.#failure = null;
    this.#inactiveSince = null;
  }

  /** The client comes back by itself after a rebalance. When it does not manage to, it is told to. */
  async #isMember(): Promise<boolean> {
    if (this.#client.isActive() && !this.#failure) {
      this.#inactiveSince = null;
      return true;
    }
    this.#inactiveSince ??= performance.now();
    if (this.#failure || performance.now() - this.#inactiveSince > this.#patience) await this.#join();
    else await sleep(50);
    return false;
  }

  async #locate(): Promise<void> {
    const generation = this.#client.generationId;
    const owned = (this.#client.assignments ?? []).filter(({ partitions }) => partitions.length > 0);
    this.#positions = owned.length > 0 ? await this.#committed(owned) : new Map();
    this.#generation = generation;
  }

  /** Where the group has come to in these partitions; where they begin, when the brokers don't have that place. */
  async #committed(owned: readonly { topic: string; partitions: number[] }[]): Promise<Positions> {
    const topics = owned.map(({ topic }) => topic);
    const ask = async () => ({
      committed: await this.#client.listCommittedOffsets({ topics: [...owned] }),
      first: await this.#client.listOffsets({ topics, timestamp: EARLIEST }),
      end: await this.#client.listOffsets({ topics, timestamp: LATEST }),
    });
    const { committed, first, end } = await within(ANSWER_MILLISECONDS, 'no offsets', ask());
    const positions: Positions = new Map();
    for (const { topic, partitions } of owned) {
      const next = (partition: number) => {
        const at = (found: Map<string, bigint[]>) => found.get(topic)?.[partition] ?? -1n;
        const [commit, from, to] = [at(committed), at(first), at(end)];
        // Nothing was committed yet, or the log was shortened, or made anew.
        return commit < from || commit > to ? from : commit;
      };
      positions.set(topic, new Map(partitions.map((partition) => [partition, next(partition)])));
    }
    return positions;
  }

  async #fetch(): Promise<IncomingRecord[]> {
    try {
      return await fetchRecords(this.#client, this.#positions);
    } catch (error) {
      // The brokers have deleted what comes next: go on where they begin now.
      if (!isProtocolError(error, 'OFFSET_OUT_OF_RANGE')) throw error;
      await this.#locate();
      return [];
    }
  }

  async #commit(next: Positions): Promise<void> {
    if (this.moved) return;
    const offsets = [...next].flatMap(([topic, partitions]) =>
      [...partitions].map(([partition, offset]) => ({ topic, partition, offset, leaderEpoch: NO_EPOCH })),
    );
    try {
      await within(ANSWER_MILLISECONDS, 'offsets are not committed', this.#client.commit({ offsets }));
    } catch (error) {
      if (!isGroupMoved(error)) throw error;
      // The client notices with its next heartbeat. Until then the same records are read again.
      await sleep(50);
      return;
    }
    this.#committedAt = performance.now();
    for (const { topic, partition, offset } of offsets) this.#positions.get(topic)?.set(partition, offset);
  }
}
