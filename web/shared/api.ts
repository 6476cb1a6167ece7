import { hearDate } from './clock.ts';
import { jittered, randomId } from './random.ts';
import type { Challenge, FailureCode, Problem } from './types.ts';

/** A refusal, or no answer at all (`OFFLINE`). */
export class Refused extends Error {
  readonly code: FailureCode | 'OFFLINE' | 'UNKNOWN';
  readonly status: number;
  /** When the service asks for patience. */
  readonly retryAfterSeconds: number;
  readonly requestId: string | undefined;
  /** What the service wants to have solved first. */
  readonly challenge: Challenge | undefined;
  constructor(problem: Partial<Problem> & { code?: string }, status: number, retryAfterSeconds = 0) {
    super(problem.detail ?? '');
    this.code = (problem.code ?? 'UNKNOWN') as FailureCode;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    this.requestId = problem.requestId;
    this.challenge = problem.challenge;
  }
}

export interface Asking {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  body?: unknown;
  /** A bearer token. */
  token?: string | null | undefined;
  signal?: AbortSignal | undefined;
  timeoutSeconds?: number;
  accept?: string;
  headers?: Record<string, string>;
}

const TRIES = 4;

/** One request. @throws Refused */
export async function ask<T>(path: string, asking: Asking = {}): Promise<T> {
  const answer = await send(path, asking);
  const text = await answer.text().catch(() => '');
  return (text === '' ? null : parsed(text)) as T;
}

/** One request, its answer unread. @throws Refused */
export async function send(path: string, asking: Asking = {}): Promise<Response> {
  const { method = 'GET', body, token, signal, timeoutSeconds = 15 } = asking;
  const limit = AbortSignal.timeout(timeoutSeconds * 1_000);
  const headers: Record<string, string> = extraHeaders(asking);
  if (asking.accept !== undefined) headers.accept = asking.accept;
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const answer = await fetch(path, {
    method,
    headers,
    signal: signal ? AbortSignal.any([signal, limit]) : limit,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Refused({ code: 'OFFLINE' }, 0);
  });
  hearDate(answer.headers.get('date'));
  if (answer.ok) return answer;
  throw await refusal(answer);
}

/**
 * A request that changes something: repeated with one Idempotency-Key while the network or the service is away, so that it
 * happens once, whatever got lost on the way. @throws Refused
 */
export async function change<T>(path: string, asking: Asking): Promise<T> {
  const keyed = { ...asking, key: randomId(24) };
  for (let tried = 1; ; tried++) {
    try {
      return await ask<T>(path, keyed);
    } catch (error) {
      if (!(error instanceof Refused) || !mayPass(error) || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, jittered(Math.max(error.retryAfterSeconds, 0.5) * 1_000)));
    }
  }
}

/** Whether the same request may succeed a moment later. */
export const mayPass = ({ code }: Refused): boolean =>
  code === 'OFFLINE' ||
  code === 'OVERLOADED' ||
  code === 'STORE_UNAVAILABLE' ||
  code === 'RATE_LIMITED' ||
  code === 'IN_PROGRESS';

const extraHeaders = ({ key, headers }: Asking & { key?: string }) => ({
  ...headers,
  ...(key !== undefined && { 'idempotency-key': key }),
});

async function refusal(answer: Response): Promise<Refused> {
  const problem = parsed(await answer.text().catch(() => '')) as Partial<Problem> | null;
  return new Refused(problem ?? {}, answer.status, Number(answer.headers.get('retry-after')) || 0);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
