import { findErrorBy } from '@platformatic/kafka';

/** The brokers could not be asked, or did not answer in time. Nothing is known about the effect of the call. */
export class BrokerUnavailable extends Error {
  override name = 'BrokerUnavailable';
}

/** Milliseconds that a broker has to answer a request that it does not hold back on purpose. */
export const ANSWER_MILLISECONDS = 3_000;

/** What every client of this service has in common. Clients don't retry by themselves: who uses them knows when to. */
export const clientOptions = (brokers: readonly string[]) => ({
  clientId: 'jari',
  bootstrapBrokers: [...brokers],
  connectTimeout: 1_000,
  requestTimeout: ANSWER_MILLISECONDS,
  timeout: ANSWER_MILLISECONDS,
  retries: 0,
  autocreateTopics: false,
});

/** @throws BrokerUnavailable when the call fails or takes longer */
export async function within<T>(milliseconds: number, what: string, call: Promise<T>): Promise<T> {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  try {
    return await Promise.race([call, passed]);
  } catch (cause) {
    throw new BrokerUnavailable(`${what}: ${reasonOf(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a client to close, but not for a broker that is away. Never rejects. */
export async function closed(closing: Promise<void> | undefined): Promise<void> {
  if (closing) await within(ANSWER_MILLISECONDS, 'not closed', closing).catch(() => {});
}

/** Whether a client's error, or one of those beneath it, has this id in Kafka's protocol. */
export function isProtocolError(error: unknown, id: string): boolean {
  return findErrorBy(rootOf(error), 'apiId', id) !== null;
}

/** Whether the group has changed, so that its member has to find out what it owns now. */
export function isGroupMoved(error: unknown): boolean {
  return findErrorBy(rootOf(error), 'needsRejoin', true) !== null;
}

function rootOf(error: unknown): Error {
  const { cause } = error as Error;
  return error instanceof BrokerUnavailable && cause instanceof Error ? cause : (error as Error);
}

/** The client wraps reasons in errors that only say that something failed. */
function reasonOf(error: unknown): string {
  const { message, errors, cause } = error as Error & { errors?: unknown[] };
  const inner = errors?.[0] ?? cause;
  return inner instanceof Error ? reasonOf(inner) : message;
}
