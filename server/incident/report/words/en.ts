import type { Blocker } from '../../evidence.ts';
import type { SignCode } from '../../kinds.ts';
import type { Improvement } from '../improve.ts';
import { figure, number, text, type Words } from './words.ts';

type Facts = Record<string, unknown>;

const percent = (share: number) => `${figure(share * 100)} %`;
const ms = (value: number) => `${Math.round(value)} ms`;

/** What a sign says, with its value and limit. */
const SIGNS: Record<SignCode, (value: number, limit: number, of: string) => string> = {
  TOKEN_LATENCY: (v, l) => `95 % of tokens were issued within ${ms(v)}, above the limit of ${ms(l)}`,
  TOKEN_CLIMB: (v, l) => `issuing a token climbed to ${ms(v)}, more than ${ms(l)} would be after the minutes before`,
  TOKEN_FAILURES: (v, l) => `${percent(v)} of token requests failed (limit ${percent(l)})`,
  REDIS_LOST: () => 'Redis did not answer',
  REDIS_SLOW: (v, l) => `Redis answered in ${ms(v)} (limit ${ms(l)})`,
  REDIS_CONNECTIONS: (v, l) => `${percent(v)} of Redis' connections were in use (limit ${percent(l)})`,
  REDIS_REFUSED: (v) => `Redis refused ${v} connections within three seconds`,
  REDIS_MEMORY: (v, l) => `${percent(v)} of Redis' memory was in use (limit ${percent(l)})`,
  RESERVATION_LATENCY: (v, l) => `95 % of reservations were answered within ${ms(v)}, above the limit of ${ms(l)}`,
  RESERVATION_FAILURES: (v, l) => `${percent(v)} of reservation requests failed (limit ${percent(l)})`,
  LOCK_WAIT: (v, l) => `a session waited ${ms(v)} for a lock (limit ${ms(l)})`,
  ROWS_LOCKED: (v) => `${v} requests within three seconds needed rows that somebody kept locked`,
  POOL_EXHAUSTED: (v, l) => `${v} calls waited for a database connection (limit ${l})`,
  DATABASE_LOST: () => 'the database did not answer',
  DATABASE_SLOW: (v, l) => `the database took ${ms(v)} for a look at its own state (limit ${ms(l)})`,
  DEADLOCKS: (v) => `${v} deadlocks within three seconds`,
  BROKER_LOST: () => 'Kafka did not answer',
  RELAY_FAILING: (v) => `the relay failed ${v} times in ten seconds`,
  RELAY_BACKLOG: (v, l) => `the oldest event waited ${figure(v)} s for the relay (limit ${l} s)`,
  CONSUMER_LAG: (v, l, of) => `${of} was ${v} events behind (limit ${l})`,
  JOB_LATE: (v, l, of) => `the job "${of}" had not run for ${figure(v / 1_000)} s (limit ${figure(l / 1_000)} s)`,
  JOB_FAILING: (v, _l, of) => `the job "${of}" failed ${v} times in half a minute`,
  ATTEMPTS_FAILING: (v, _l, of) => `${v} attempts of the consumer "${of}" failed within 15 s`,
  DEAD_LETTERS: (v) => `${v} events were given up and went to the dead letters`,
};

const signText = (facts: Facts): string =>
  SIGNS[facts.code as SignCode]?.(number(facts, 'value'), number(facts, 'limit'), text(facts, 'of')) ??
  text(facts, 'code');

const KINDS: Words['kinds'] = {
  TOKEN_STORM: 'Token storm',
  RESERVATION_BOTTLENECK: 'Reservation bottleneck',
  EVENTS_STALLED: 'Events stalled',
  SCHEDULER_STALLED: 'Scheduler stalled',
  CONSUMER_FAILING: 'Consumer failing',
};

const blockerText = ({ application, pid, state, transactionSeconds, tables, keepsWaiting }: Blocker) =>
  `session ${pid} of "${application}" (${state} for ${figure(transactionSeconds)} s${tables.length > 0 ? `, locks in ${tables.join(', ')}` : ''}) kept ${keepsWaiting} waiting`;

/** By subject and code. */
const ENTRIES: Record<string, (facts: Facts) => string> = {
  'incident OPENED': () => 'Incident opened',
  'incident CLOSED': () => 'All well again and everything taken back: incident closed',
  'incident EDITED': () => 'An operator edited the improvements',
  'bypass ON': () => 'New arrivals go straight to the line, without the active check',
  'bypass OFF': () => 'Free slots are given at the door again',
  'shed ON': (f) => `Refusing what is above ${number(f, 'limit')} token requests at a time, with Retry-After`,
  'shed OFF': (f) => `Nobody is refused any more (${number(f, 'refused')} were, by this process)`,
  'cap LOWERED': (f) =>
    `Cap of "${text(f, 'queueId')}" lowered from ${number(f, 'from')} to ${number(f, 'to')}; nobody inside is sent out`,
  'cap RAISED': (f) => `Cap of "${text(f, 'queueId')}" raised from ${number(f, 'from')} to ${number(f, 'to')}`,
  'cap RESTORED': (f) => `Cap of "${text(f, 'queueId')}" is the operator's own again: ${number(f, 'to')}`,
  'cap LEFT': (f) => `Somebody set the cap of "${text(f, 'queueId')}" to ${number(f, 'cap')}: left as it is`,
  'batches ON': (f) => `At most ${number(f, 'mostItems')} reservations share a transaction`,
  'batches OFF': () => 'Reservations share transactions as usual again',
  'consumers ON': () => 'Consumers of events rest; events are kept',
  'consumers OFF': () => 'Consumers of events go on',
  'relay ON': () => 'The relay tries once a second instead of after each commit',
  'relay OFF': () => 'The relay follows each commit again',
  'rescue ON': (f) => `Jobs that no scheduler runs are run here: ${list(f.jobs)}`,
  'rescue OFF': (f) => `A scheduler runs again (run here meanwhile: ${runs(f.runs)})`,
  'isolate ON': (f) => `Events go one at a time to ${list(f.consumers)}, so that a bad one holds up no others`,
  'isolate OFF': () => 'Consumers take their usual batches again',
  'blockers FOUND': (f) => `Who holds the locks: ${(f.blockers as Blocker[]).map(blockerText).join('; ')}`,
  'stacks FOUND': (f) =>
    `Unforeseen errors: ${(f.groups as { where: string; count: number }[]).map(({ where, count }) => `${where} (${count})`).join('; ')}`,
  'letters REPLAYED': (f) =>
    `An operator replayed ${number(f, 'count')} dead letters (${number(f, 'before')} waited before, ${number(f, 'after')} after)`,
  'letters RECONCILED': (f) =>
    `Of the replayed events ${number(f, 'applied')} are applied, ${number(f, 'failed')} failed again, ${number(f, 'underWay')} are under way`,
  'compensation WALLET_CREDIT': (f) =>
    `${number(f, 'users')} users were credited ${number(f, 'amount').toLocaleString('en')} won each`,
  'compensation PRIORITY_REENTRY': (f) =>
    `${number(f, 'users')} users were promised the front of the line "${text(f, 'queueId')}"`,
};

const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '');
const runs = (value: unknown) =>
  Object.entries((value ?? {}) as Record<string, number>)
    .map(([job, times]) => `${job} ${times}×`)
    .join(', ') || '-';

const REASONS: Record<string, string> = {
  bypass: 'Deciding who is active at the door is most of the work of entering; a storm needs none of it',
  shed: 'Answering some in time beats answering all too late; who is refused loses no place',
  cap: 'Fewer inside ask less of a slow database, so those inside get through',
  batches: 'Short transactions hold locks for less time',
  consumers: 'What can wait leaves the database to those who buy',
  relay: 'Trying more often doesn’t bring the broker back sooner',
  rescue: 'Slots and holds must end, and the line must move, whoever does it',
  isolate: 'One bad event must not hold up the good ones',
};

const IMPROVEMENTS: Record<Improvement['code'], (f: Facts) => { title: string; evidence: string }> = {
  FIRST_LIMIT: (f) => ({
    title: 'Start with the limit that was hit first',
    evidence: `First of all, ${signText({ ...f, code: f.sign })}.`,
  }),
  RELEASE_LOCKS: (f) => ({
    title: 'Keep long transactions away from a sale',
    evidence: `"${text(f, 'application')}" (${text(f, 'state')}) held locks${f.tables ? ` in ${text(f, 'tables')}` : ''} for ${figure(number(f, 'seconds'))} s and kept ${number(f, 'keepsWaiting')} sessions waiting. Give its role idle_in_transaction_session_timeout and lock_timeout of a second or two, and run maintenance outside of sales.`,
  }),
  SPLIT_STOCK: (f) => ({
    title: 'Improve the partition key of taking seats',
    evidence: `Up to ${number(f, 'waiting')} sessions waited for locks, the longest ${ms(number(f, 'milliseconds'))}, and no single session is to blame. Split the section that sells fastest into several stock rows, and check the indexes that those updates use.`,
  }),
  LARGER_POOL: (f) => ({
    title: 'Give the process more database connections',
    evidence: `${number(f, 'waiting')} calls waited for ${number(f, 'size')} connections. About ${number(f, 'needed')} would have held, if the server has room for them.`,
  }),
  DATABASE_ROOM: (f) => ({
    title: 'Make room for connections on the database server',
    evidence: `${number(f, 'connections')} of ${number(f, 'most')} connections were in use. Raise max_connections, or put a pooler in front.`,
  }),
  DATABASE_COPY: (f) => ({
    title: 'Have a standby of the database',
    evidence: `It could not be asked for ${number(f, 'seconds')} s. A standby that takes over would have shortened that.`,
  }),
  REDIS_CONNECTIONS: (f) => ({
    title: 'Allow Redis more connections',
    evidence: `${number(f, 'connections')} of ${number(f, 'most')} connections were in use and ${number(f, 'refused')} were refused. maxclients of at least ${number(f, 'needed')} would have held; look for what opens so many.`,
  }),
  REDIS_COPY: (f) => ({
    title: 'Have a replica of Redis that takes over',
    evidence: `Redis could not be asked for ${number(f, 'seconds')} s. Places were kept, but nobody could enter.`,
  }),
  REDIS_SLOW: (f) => ({
    title: 'Find what keeps Redis busy',
    evidence: `An answer took up to ${ms(number(f, 'milliseconds'))}. Look at SLOWLOG and at large keys, and give the line a Redis of its own.`,
  }),
  REDIS_MEMORY: (f) => ({
    title: 'Give Redis more memory',
    evidence: `${number(f, 'used')} of ${number(f, 'most')} MB were in use. ${number(f, 'needed')} MB would leave room.`,
  }),
  TOKEN_RATE: (f) => ({
    title: 'Prepare for as many arrivals as came',
    evidence: `Up to ${number(f, 'perSecond')} token requests a second came${number(f, 'shed') > 0 ? `, and ${number(f, 'shed')} were refused to keep the rest fast` : ''}. Add API processes, spread the arrivals with PRE_QUEUE before the sale opens, or let a CDN carry the polling (GET /api/v1/queue/{queueId}).`,
  }),
  MORE_PROCESSES: (f) => ({
    title: 'Run more API processes',
    evidence: `The processes used ${number(f, 'cpuPercent')} % of a core, and their event loop was up to ${ms(number(f, 'lagMilliseconds'))} late.`,
  }),
  CAP_THAT_HELD: (f) => ({
    title: 'Set the cap to what the database carries',
    evidence:
      f.held === null
        ? `Even ${number(f, 'lowest')} inside were too many while it lasted: the cap was not the cause.`
        : `With ${number(f, 'held')} inside, reservations were answered in time. Until the cause is removed, that cap holds.`,
  }),
  BROKER_COPIES: (f) => ({
    title: 'Have more than one broker, and watch the outbox',
    evidence: `${number(f, 'seconds') > 0 ? `Kafka could not be asked for ${number(f, 'seconds')} s. ` : ''}Up to ${number(f, 'outbox')} events waited in the outbox; none is lost. Three brokers with a replication factor of 3 survive the loss of one.`,
  }),
  REPAIR_CONSUMER: (f) => ({
    title: `Repair the consumer${f.consumer ? ` "${text(f, 'consumer')}"` : ''} and replay its dead letters`,
    evidence: `${number(f, 'deadLetters')} dead letters wait. Read their causes, mend consumer or receiver, try with dryRun, then POST /ops/api/dead-letters/replay.`,
  }),
  SECOND_SCHEDULER: (f) => ({
    title: 'Run the scheduler in at least two processes',
    evidence: `No scheduler ran ${text(f, 'jobs')} in time. With SCHEDULER=on in two processes the other one goes on by itself.`,
  }),
  RETRIES_OF_CLIENTS: (f) => ({
    title: 'Have clients try again with the same Idempotency-Key',
    evidence: `${number(f, 'users')} users were affected. A client that waits for Retry-After and tries again with the same key turns most failures into a short wait.`,
  }),
  SWITCHED_OFF: (f) => ({
    title: 'Decide about responses that are switched off',
    evidence: `RESPONSES leaves out: ${text(f, 'responses')}.`,
  }),
  FASTER_NOTICE: (f) => ({
    title: 'Notice it earlier',
    evidence: `It took ${figure(number(f, 'seconds'))} s to notice. Lower the limits of the signs that came late (INCIDENT_TOKEN_MILLISECONDS, INCIDENT_RESERVATION_MILLISECONDS).`,
  }),
};

export const EN: Words = {
  language: 'en',
  title: (id) => `Incident report #${id}`,
  kinds: KINDS,
  apis: {
    token: 'Token issue',
    status: 'Place in line',
    reservation: 'Reservation',
    wallet: 'Wallet',
    catalog: 'Catalogue',
    other: 'Other',
  },
  parts: [
    '1. Time and duration',
    '2. APIs and their answers',
    '3. Redis and database figures',
    '4. Users affected',
    '5. What was done, and why',
    '6. What to improve',
  ],
  summary: ({ kinds, began, seconds, open, noticedSeconds, respondedSeconds, affectedUsers }) =>
    `${kinds.map((kind) => KINDS[kind]).join(', ')}: from ${began} UTC${open ? ', still open' : ''}, ${durationEn(seconds)}. Noticed after ${figure(noticedSeconds)} s${respondedSeconds === null ? '' : `, first response after ${figure(respondedSeconds)} s`}. ${affectedUsers === 0 ? 'No user was affected.' : `${affectedUsers} users were affected.`}`,
  labels: {
    began: 'Began',
    noticed: 'Noticed',
    firstResponse: 'First response',
    ended: 'Ended',
    stillOpen: 'still open',
    duration: 'Duration',
    kind: 'Kind',
    after: 'after',
    none: 'none',
    requests: 'Requests',
    latency: 'Answered within (95 %)',
    statusesOfToken: 'Answers of token issue',
    statusesOfReservation: 'Answers of reservation',
    worst: 'worst',
    atMost: 'at most',
    api: 'API',
    database: 'Database',
    redis: 'Redis',
    events: 'Events',
    line: 'The line',
    process: 'API processes',
    cpu: 'Processor',
    databaseCpu: 'database',
    processCpu: 'API processes',
    connections: 'Connections',
    working: 'at work',
    lockWaiting: 'waiting for locks',
    lockWait: 'Longest wait for a lock',
    commits: 'commits',
    rollbacks: 'rollbacks',
    commands: 'Commands',
    memory: 'Memory',
    answered: 'answered within',
    outbox: 'wait in the outbox',
    lag: 'behind',
    active: 'active',
    waiting: 'waiting',
    cap: 'cap',
    notInUse: 'Not in use: the line lives in the database.',
    affected: 'Users affected',
    failed: 'a request failed',
    slow: 'an answer took over 1 s',
    slotEnded: 'their slot ended',
    holdEnded: 'their hold ended',
    compensated: 'Compensated',
    credited: 'credited',
    prioritised: 'promised the front of the line',
    listOfUsers: 'The list, as CSV:',
    time: 'Time (UTC)',
    what: 'What',
    why: 'Why',
    by: 'By',
    timeline: 'Timeline',
    editedBy: 'Edited by an operator',
    draft: 'Drafted from the evidence above; operators may edit it.',
    figure: 'Figure',
    shown: 'Shaded: from the first sign to the end. Thin upright lines: something was done.',
    perSecond: 'a second',
    wellAgain: 'well again',
  },
  entry: ({ subject, code, facts }) => {
    if (subject.startsWith('kind:')) {
      const kind = KINDS[text(facts, 'kind') as keyof typeof KINDS] ?? subject;
      return code === 'NOTICED' ? `Noticed: ${kind}` : `Over: ${kind}`;
    }
    if (subject.startsWith('sign:')) return `Sign: ${signText(facts)}`;
    if (code === 'FAILED') return `The response "${subject}" could not be made`;
    return ENTRIES[`${subject.split(':')[0]} ${code}`]?.(facts) ?? `${subject} ${code}`;
  },
  reason: (subject) => REASONS[subject.split(':')[0] as string] ?? null,
  improvement: ({ code, facts }) => IMPROVEMENTS[code](facts),
  duration: durationEn,
};

function durationEn(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60];
  return [hours > 0 ? `${hours} h` : '', minutes > 0 ? `${minutes} min` : '', `${rest} s`].filter(Boolean).join(' ');
}
