import { Admin, Consumer, Producer } from '@platformatic/kafka';

export interface FoundRecord {
  partition: number;
  key: string | undefined;
  value: Buffer;
  headers: Record<string, string>;
}

const options = (brokers: readonly string[]) => ({ clientId: 'test', bootstrapBrokers: [...brokers], retries: 5 });

/** Every record of a topic, as any other program would read it. */
export async function readTopic(brokers: readonly string[], topic: string): Promise<FoundRecord[]> {
  const client = new Consumer({ ...options(brokers), groupId: `reader-of-${topic}`, autocommit: false });
  try {
    const known = (await client.metadata({ topics: [topic] })).topics.get(topic);
    if (!known) throw new Error(`there is no topic ${topic}`);
    client.topics.track(topic);
    const found: FoundRecord[] = [];
    for (const [partition, { leader }] of known.partitions.entries()) {
      const from = { partition, fetchOffset: 0n, partitionMaxBytes: 1e6, currentLeaderEpoch: -1, lastFetchedEpoch: -1 };
      const topics = [{ topicId: known.id, partitions: [from] }];
      const { responses } = await client.fetch({ node: leader, maxWaitTime: 100, minBytes: 0, maxBytes: 1e7, topics });
      for (const { records } of responses.flatMap(({ partitions }) =>
        partitions.flatMap(({ records }) => records ?? []),
      )) {
        for (const { key, value, headers } of records) {
          const named = headers.map(([name, text]) => [String(name), String(text)]);
          found.push({
            partition,
            key: key?.toString(),
            value: value ?? Buffer.alloc(0),
            headers: Object.fromEntries(named),
          });
        }
      }
    }
    return found;
  } finally {
    await client.close(true);
  }
}

/** Puts something into a topic that is no event of ours. */
export async function write(brokers: readonly string[], topic: string, key: string, value: Buffer): Promise<void> {
  const client = new Producer(options(brokers));
  try {
    await client.send({ messages: [{ topic, key: Buffer.from(key), value }], acks: -1 });
  } finally {
    await client.close(true);
  }
}

export async function topicsOf(brokers: readonly string[], prefix: string): Promise<Map<string, number>> {
  const client = new Admin(options(brokers));
  try {
    const topics = (await client.listTopics()).filter((topic) => topic.startsWith(prefix));
    const known = (await client.metadata({ topics })).topics;
    return new Map(topics.map((topic) => [topic.slice(prefix.length), known.get(topic)?.partitionsCount ?? 0]));
  } finally {
    await client.close();
  }
}
