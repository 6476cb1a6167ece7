import { Producer } from '@platformatic/kafka';
import { Mutex } from '../../lib/mutex.ts';
import { BrokerUnavailable, clientOptions, closed, within } from './client.ts';
import type { OutgoingRecord } from './records.ts';
import type { Topics } from './topics.ts';

type Bytes = string | Buffer;
type BytesProducer = Producer<Bytes, Bytes, Bytes, Bytes>;

/** Of one call, with what the client tries again by itself. Shorter than the lease of the outbox. */
const SEND_MILLISECONDS = 4_000;
const FIRST_REST_MILLISECONDS = 200;
const LONGEST_REST_MILLISECONDS = 2_000;

/**
 * Sends records and returns when every broker that must have them has them. Idempotent: what the client sends again
 * after a lost answer is stored once. After a failure the producer is replaced, so that nothing it still has under
 * way can come between; what comes twice then is passed over by the consumers.
 */
export class Publisher {
  readonly #brokers: readonly string[];
  readonly #topics: Topics;
  readonly #turn = new Mutex();
  #producer: BytesProducer | null = null;
  #failures = 0;
  #restsUntil = 0;

  constructor(brokers: readonly string[], topics: Topics) {
    this.#brokers = brokers;
    this.#topics = topics;
  }

  /** True for a moment after a failure: brokers that are away are not asked all the time. */
  get resting(): boolean {
    return performance.now() < this.#restsUntil;
  }

  /** One call at a time, in order. @throws BrokerUnavailable: some of the records may be stored all the same */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    return this.#turn.run(async () => {
      try {
        await this.#topics.ensure(records.map(({ topic }) => topic));
        this.#producer ??= this.#open();
        const messages = records.map((record) => ({ ...record, topic: this.#topics.fullName(record.topic) }));
        await within(SEND_MILLISECONDS, 'Kafka took no records', this.#producer.send({ messages }));
        this.#failures = 0;
      } catch (error) {
        await this.#replace();
        throw error instanceof BrokerUnavailable
          ? error
          : new BrokerUnavailable('Kafka took no records', { cause: error });
      }
    });
  }

  async close(): Promise<void> {
    await closed(this.#producer?.close(true));
    this.#producer = null;
  }

  #open(): BytesProducer {
    return new Producer({
      ...clientOptions(this.#brokers),
      idempotent: true,
      // Fewer would be taken for "for ever".
      retries: 2,
      retryDelay: 100,
      serializers: { key: toBuffer, value: toBuffer, headerKey: toBuffer, headerValue: toBuffer },
    });
  }

  async #replace(): Promise<void> {
    const rest = Math.min(FIRST_REST_MILLISECONDS * 2 ** this.#failures, LONGEST_REST_MILLISECONDS);
    this.#failures++;
    this.#restsUntil = performance.now() + rest;
    this.#topics.forget();
    await this.close();
  }
}

const toBuffer = (bytes: Bytes | undefined) => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
