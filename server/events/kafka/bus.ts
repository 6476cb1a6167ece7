import type { Database } from '../../db/database.ts';
import type { Consumer, EventBus } from '../bus.ts';
import type { ConsumerLag, ConsumerState } from '../consumer-state.ts';
import { TOPICS } from '../event.ts';
import { Deliveries, type FailedClaim } from '../sql/deliveries.ts';
import { type DeliveryOptions, DeliveryWorker, HANDLING_SHARE } from '../sql/delivery-worker.ts';
import { DirectDelivery } from '../sql/direct-delivery.ts';
import { OutboxLease } from '../sql/outbox-lease.ts';
import { LagMeter } from './lag.ts';
import { Publisher } from './publisher.ts';
import { deadLetter, deadLetterTopic, encodeEvent } from './records.ts';
import { TopicConsumer } from './topic-consumer.ts';
import { type TopicOptions, Topics } from './topics.ts';

export type KafkaBusOptions = Omit<DeliveryOptions, 'givingUp'> &
  TopicOptions & {
    /** A process that has ended without a word holds up its share of the events for this long. */
    sessionTimeoutMilliseconds: number;
    /** And the relay for this long. */
    outboxLeaseMilliseconds: number;
  };

const DAY_SECONDS = 86_400;

export const KAFKA_BUS_DEFAULTS = {
  prefix: '',
  partitions: 6,
  replicas: -1,
  retentionSeconds: DAY_SECONDS,
  sessionTimeoutMilliseconds: 10_000,
  outboxLeaseMilliseconds: 5_000,
  pollMilliseconds: 500,
  leaseMilliseconds: 15_000,
};

/** How long the outbox and the inbox must know an event: for longer than a broker may still deliver it. */
export const KAFKA_KEEP_SECONDS = 2 * DAY_SECONDS;

/**
 * Delivers events through Kafka. The outbox is relayed to a topic of each kind, partitioned by key and marked after
 * the acknowledgement; every consumer reads as a group `jari.<name>` and hands on each event before it commits. What
 * a consumer can't apply goes on as on the in-process bus: tried again from the deliveries table, then given up into
 * the dead letters, and into the topic `<topic>.dlq` before.
 */
export class KafkaBus implements EventBus {
  readonly #options: KafkaBusOptions;
  readonly #deliveries: Deliveries;
  readonly #outbox: OutboxLease;
  readonly #topics: Topics;
  readonly #publisher: Publisher;
  readonly #meter: LagMeter;
  readonly #subscribed: { consumer: Consumer; worker: DeliveryWorker; reader: TopicConsumer }[] = [];

  constructor(database: Database, options: KafkaBusOptions) {
    this.#options = options;
    this.#deliveries = new Deliveries(database);
    this.#outbox = new OutboxLease(database, options.outboxLeaseMilliseconds);
    this.#topics = new Topics(options);
    this.#publisher = new Publisher(options.brokers, this.#topics);
    this.#meter = new LagMeter(options.brokers);
  }

  /** @throws StoreUnavailable, BrokerUnavailable: the events stay in the outbox */
  async publishNext(mostEvents: number): Promise<number> {
    if (this.#publisher.resting) return 0;
    const events = await this.#outbox.take(mostEvents);
    if (events.length === 0) return 0;
    try {
      await this.#publisher.send(events.map(encodeEvent));
      await this.#outbox.published(events);
      return events.length;
    } catch (error) {
      await this.#outbox.release().catch(() => {});
      throw error;
    }
  }

  subscribe(consumer: Consumer): void {
    const { name } = consumer;
    if (this.#subscribed.some((other) => other.consumer.name === name)) throw new Error(`two consumers ${name}`);
    const { brokers, leaseMilliseconds, sessionTimeoutMilliseconds, log } = this.#options;
    const delivery = new DirectDelivery(consumer, this.#deliveries, leaseMilliseconds * HANDLING_SHARE);
    const worker = new DeliveryWorker(consumer, this.#deliveries, {
      ...this.#options,
      givingUp: (_, failed) => this.#tellOf(name, failed),
    });
    const reader = new TopicConsumer({
      consumer,
      delivery,
      publisher: this.#publisher,
      topics: this.#topics,
      reader: { brokers, groupId: this.#groupId(name), sessionTimeoutMilliseconds },
      log,
    });
    this.#subscribed.push({ consumer, worker, reader });
  }

  start(): void {
    // Not waited for: brokers that are away now are asked again by whoever needs a topic.
    this.#topics.ensure(TOPICS.flatMap((topic) => [topic, deadLetterTopic(topic)])).catch(() => {});
    for (const { worker, reader } of this.#subscribed) {
      worker.start();
      reader.start();
    }
  }

  /** For what is to be tried again; what is published is noticed by the readers themselves. */
  nudge(): void {
    for (const { worker } of this.#subscribed) worker.nudge();
  }

  pause(): void {
    for (const { worker, reader } of this.#subscribed) {
      worker.pause();
      reader.pause();
    }
  }

  resume(): void {
    for (const { worker, reader } of this.#subscribed) {
      worker.resume();
      reader.resume();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#subscribed.flatMap(({ worker, reader }) => [worker.stop(), reader.stop()]));
    await Promise.all([this.#publisher.close(), this.#meter.close()]);
  }

  /** @throws BrokerUnavailable */
  lag(): Promise<ConsumerLag[]> {
    return this.#meter.measure(
      this.#subscribed.map(({ consumer }) => ({
        consumer: consumer.name,
        groupId: this.#groupId(consumer.name),
        topics: new Map(consumer.topics.map((topic) => [this.#topics.fullName(topic), topic])),
      })),
    );
  }

  /** Who is subscribed, for the sweep of the outbox. */
  get subscribers(): Consumer[] {
    return this.#subscribed.map(({ consumer }) => consumer);
  }

  /** What this process does for each consumer. */
  consumers(): ConsumerState[] {
    return this.#subscribed.map(({ reader }) => reader.state());
  }

  #groupId(consumer: string): string {
    return this.#topics.fullName(`jari.${consumer}`);
  }

  #tellOf(consumer: string, failed: readonly FailedClaim[]): Promise<void> {
    return this.#publisher.send(failed.map((failure) => deadLetter(consumer, failure)));
  }
}
