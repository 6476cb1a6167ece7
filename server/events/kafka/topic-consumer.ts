import { setTimeout as sleep } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import type { Consumer } from '../bus.ts';
import type { ConsumerState } from '../consumer-state.ts';
import type { DomainEvent } from '../event.ts';
import type { ChunkBegin } from '../sql/deliveries.ts';
import type { DirectDelivery } from '../sql/direct-delivery.ts';
import { BrokerUnavailable } from './client.ts';
import { GroupReader, type GroupReaderOptions } from './group-reader.ts';
import type { Publisher } from './publisher.ts';
import { decodeEvent, type IncomingRecord, unreadable } from './records.ts';
import type { Topics } from './topics.ts';

export interface TopicConsumerParts {
  consumer: Consumer;
  delivery: DirectDelivery;
  publisher: Publisher;
  topics: Topics;
  reader: Omit<GroupReaderOptions, 'topics'>;
  log: Pick<BaseLogger, 'warn' | 'error'>;
}

/** How soon a reader notices that it may go on. */
const PAUSED_MILLISECONDS = 50;
const FIRST_REST_MILLISECONDS = 100;
const LONGEST_REST_MILLISECONDS = 3_000;
/**
 * After so many failures in a row, half a minute, a member leaves the group and comes back as a new one. Not before: a
 * broker that was only away still knows its members, and lets nobody read until those that left it silently time out.
 */
const MOST_FAILURES = 10;

/** Reads the topics of one consumer as a member of its group, and hands every event on before it commits. */
export class TopicConsumer {
  readonly #parts: TopicConsumerParts;
  readonly #stopping = new AbortController();
  #reader: GroupReader | null = null;
  #paused = false;
  #failures = 0;
  #running: Promise<void> | null = null;
  #lastRoundAt: Date | null = null;
  #lastError: string | null = null;

  constructor(parts: TopicConsumerParts) {
    this.#parts = parts;
  }

  /** Idempotent. */
  start(): void {
    if (this.#stopping.signal.aborted) return;
    this.#running ??= this.#run();
  }

  /** Stays in the group and reads no more until `resume`. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  /** Idempotent. Finishes what is in hand, and leaves the group so that others take over at once. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  state(): ConsumerState {
    return {
      consumer: this.#parts.consumer.name,
      partitionsOwned: this.#reader?.partitionsOwned ?? 0,
      lastRoundAt: this.#lastRoundAt,
      lastError: this.#lastError,
    };
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#round();
        this.#lastRoundAt = new Date();
        this.#lastError = null;
        this.#failures = 0;
      } catch (error) {
        await this.#rest(error as Error);
      }
    }
    await this.#leave();
  }

  async #round(): Promise<void> {
    const reader = await this.#member();
    if (this.#paused) return this.#sleep(PAUSED_MILLISECONDS);
    const records = await reader.poll();
    for (const chunk of chunks(records, this.#parts.consumer.batchSize)) {
      if (reader.moved || this.#paused || this.#stopping.signal.aborted) return;
      await this.#deliver(chunk);
      await reader.commit(chunk);
    }
  }

  async #member(): Promise<GroupReader> {
    if (this.#reader) return this.#reader;
    const { consumer, topics, reader } = this.#parts;
    await topics.ensure(consumer.topics);
    const fullNames = consumer.topics.map((topic) => topics.fullName(topic));
    this.#reader = await GroupReader.join({ ...reader, topics: fullNames });
    return this.#reader;
  }

  async #deliver(chunk: readonly IncomingRecord[]): Promise<void> {
    const { consumer, delivery, publisher, topics, log } = this.#parts;
    const events: DomainEvent[] = [];
    for (const record of chunk) {
      if (record.isMarker) continue;
      const named = { ...record, topic: topics.shortName(record.topic) };
      const event = decodeEvent(named);
      if (!(event instanceof Error)) {
        events.push(event);
        continue;
      }
      const { topic, partition, offset } = record;
      log.error({ consumer: consumer.name, topic, partition, offset: String(offset), err: event }, 'unreadable record');
      await publisher.send([unreadable(consumer.name, named, event)]);
    }
    if (events.length > 0) await delivery.deliver(events, beginsOf(chunk));
  }

  async #rest(error: Error): Promise<void> {
    this.#lastError = error.message;
    this.#failures++;
    const consumer = this.#parts.consumer.name;
    // A broker that is away is no riddle, and everybody who needs it says so: no stacks.
    const why = error instanceof BrokerUnavailable ? { reason: error.message } : { err: error };
    this.#parts.log.warn({ ...why, consumer, failures: this.#failures }, 'a consumer will try again');
    if (this.#failures % MOST_FAILURES === 0) {
      this.#parts.topics.forget();
      await this.#leave();
    }
    const rest = Math.min(FIRST_REST_MILLISECONDS * 2 ** (this.#failures - 1), LONGEST_REST_MILLISECONDS);
    await this.#sleep(rest);
  }

  async #sleep(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #leave(): Promise<void> {
    const reader = this.#reader;
    this.#reader = null;
    await reader?.close();
  }
}

/** Neighbours in the log, no more than a consumer takes. */
function* chunks(records: readonly IncomingRecord[], most: number): Iterable<readonly IncomingRecord[]> {
  for (let from = 0; from < records.length; from += most) yield records.slice(from, from + most);
}

function beginsOf(chunk: readonly IncomingRecord[]): ChunkBegin[] {
  const begins = new Map<string, ChunkBegin>();
  for (const { topic, partition, offset } of chunk) {
    const place = `${topic}/${partition}`;
    if (!begins.has(place)) begins.set(place, { topic, partition, offset: Number(offset) });
  }
  return [...begins.values()];
}
