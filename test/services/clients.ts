// The client's side of each service, as little of it as shows that what was acknowledged is still there.
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';
import pg from 'pg';
import { createClient, createCluster } from 'redis';
import type { ServiceName } from '../../scripts/services/service.ts';

export interface Client {
  /** Resolves when the server has acknowledged every value. */
  write(url: string, values: readonly string[]): Promise<void>;
  /** All values that were written, sorted; `count` says how many to wait for where the server has no end. */
  read(url: string, count: number): Promise<string[]>;
}

async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

const postgres: Client = {
  write: (url, values) =>
    withPostgres(url, async (client) => {
      await client.query('CREATE TABLE IF NOT EXISTS kept (value text)');
      await client.query('INSERT INTO kept SELECT unnest($1::text[])', [values]);
    }),
  read: (url) =>
    withPostgres(url, async (client) => {
      const { rows } = await client.query<{ value: string }>('SELECT value FROM kept ORDER BY value');
      return rows.map(({ value }) => value);
    }),
};

const redis: Client = {
  async write(url, values) {
    const client = await createClient({ url }).connect();
    await client.sAdd('kept', [...values]);
    client.destroy();
  },
  async read(url) {
    const client = await createClient({ url }).connect();
    const values = await client.sMembers('kept');
    client.destroy();
    return values.sort();
  },
};

async function connectCluster(urls: string) {
  const nodes = urls.split(',');
  const { password } = new URL(nodes[0] ?? '');
  const client = createCluster({ rootNodes: nodes.map((url) => ({ url })), defaults: { password } });
  return client.connect();
}

const redisCluster: Client = {
  async write(urls, values) {
    const client = await connectCluster(urls);
    await Promise.all(values.map((value) => client.set(value, value))); // keys of many slots, so of all nodes
    client.destroy();
  },
  async read(urls) {
    const client = await connectCluster(urls);
    const values: string[] = [];
    for (const { client: node } of client.masters.map((master) => ({ client: client.nodeClient(master) }))) {
      values.push(...(await (await node).keys('*')));
    }
    client.destroy();
    return values.sort();
  },
};

const TOPIC = 'kept';

const kafka: Client = {
  async write(url, values) {
    const connection = { clientId: 'test', bootstrapBrokers: [url] };
    const admin = new Admin(connection);
    const topics = await admin.listTopics();
    if (!topics.includes(TOPIC)) await admin.createTopics({ topics: [TOPIC], partitions: 3, replicas: 1 });
    await admin.close();
    const producer = new Producer({ ...connection, serializers: stringSerializers, acks: -1 });
    await producer.send({ messages: values.map((value) => ({ topic: TOPIC, key: value, value })) });
    await producer.close();
  },
  async read(url, count) {
    const connection = { clientId: 'test', bootstrapBrokers: [url] };
    const consumer = new Consumer({
      ...connection,
      groupId: `reader-${crypto.randomUUID()}`,
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest', autocommit: false });
    const values = new Set<string>(); // a producer that tries again may write one twice
    for await (const { value } of stream) {
      values.add(value ?? '');
      if (values.size >= count) break;
    }
    await consumer.close(true);
    return [...values].sort();
  },
};

export const CLIENTS: Record<ServiceName, Client> = { postgres, redis, 'redis-cluster': redisCluster, kafka };
