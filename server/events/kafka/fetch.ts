import type { Consumer as KafkaConsumer } from '@platformatic/kafka';
import { ANSWER_MILLISECONDS, BrokerUnavailable, within } from './client.ts';
import type { IncomingRecord } from './records.ts';

/** By topic and partition: the next offset to read. */
export type Positions = Map<string, Map<number, bigint>>;

/** How long a broker holds a fetch back when there is nothing to read. */
export const LONGEST_WAIT_MILLISECONDS = 500;
const LIMITS = { maxWaitTime: LONGEST_WAIT_MILLISECONDS, minBytes: 1, maxBytes: 4 * 1024 * 1024 };
const MOST_BYTES_PER_PARTITION = 256 * 1024;
/** The client does not say what it knows of the leaders, so brokers don't refuse it for knowing less than they do. */
export const NO_EPOCH = -1;
/** In the attributes of a batch: it holds markers of transactions and no records. */
const IS_CONTROL = 0b10_0000;

type FetchRequest = Parameters<KafkaConsumer['fetch']>[0]['topics'][number];
type FetchResponse = Awaited<ReturnType<KafkaConsumer['fetch']>>;

/** One fetch from every broker that leads one of these partitions. @throws BrokerUnavailable */
export async function fetchRecords(client: KafkaConsumer, positions: Positions): Promise<IncomingRecord[]> {
  const topics = [...positions.keys()];
  const metadata = await within(ANSWER_MILLISECONDS, 'no metadata', client.metadata({ topics }));
  const names = new Map<string, string>();
  const requests = new Map<number, FetchRequest[]>();
  for (const [topic, partitions] of positions) {
    const known = metadata.topics.get(topic);
    if (!known) throw new BrokerUnavailable(`the topic ${topic} is gone`);
    names.set(known.id, topic);
    for (const [partition, offset] of partitions) {
      const leader = known.partitions[partition]?.leader ?? -1;
      const ofLeader = requests.get(leader) ?? [];
      requests.set(leader, ofLeader);
      ofLeader.push({ topicId: known.id, partitions: [requestFor(partition, offset)] });
    }
  }
  const fetches = [...requests].map(([node, topics]) => client.fetch({ ...LIMITS, node, topics }));
  const patience = LONGEST_WAIT_MILLISECONDS + ANSWER_MILLISECONDS;
  const responses = await within(patience, 'no records', Promise.all(fetches));
  return responses.flatMap((response) => [...recordsOf(response, names, positions)]);
}

const requestFor = (partition: number, fetchOffset: bigint) => ({
  partition,
  fetchOffset,
  partitionMaxBytes: MOST_BYTES_PER_PARTITION,
  currentLeaderEpoch: NO_EPOCH,
  lastFetchedEpoch: NO_EPOCH,
});

/** Brokers send whole batches, so the first one may begin before the position. */
function* recordsOf(
  response: FetchResponse,
  names: Map<string, string>,
  positions: Positions,
): Iterable<IncomingRecord> {
  for (const { topicId, partitions } of response.responses) {
    const topic = names.get(topicId);
    for (const { partitionIndex: partition, records: batches } of partitions) {
      const position = topic === undefined ? undefined : positions.get(topic)?.get(partition);
      if (topic === undefined || position === undefined) continue;
      for (const { firstOffset, attributes, records } of batches ?? []) {
        for (const { offsetDelta, key, value } of records) {
          const offset = firstOffset + BigInt(offsetDelta);
          const isMarker = (attributes & IS_CONTROL) !== 0;
          if (offset >= position) yield { topic, partition, offset, key, value, isMarker };
        }
      }
    }
  }
}
