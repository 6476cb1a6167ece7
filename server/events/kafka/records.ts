import type { DomainEvent } from '../event.ts';
import type { FailedClaim } from '../sql/deliveries.ts';

/** A record to be sent. */
export interface OutgoingRecord {
  topic: string;
  key: string | Buffer;
  value: string | Buffer;
  headers?: Record<string, string>;
}

/** A record as it was read. */
export interface IncomingRecord {
  topic: string;
  partition: number;
  offset: bigint;
  key: Buffer | null;
  value: Buffer | null;
  /** Nothing to read: somebody's transaction has left it. */
  isMarker: boolean;
}

/** The topic of what was given up of a topic. */
export const deadLetterTopic = (topic: string) => `${topic}.dlq`;
export const isDeadLetterTopic = (topic: string) => topic.endsWith('.dlq');

/** The key decides the partition, so that events of one key stay in order. */
export function encodeEvent({ topic, key, eventId, type, payload, at }: DomainEvent): OutgoingRecord {
  return { topic, key, value: JSON.stringify({ eventId, type, payload, at }) };
}

/** @returns the event, or what is wrong with the record */
export function decodeEvent({ topic, key, value }: IncomingRecord): DomainEvent | Error {
  if (!key || !value) return new Error('the record has no key or no value');
  try {
    const { eventId, type, payload, at } = JSON.parse(value.toString()) as Record<string, unknown>;
    const moment = new Date(at as string);
    if (!Number.isSafeInteger(eventId) || typeof type !== 'string' || Number.isNaN(moment.getTime())) {
      return new Error('the record is no event: it takes a JSON object with eventId, type, payload and at');
    }
    return { eventId: eventId as number, topic, key: key.toString(), type, payload: payload ?? null, at: moment };
  } catch (error) {
    return new Error(`the record is no JSON object: ${(error as Error).message}`);
  }
}

/** What a consumer has given up, with the cause in its headers. */
export function deadLetter(consumer: string, { claim: { event, attempts }, error }: FailedClaim): OutgoingRecord {
  return {
    ...encodeEvent(event),
    topic: deadLetterTopic(event.topic),
    headers: {
      'jari-consumer': consumer,
      'jari-error': error,
      'jari-attempts': String(attempts),
      'jari-event-id': String(event.eventId),
      'jari-event-type': event.type,
    },
  };
}

/** A record that is no event of ours: nobody can apply it, so it is put aside byte for byte. */
export function unreadable(consumer: string, record: IncomingRecord, error: Error): OutgoingRecord {
  return {
    topic: deadLetterTopic(record.topic),
    key: record.key ?? '',
    value: record.value ?? '',
    headers: {
      'jari-consumer': consumer,
      'jari-error': error.message,
      'jari-partition': String(record.partition),
      'jari-offset': String(record.offset),
    },
  };
}
