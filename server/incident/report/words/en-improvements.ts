import type { Improvement } from '../improve.ts';
import { signText } from './en-signs.ts';
import { type Facts, figure, number, text } from './words.ts';

const ms = (value: number) => `${Math.round(value)} ms`;

/** What to do, and why, by the figures that say so. */
export const IMPROVEMENTS: Record<Improvement['code'], (f: Facts) => { title: string; evidence: string }> = {
  FIRST_LIMIT: (f) => ({
    title: 'Start with the limit that was hit first',
    evidence: `First of all, ${signText({ ...f, code: f.sign })}.`,
  }),
  RELEASE_LOCKS: (f) => ({
    title: 'Keep long transactions away from a sale',
    evidence: `"${text(f, 'application')}" (${text(f, 'state')}) held locks${f.tables ? ` in ${text(f, 'tables')}` : ''} for at least ${figure(number(f, 'seconds'))} s; ${number(f, 'blocked')} requests were refused because of it. Give its role idle_in_transaction_session_timeout and lock_timeout of a second or two, and run maintenance outside of sales.`,
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
