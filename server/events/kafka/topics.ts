import { Admin } from '@platformatic/kafka';
import { ANSWER_MILLISECONDS, clientOptions, closed, isProtocolError, within } from './client.ts';
import { isDeadLetterTopic } from './records.ts';

export interface TopicOptions {
  brokers: readonly string[];
  /** Before the name of every topic and group, so that installations can share a cluster. */
  prefix: string;
  /** Of a topic that is made here. Those that exist keep theirs: another number would break the order per key. */
  partitions: number;
  /** Of a topic that is made here; -1 is the cluster's own default. */
  replicas: number;
  /** How long the brokers keep an event. The outbox has to know it for longer: see KAFKA_KEEP_SECONDS. */
  retentionSeconds: number;
}

/** What was given up is kept for people to find. */
const DEAD_LETTER_RETENTION_SECONDS = 14 * 86_400;

/** Records can outlive their retention by the time until their segment is closed. */
const SEGMENT_SECONDS = 3_600;
const CREATING_MILLISECONDS = 10_000;

/** Sees to it that topics exist before they are used. */
export class Topics {
  readonly #options: TopicOptions;
  #known = new Set<string>();

  constructor(options: TopicOptions) {
    this.#options = options;
  }

  fullName(topic: string): string {
    return this.#options.prefix + topic;
  }

  shortName(fullName: string): string {
    return fullName.slice(this.#options.prefix.length);
  }

  /** @throws BrokerUnavailable */
  async ensure(topics: Iterable<string>): Promise<void> {
    const missing = [...new Set(topics)].filter((topic) => !this.#known.has(topic));
    if (missing.length === 0) return;
    const admin = new Admin(clientOptions(this.#options.brokers));
    try {
      const existing = new Set(await within(ANSWER_MILLISECONDS, 'topics can not be listed', admin.listTopics()));
      for (const topic of missing) {
        if (!existing.has(this.fullName(topic))) await this.#create(admin, topic);
      }
      for (const topic of missing) this.#known.add(topic);
    } finally {
      await closed(admin.close());
    }
  }

  /** Looks again next time: somebody may have deleted them. */
  forget(): void {
    this.#known = new Set();
  }

  async #create(admin: Admin, topic: string): Promise<void> {
    const { partitions, replicas, retentionSeconds } = this.#options;
    const keep = isDeadLetterTopic(topic) ? DEAD_LETTER_RETENTION_SECONDS : retentionSeconds;
    const configs = [
      { name: 'retention.ms', value: String(keep * 1000) },
      { name: 'segment.ms', value: String(SEGMENT_SECONDS * 1000) },
    ];
    const name = this.fullName(topic);
    try {
      const creating = admin.createTopics({ topics: [name], partitions, replicas, configs });
      await within(CREATING_MILLISECONDS, `the topic ${name} can not be made`, creating);
    } catch (error) {
      // Another process was faster.
      if (!isProtocolError(error, 'TOPIC_ALREADY_EXISTS')) throw error;
    }
  }
}
