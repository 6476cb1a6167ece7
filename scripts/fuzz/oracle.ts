// What every answer must be like, whatever was asked.
import { Problem, type Problem as ProblemAnswer, STATUS_OF } from '../../contract/problem.ts';
import { checkOf, closed, type JsonSchema, type Operation } from './document.ts';
import type { People } from './people.ts';
import type { FuzzRequest } from './requests.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Of any request: whether it can be read, who asks, and how busy it is here. */
const ALWAYS = ['VALIDATION_FAILED', 'MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'UNAUTHENTICATED'];
const BUSY = ['OVERLOADED', 'STORE_UNAVAILABLE'];
const SEAT = ['FORBIDDEN', 'NOT_ADMITTED', 'CONCERT_NOT_FOUND', 'SCHEDULE_NOT_FOUND', 'SEAT_NOT_FOUND', 'SEAT_TAKEN'];
const TAKING = [...SEAT, 'SEAT_LIMIT_REACHED', 'IDEMPOTENCY_KEY_REUSED', 'IN_PROGRESS'];
const SETTLING = ['RESERVATION_NOT_FOUND', 'RESERVATION_CLOSED'];

/** What else each operation may refuse. Incidents and lines that are not there: NOT_FOUND. */
const REFUSALS: Record<string, readonly string[]> = {
  'POST /api/v1/token/create': ['FORBIDDEN', 'IDEMPOTENCY_KEY_REUSED', 'IN_PROGRESS'],
  'GET /api/v1/token': ['NOT_IN_QUEUE'],
  'GET /api/v1/token/events': ['NOT_IN_QUEUE'],
  'GET /api/v1/token/receipt': ['NOT_IN_QUEUE'],
  'DELETE /api/v1/token': ['NOT_IN_QUEUE'],
  'GET /api/v1/concerts/{concertId}/schedules': ['CONCERT_NOT_FOUND'],
  'GET /api/v1/concerts/{concertId}/schedules/{concertScheduleId}/seats': ['CONCERT_NOT_FOUND', 'SCHEDULE_NOT_FOUND'],
  'GET /api/v1/concerts/{concertId}/schedules/{concertScheduleId}/availability': [
    'CONCERT_NOT_FOUND',
    'SCHEDULE_NOT_FOUND',
  ],
  'POST /api/v1/wallet/{userId}/charge': ['NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED', 'IN_PROGRESS'],
  'POST /api/v1/reservation': [...TAKING, 'INSUFFICIENT_BALANCE'],
  'POST /api/v1/reservation/hold': TAKING,
  'POST /api/v1/reservation/{reservationId}/pay': [
    ...SETTLING,
    'HOLD_EXPIRED',
    'INSUFFICIENT_BALANCE',
    'IDEMPOTENCY_KEY_REUSED',
    'IN_PROGRESS',
  ],
  'DELETE /api/v1/reservation/{reservationId}': SETTLING,
  'GET /api/v1/reservation/{reservationId}': ['RESERVATION_NOT_FOUND'],
  'GET /api/v1/reservation': ['FORBIDDEN'],
  'GET /api/v1/concerts': [],
  'GET /healthz': [],
  'GET /readyz': [],
};
const OTHERS = ['NOT_FOUND', 'IDEMPOTENCY_KEY_REUSED', 'IN_PROGRESS'];

/** What must never leave the server: stacks, SQL, and what it is built on. */
const INSIDES =
  /node_modules|\bat [^ ]+ \(|\.ts:\d+|\b(SELECT|INSERT|UPDATE|DELETE) .+ (FROM|INTO|SET)\b|jari_[a-z]+\(|pglite|postgres|redis|kafka|fastify|typebox|ECONN/i;
/** Operators' pages name the stores, and the service's own document names its parts. */
const MAY_NAME_STORES = /^\/(ops|metrics|docs|openapi)/;

const problemSchema = closed(Problem as unknown as JsonSchema);

/** What is wrong with an answer; nothing when all is well. */
export function wrongWith(request: FuzzRequest, answer: Answer, people: People): string[] {
  const { status } = answer;
  const wrong = status >= 400 ? wrongWithError(request, answer) : wrongWithSuccess(request, answer);
  if (status < 400 && !proven(request, people)) wrong.push('nobody proved that they may have it');
  if (!MAY_NAME_STORES.test(request.path) && INSIDES.test(answer.text))
    wrong.push('it tells of the insides of the server');
  if (people.auth === 'token' && !request.operation?.operators) wrong.push(...othersNamed(request, answer, people));
  return wrong;
}

function wrongWithError(request: FuzzRequest, { status, headers, text }: Answer): string[] {
  // Nothing but its head to look at.
  if (request.method === 'HEAD')
    return status < 500 || (status === 503 && headers['retry-after']) ? [] : [`HEAD is answered ${status}`];
  const wrong: string[] = [];
  if (headers['content-type'] !== 'application/problem+json') wrong.push(`an error is ${headers['content-type']}`);
  const problem = parse(text) as ProblemAnswer | undefined;
  if (problem === undefined || !checkOf(problemSchema)(problem))
    return [...wrong, 'an error is no problem of the contract'];
  const { code } = problem;
  if (STATUS_OF[code as keyof typeof STATUS_OF] !== status || problem.status !== status)
    wrong.push(`${code} does not go with ${status}`);
  if (status >= 500 && !(BUSY.includes(code) && /^[1-9]\d*$/.test(headers['retry-after'] ?? '')))
    wrong.push(`${status} ${code} is no deliberate refusal with Retry-After`);
  if (status === 405 && !/^[A-Z]+(, [A-Z]+)*$/.test(headers.allow ?? '')) wrong.push('405 without Allow');
  if (status === 401 && headers['www-authenticate'] !== 'Bearer') wrong.push('401 without WWW-Authenticate');
  if (code !== 'VALIDATION_FAILED' && problem.errors) wrong.push(`errors and ${code} do not go together`);
  return [...wrong, ...wrongRefusal(request, code)];
}

function wrongRefusal({ operation, fits, asked }: FuzzRequest, code: string): string[] {
  if (!operation || BUSY.includes(code)) return [];
  const known = REFUSALS[operation.id] ?? OTHERS;
  const may = [...ALWAYS, ...known];
  if (fits !== undefined && !may.includes(code)) return [`${operation.id} never refuses with ${code}`];
  const unreadable = ['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'].includes(code);
  const invalid = code === 'VALIDATION_FAILED' && !mayBeInvalid(operation, asked);
  return fits === true && (unreadable || invalid) ? [`what fits the document is refused with ${code}`] : [];
}

/**
 * What the document can't say: who is meant must be named somewhere, a wallet has a limit, a credit an amount, a draw
 * a pre-queue.
 */
function mayBeInvalid({ id }: Operation, asked: Record<string, unknown>): boolean {
  if (/\/(token|reservation)$/.test(id) && /^(GET|DELETE)/.test(id)) return asked.userId === undefined;
  if (id === 'PATCH /ops/api/queues/{queueId}') return asked.shuffle === true;
  return /\/(charge|compensate)$/.test(id);
}

function wrongWithSuccess(request: FuzzRequest, { status, headers, text }: Answer): string[] {
  const { operation, fits, asked } = request;
  if (!operation) return [];
  if (fits === false) return [`what does not fit the document is answered ${status}`];
  const content = operation.answers.get(status);
  if (!content) return [`${status} is not in the document`];
  if (content.size === 0) return text === '' ? [] : ['an answer without a body has one'];
  const type = headers['content-type']?.split(';')[0] ?? '';
  const schema = content.get(type);
  if (!schema) return [`${type} is not in the document`];
  if (type !== 'application/json') return [];
  const value = parse(text);
  if (!checkOf(strict(schema))(value)) return ['it is not what the document says'];
  return echoed(asked, value as Record<string, unknown>);
}

const closedSchemas = new WeakMap<JsonSchema, JsonSchema>();
function strict(schema: JsonSchema): JsonSchema {
  const known = closedSchemas.get(schema) ?? closed(schema);
  closedSchemas.set(schema, known);
  return known;
}

/** An answer is about what was asked for. */
function echoed(asked: Record<string, unknown>, value: Record<string, unknown>): string[] {
  return ['userId', 'queueId', 'seatId', 'reservationId', 'concertId', 'concertScheduleId']
    .filter(
      (name) =>
        name in value &&
        asked[name] !== undefined &&
        String(value[name]).toLowerCase() !== String(asked[name]).toLowerCase(),
    )
    .map((name) => `it is about ${name} ${value[name]}, not ${asked[name]}`);
}

const PROOFS = ['right', 'place', 'other'];

/** Whether the credentials are good for the operation. */
function proven({ operation, credential, headers }: FuzzRequest, { auth }: People): boolean {
  if (!operation) return true;
  if (operation.operators) return credential === 'ops';
  if (!/\/(token|wallet|reservation)\b/.test(operation.template) || PROOFS.includes(credential)) return true;
  // Where nobody has to prove anything, a token that is sent to name a place must still be a good one.
  const namesPlace = /\/token$/.test(operation.template) && headers.authorization !== undefined;
  return auth === 'open' && !namesPlace;
}

/** Where everybody proves who they are, nobody reads of anybody else. */
function othersNamed({ actor }: FuzzRequest, { text }: Answer, people: People): string[] {
  const named = new Set(text.match(people.named));
  named.delete(actor);
  return named.size > 0 ? [`${actor} reads of ${[...named].join(', ')}`] : [];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
