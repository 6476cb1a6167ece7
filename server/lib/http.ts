import { createHash } from 'node:crypto';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Failure } from './failure.ts';
import type { IdempotencyKey, Outcome } from './outcome.ts';

/** Request and response types come from the schemas of the contract. */
export interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown;
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>;

/** Adds the routes of a feature to the app. */
export type Routes = (app: App) => void;

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/**
 * The request's Idempotency-Key, if it has one, with a hash of what it came with.
 * @throws Failure VALIDATION_FAILED
 */
export function idempotencyKey(request: FastifyRequest): IdempotencyKey | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key)) {
    const message = 'must be 1 to 255 visible ASCII characters';
    throw new Failure('VALIDATION_FAILED', `The header Idempotency-Key ${message}.`, {}, [
      { path: 'Idempotency-Key', message },
    ]);
  }
  const [path] = request.url.split('?');
  const body = sorted((request.body ?? {}) as Record<string, unknown>);
  const hash = createHash('sha256').update(`${request.method} ${path}\n${body}`).digest('hex');
  return { key, hash, requestId: request.id };
}

/** The same members in another order are the same body. Bodies of the contract are flat. */
const sorted = (body: Record<string, unknown>) =>
  JSON.stringify(Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1)));

/** A refusal that was decided for an earlier request with the same key: its answer names that request. */
export class ReplayedFailure {
  readonly failure: Failure;
  readonly requestId: string | undefined;
  constructor(failure: Failure, requestId: string | undefined) {
    this.failure = failure;
    this.requestId = requestId;
  }
}

/** The value of an outcome; a refusal is thrown for the shell to answer. */
export function answered<T>(reply: FastifyReply, outcome: Outcome<T>): T {
  if (outcome.replayed) reply.header('idempotency-replayed', 'true');
  if (outcome.ok) return outcome.value;
  throw outcome.replayed ? new ReplayedFailure(outcome.failure, outcome.requestId) : outcome.failure;
}
