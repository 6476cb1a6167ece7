import { othersPrevail, type Shares, type Use } from '../judge/saturation.ts';
import { clockText, figure, useText } from './figures.ts';
import type { BottleneckFacts, Told, Words } from './words.ts';

const RESOURCES: Words['resources'] = {
  RUNNER_CPU: 'CPU of the runner',
  LOCKS: 'sessions of the database that wait for locks',
  DATABASE_CPU: 'CPU of the database',
  REDIS_CPU: 'CPU of Redis',
  SERVICE_CPU: 'CPU of the service',
  MACHINE_CPU: 'CPU of the whole machine',
  REDIS_TIME: 'response time of Redis',
  POOL: 'calls that wait for a database connection',
  EVENT_LOOP: 'event-loop lag of the service',
  LAG: 'events that consumers are behind (Kafka lag)',
};

export const EN: Words = {
  language: 'en',
  title: (script) => `Load test: ${script}`,
  rows: {
    TOKEN_P95: 'Token API response time (p95)',
    RESERVATION_SUCCESS: 'Reservations of active users that succeed',
    SLOT_SECONDS: 'Slots end by themselves within 5 minutes',
    SUSTAINED: '10 to 30 requests/s sustained, or more',
    FAILURES: 'Failures, also in a spike',
    AUDIT: 'Invariants',
  },
  basis: {
    TOKEN_P95: (of) => `${of} requests`,
    RESERVATION_SUCCESS: (of) => `${of} attempts`,
    SLOT_SECONDS: (of) => `${of} past their end`,
    SUSTAINED: (of) => `over ${of} s`,
    FAILURES: (of) => `${of} requests`,
  },
  audits: {},
  resources: RESOURCES,
  bottleneck,
  knee: ({ lastSound, firstUnsound, soundAgain }) => {
    if (!lastSound) return 'Even the first step was too much: begin lower.';
    const sound = `${figure(lastSound.served, 0)} requests/s are served in full (p95 ${figure(lastSound.p95)} ms)`;
    if (!firstUnsound) return `It never broke: ${sound}. Climb higher.`;
    const { offered, served, p95, failedShare } = firstUnsound;
    const asked = offered === null ? firstUnsound.name : `${figure(offered, 0)} requests/s`;
    return `The knee: ${sound}; of ${asked} it serves ${figure(served, 0)} (p95 ${figure(p95)} ms, ${figure(failedShare * 100, 2)} % failures).${soundAgain ? ` But ${figure(soundAgain.served, 0)} were served in full later: something else disturbed the climb. Repeat it.` : ''}`;
  },
  silence: {
    NO_METRICS: 'The target has no /metrics: this is the client’s half alone.',
    NO_TOKEN:
      'The service’s half is missing: its /metrics ask for the operators’ token. Set OPS_TOKEN, or DATA_DIR to the folder of the service.',
    WRONG_TOKEN:
      'The service’s half is missing: its /metrics refuse this operators’ token. Set OPS_TOKEN, or DATA_DIR to the folder of the service.',
    NO_ANSWER: 'The service’s half is missing: /metrics did not answer.',
  },
  looked: (names, size, whole) =>
    `${size ? `${size}, ` : ''}${names.length === 1 ? 'process' : `${names.length} processes`} ${names.join(', ')}${whole ? '' : ' (the one that answered; there may be others behind the URL, which were not looked at)'}`,
  counts: (requests, perSecond, seconds) => `${requests} requests in ${seconds} s, ${perSecond} a second.`,
  labels: {
    verdict: 'What was promised',
    expectation: 'expectation',
    measured: 'measured',
    limit: 'limit',
    result: 'result',
    pass: 'pass',
    fail: 'FAIL',
    notMeasured: 'not measured by this scenario',
    notAsked: 'could not be asked (operators’ token)',
    always: 'always',
    noViolation: 'no violation',
    atMost: 'at most',
    atLeast: 'at least',
    allHold: 'Every expectation that this run measures is met.',
    notAllHold: 'Not every expectation is met.',
    bottleneck: 'What limits it',
    knee: 'The climb',
    charts: 'Second by second',
    hover: 'Point at a chart, or touch it, to read that second in all of them.',
    thresholds: 'Thresholds of the script',
    settings: 'Settings',
    target: 'target',
    service: 'service',
    started: 'started',
    duration: 'duration',
    runner: 'CPU of the runner',
    runnerProcesses: 'processes of the runner',
    machine: 'machine of the runner',
    wholeMachine: 'whole machine',
    processors: 'processors',
    exitCode: 'exit code',
    time: 'time',
    requests: 'requests/s',
    answersClient: 'Requests, as the client counts them',
    latencyClient: 'Response time, as the client measures it',
    latencyByName: 'Response time by request (p95, client)',
    answersServer: 'Answers, as the service counts them',
    latencyServer: 'Response time, as the service measures it',
    routesServer: 'Answers by route',
    line: 'The line',
    users: 'Virtual users',
    cpu: 'CPU (100 % is a core)',
    loop: 'Event-loop lag (p99)',
    database: 'Database: locks and pool',
    databaseCpu: 'database',
    databaseSessions: 'Database: sessions',
    transactions: 'Database: transactions',
    redis: 'Redis: commands',
    redisUse: 'Redis: connections and memory',
    events: 'Events',
    scheduler: 'Scheduler',
    good: 'as expected',
    failed: 'failed',
    refused: 'refused (4xx)',
    expectedRefusals: 'refused, as expected',
    offered: 'offered /s',
    served: 'served /s',
    dropped: 'iterations without a free user',
    sound: 'sound',
    active: 'active',
    waiting: 'waiting',
    cap: 'cap',
    virtualUsers: 'active virtual users',
    serviceBusiest: 'service (busiest process)',
    serviceAll: 'service (all processes)',
    sessions: 'sessions',
    working: 'working',
    lockWaiting: 'waiting for a lock',
    lockWait: 'longest wait for a lock, ms',
    answerTime: 'response time, ms',
    poolUsed: 'connections in use',
    poolWaiting: 'calls waiting for a connection',
    commits: 'commits',
    rollbacks: 'rollbacks',
    connections: 'connections',
    commands: 'commands',
    memory: 'memory, MB',
    outbox: 'waiting for the relay',
    lag: 'consumers behind (Kafka lag)',
    deadLetters: 'dead letters',
    ticks: 'ticks /s',
    ticksFailed: 'failed /s',
    ticksLate: 'began late, ms',
    threshold: 'threshold',
    figure: 'figure',
    difference: 'difference',
    first: 'first',
    second: 'second',
    none: 'none',
    yes: 'yes',
    no: 'no',
    route: 'route',
    made: 'By jari’s load kit. Times are since the start of the run.',
  },
};

function bottleneck({ bottleneck: found, seen }: BottleneckFacts): Told {
  const { first, saturated, uses, moment } = found;
  if (!first) {
    const nearest = nearestOf(uses);
    const headline = seen ? 'Nothing ran out.' : 'Nothing ran out that could be seen; the service was not looked into.';
    return { headline, evidence: nearest ? [nearestText(nearest)] : [] };
  }
  const since = `from ${clockText((first.from ?? 0) * 1_000)} on`;
  const there = moment
    ? [`At that moment: ${figure(moment.perSecond, 0)} requests/s, p95 ${figure(moment.p95)} ms.`]
    : [];
  const others = saturated.filter((use) => use !== first);
  const evidence = [
    `${told(first)}, ${first.seconds} s of the run.`,
    ...there,
    ...(found.shares ? [sharesText(found.shares)] : []),
    ...others.map((use) => `Also ran out, from ${clockText((use.from ?? 0) * 1_000)}: ${told(use)}.`),
  ];
  if (first.resource === 'RUNNER_CPU') {
    return {
      headline: `The runner itself, ${since}: this run does not show the limit of the service.`,
      evidence: [...evidence, 'Run it with --processes 2 or more, or on another machine than the service.'],
    };
  }
  return { headline: `${capital(RESOURCES[first.resource])}, ${since}.`, evidence };
}

function sharesText(shares: Shares): string {
  const { processors, service, database, redis, runner, others } = shares;
  const of = (name: string, value: number) => (value >= 0.05 ? [`${name} ${figure(value)}`] : []);
  const used = [
    ...of('the service', service),
    ...of('the database', database),
    ...of('Redis', redis),
    ...of('the runner', runner),
    ...of('the rest (broker, system, other programs)', others),
  ].join(', ');
  const noisy = othersPrevail(shares) ? ' Most of that was not the run: measure again on a quiet machine.' : '';
  return `While all ${processors} processors were busy: ${used}.${noisy}`;
}

/** The one that came closest to its limit, of those that have one in proportion. */
export const nearestOf = (uses: readonly Use[]): Use | undefined =>
  uses
    .filter(({ most }) => most !== null && most > 0)
    .toSorted((a, b) => (b.most ?? 0) / b.limit - (a.most ?? 0) / a.limit)[0];

function nearestText(use: Use): string {
  return use.seconds > 0
    ? `Above its limit for moments only, ${use.seconds} s: ${told(use)}.`
    : `Nearest to its limit: ${told(use)}.`;
}

function told(use: Use): string {
  const { most, limit } = useText(use);
  return `${RESOURCES[use.resource]} ${most} at most (limit ${limit})`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
