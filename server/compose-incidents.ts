import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { Monitor } from './compose-monitor.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import type { EventBus } from './events/bus.ts';
import type { DeadLetterStore } from './events/dead-letters.ts';
import type { WatchedConsumer } from './events/watched-consumer.ts';
import type { Idempotency } from './idempotency/idempotency.ts';
import type { Identity } from './identity/identity.ts';
import { Compensations } from './incident/compensate.ts';
import { IncidentDesk } from './incident/desk.ts';
import { evidence } from './incident/evidence.ts';
import { Harms } from './incident/hurt.ts';
import { LetterWatch } from './incident/letters.ts';
import { LIMITS } from './incident/limits.ts';
import { IncidentLoop } from './incident/loop.ts';
import { Passes } from './incident/passes.ts';
import { Cap } from './incident/respond/cap.ts';
import { Rescue } from './incident/respond/rescue.ts';
import { BUILT_IN, RESPONSES, type Response } from './incident/respond/response.ts';
import { Shed } from './incident/respond/shed.ts';
import { Switch } from './incident/respond/switch.ts';
import { incidentRoutes } from './incident/routes.ts';
import { sqlIncidentArchive } from './incident/sql/archive.ts';
import { replayOutcomes, waitingLetters } from './incident/sql/replays.ts';
import { sqlIncidentStore } from './incident/sql/store.ts';
import { RequestWitness } from './incident/witness.ts';
import type { Routes } from './lib/http.ts';
import { watchRequests } from './monitor/requests.ts';
import { findBlockers } from './monitor/sql/blockers.ts';
import type { Queue } from './queue/queue.ts';
import type { Job } from './scheduler/job.ts';
import type { Wallets } from './wallet/wallet.ts';

/** What incidents are noticed in, and what is done about them. */
export interface IncidentParts {
  database: Database;
  monitor: Monitor;
  identity: Identity;
  idempotency: Idempotency;
  queue: Queue;
  wallets: Wallets;
  bus: EventBus;
  consumers: readonly WatchedConsumer[];
  jobs: readonly Job[];
  /** What can be turned while something is wrong. */
  controls: Controls;
}

export interface Controls {
  /** Most reservations of one transaction; null for as many as come together. */
  mostReservations: number | null;
  /** The relay follows each commit; false leaves it to the scheduler. */
  relayFollowsCommits: boolean;
}

export interface Incidents {
  /** Watch every request: before the other routes. */
  watch: Routes;
  /** Behind the operators' check. */
  routes: Routes;
  /** A job for the scheduler: keeps promises of places. */
  keepPromises: () => Promise<void>;
  /** Writes replays on the timeline of their incident. */
  watchedLetters: (letters: DeadLetterStore) => DeadLetterStore;
  start(): void;
  /** After the monitor has stopped, and before the stores do. */
  stop(): Promise<void>;
}

const SMALL_BATCH = 16;

/** A name for this process, told apart from all others and from itself after a restart. */
export const processName = (): string => `${hostname().slice(0, 32)}:${process.pid}:${randomBytes(2).toString('hex')}`;

export function composeIncidents(config: Config, parts: IncidentParts, name: string, log: Logger): Incidents {
  const { database, monitor, identity, idempotency, queue, wallets } = parts;
  const { background, sampler, stacks } = monitor;
  const store = sqlIncidentStore(background, name);
  const archive = sqlIncidentArchive(background);
  const harms = new Harms();
  const shed = new Shed({ tokenMilliseconds: config.incidentTokenMilliseconds });
  const witness = new RequestWitness({ harms, identity, believed: config.auth === 'open' });
  const responses = makeResponses(config, parts, { store, shed, queueIds: () => witness.queueIds() });
  const desk = new IncidentDesk({
    archive,
    store,
    settings: {
      tokenMilliseconds: config.incidentTokenMilliseconds,
      reservationMilliseconds: config.incidentReservationMilliseconds,
      switchedOff: RESPONSES.filter((response) => !config.responses.includes(response)),
      poolSize: database.pool?.().size ?? null,
    },
  });
  const loop = new IncidentLoop({
    store,
    sampler,
    responses,
    harms,
    limits: {
      ...LIMITS,
      tokenMilliseconds: config.incidentTokenMilliseconds,
      reservationMilliseconds: config.incidentReservationMilliseconds,
    },
    evidence: evidence({ blockers: () => findBlockers(background), stacks: () => stacks.recent() }),
    slotsEnded: async (since) => {
      const ended = await Promise.all(witness.queueIds().map((queueId) => queue.ended(queueId, since)));
      return ended.flat();
    },
    closed: (incidentId) => desk.finish(incidentId),
    log,
  });
  const passes = new Passes({
    open: (most) => archive.openPasses(most),
    used: (incidentId, userIds) => archive.used(incidentId, 'PRIORITY_REENTRY', userIds),
    prioritise: (userId, queueId) => queue.prioritise(userId, queueId),
    log,
  });
  const letterWatch = new LetterWatch({
    archive,
    store,
    waiting: () => waitingLetters(background),
    outcomes: (replayed, since) => replayOutcomes(background, replayed, since),
    log,
  });
  const credit = (userIds: readonly string[], amount: number, reference: string) =>
    wallets.credit(userIds, amount, reference);
  const compensations = new Compensations({ archive, store, credit, passes });
  return {
    watch: (app) => {
      shed.routes(app);
      watchRequests({
        traffic: sampler.traffic,
        stacks,
        shed: (request) => shed.refused(request),
        answered: (answered) => {
          witness.answered(answered);
          if (answered.api === 'token' && answered.status === 200) witness.entered(answered, passes);
        },
      })(app);
    },
    routes: incidentRoutes({ desk, archive, compensations, idempotency }),
    keepPromises: () => passes.refresh(),
    watchedLetters: (letters) => ({
      list: (most) => letters.list(most),
      waiting: (ids, most) => letters.waiting(ids, most),
      replay: (ids, most) => letterWatch.around(() => letters.replay(ids, most)),
    }),
    start: () => loop.start(),
    stop: () => loop.stop(),
  };
}

interface ResponseParts {
  store: ReturnType<typeof sqlIncidentStore>;
  shed: Shed;
  queueIds: () => readonly string[];
}

/** Those that change nothing by themselves; and what was lowered must be restored, whatever the settings say. */
const ALWAYS: readonly string[] = [...BUILT_IN, 'cap'];

/** Those that the settings allow. */
function makeResponses(
  config: Config,
  { queue, bus, consumers, jobs, controls }: IncidentParts,
  { store, shed, queueIds }: ResponseParts,
): Response[] {
  const allowed = (response: string) => (config.responses as readonly string[]).includes(response);
  const failing = () => consumers.filter(({ isolated }) => isolated).map(({ name }) => name);
  const all: Response[] = [
    new Switch({
      name: 'bypass',
      kinds: ['TOKEN_STORM'],
      on: () => queue.admitAtTheDoor(false),
      off: () => queue.admitAtTheDoor(true),
    }),
    shed,
    new Switch({
      name: 'batches',
      kinds: ['RESERVATION_BOTTLENECK'],
      on: () => {
        controls.mostReservations = SMALL_BATCH;
      },
      off: () => {
        controls.mostReservations = null;
      },
      facts: () => ({ mostItems: controls.mostReservations }),
    }),
    new Switch({
      name: 'consumers',
      kinds: ['RESERVATION_BOTTLENECK'],
      on: () => bus.pause(),
      off: () => bus.resume(),
    }),
    new Switch({
      name: 'relay',
      kinds: ['EVENTS_STALLED'],
      on: () => {
        controls.relayFollowsCommits = false;
      },
      off: () => {
        controls.relayFollowsCommits = true;
      },
    }),
    new Rescue({ run: async (name) => jobs.find((job) => job.name === name)?.run() }),
    new Switch({
      name: 'isolate',
      kinds: ['CONSUMER_FAILING'],
      on: () => {
        for (const consumer of consumers) consumer.isolated = consumer.failedLately;
      },
      off: () => {
        for (const consumer of consumers) consumer.isolated = false;
      },
      facts: () => ({ consumers: failing() }),
    }),
    // Last, because it asks the line's store, which may be what is slow.
    new Cap({ store, line: queue, queueIds, floorShare: config.capFloorPercent / 100, lowers: allowed('cap') }),
    new Switch({ name: 'breaker', kinds: ['TOKEN_STORM'], when: ({ latest }) => latest.redis === null }),
    new Switch({ name: 'aside', kinds: ['RESERVATION_BOTTLENECK'], when: ({ latest }) => latest.blockedByLocks > 0 }),
  ];
  return all.filter(({ name }) => allowed(name) || ALWAYS.includes(name));
}
