import { join } from 'node:path';
import type { Logger } from 'pino';
import { Catalog } from './catalog/catalog.ts';
import { demoConcerts } from './catalog/demo/concerts.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { sqlCatalogStore } from './catalog/sql/store.ts';
import { composeEarly } from './compose-early.ts';
import { composeEvents } from './compose-events.ts';
import { composeIdentity } from './compose-identity.ts';
import { type Controls, composeIncidents, processName } from './compose-incidents.ts';
import { composeLine } from './compose-line.ts';
import { composeMonitor } from './compose-monitor.ts';
import { composeSale } from './compose-sale.ts';
import type { Config } from './config.ts';
import { StoreUnavailable } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { openBackground, openDatabase } from './db/open.ts';
import { patiently } from './db/patiently.ts';
import { StoreClock } from './db/store-clock.ts';
import type { Consumer } from './events/bus.ts';
import { SalesRanking } from './events/consumers/sales-ranking.ts';
import { Webhook } from './events/consumers/webhook.ts';
import { DeadLetters } from './events/dead-letters.ts';
import { deadLetterRoutes } from './events/ops-routes.ts';
import { RELAY_DEFAULTS, Relay } from './events/relay.ts';
import { SqlDeadLetterStore } from './events/sql/dead-letters.ts';
import { SqlSalesRankingStore } from './events/sql/sales-ranking.ts';
import { WatchedConsumer } from './events/watched-consumer.ts';
import { buildApp } from './http/app.ts';
import { healthRoutes } from './http/health.ts';
import { behindOperatorsCheck } from './http/operators.ts';
import { pagesRoutes } from './http/pages.ts';
import { Idempotency } from './idempotency/idempotency.ts';
import { sqlIdempotencyStore } from './idempotency/sql/store.ts';
import { askers, userOf } from './incident/who.ts';
import type { App, Routes } from './lib/http.ts';
import { lineAuditor } from './monitor/audit.ts';
import { Metrics } from './monitor/metrics.ts';
import { metricsRoutes, monitorOpsRoutes } from './monitor/routes.ts';
import { sampleReadings } from './monitor/sample-readings.ts';
import { databaseThreadReadings, listenerReadings, schedulerReadings } from './monitor/sources.ts';
import { databaseAuditor } from './monitor/sql/audit.ts';
import { linesOf } from './monitor/sql/lines.ts';
import { Difficulties } from './queue/challenge/difficulties.ts';
import { challengingGate } from './queue/challenge/gate.ts';
import { queueOpsRoutes } from './queue/ops-routes.ts';
import { Queue } from './queue/queue.ts';
import { Receipts } from './queue/receipts/receipts.ts';
import { receiptRoutes } from './queue/receipts/routes.ts';
import { queueRoutes } from './queue/routes.ts';
import { sqlDifficultyStore } from './queue/sql/difficulties.ts';
import { Reservations } from './reservation/reservation.ts';
import { reservationRoutes } from './reservation/routes.ts';
import { sqlReservationStore } from './reservation/sql/store.ts';
import type { Job } from './scheduler/job.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { walletRoutes } from './wallet/routes.ts';
import { sqlWalletStore } from './wallet/sql/store.ts';
import { Wallets } from './wallet/wallet.ts';

/** The whole service, not yet listening. */
export interface Service {
  app: App;
  /** The operators' token, when it was made here and has to be told to them. */
  opsToken: string | undefined;
  /** Applies migrations, adds demonstration data, starts background work. Then the app may listen. */
  start(): Promise<void>;
  /** Idempotent. Refuses new requests, finishes those under way, then closes everything behind them. */
  stop(): Promise<void>;
}

/** Built by `npm start` (scripts/run.mjs) from web/. */
const PAGES = join(import.meta.dirname, '../web/dist');

/** The only place that knows both the features and what they are built on. */
export async function compose(config: Config, log: Logger): Promise<Service> {
  const clock = new StoreClock();
  const { identity, challenges, receiptKeys, opsToken } = composeIdentity(config, clock);
  const database = await openDatabase(config);
  const background = openBackground(config, database);
  const metrics = new Metrics();

  const events = await composeEvents(config, background, log);
  const { bus } = events;
  const relay = new Relay(bus, { ...RELAY_DEFAULTS, log });
  const controls: Controls = { mostReservations: null, relayFollowsCommits: true };
  const committed = () => controls.relayFollowsCommits && relay.nudge();
  const sales = new SqlSalesRankingStore(database);
  const consumers = makeConsumers(config, new SqlSalesRankingStore(background)).map(
    (consumer) => new WatchedConsumer(consumer),
  );
  for (const consumer of consumers) bus.subscribe(consumer);

  const { holdSeconds, openingBalance, seatsPerUser } = config;
  const line = composeLine(config, { requests: database, background }, log);
  const queue = new Queue(line.store, line.signals, clock.milliseconds);
  const receipts = new Receipts(queue, line.record);
  const difficulties = new Difficulties(sqlDifficultyStore(background));
  const gate = challengingGate(difficulties, challenges);
  const catalogStore = sqlCatalogStore(database);
  const catalog = new Catalog(catalogStore, sales);
  const wallets = new Wallets(sqlWalletStore(database, openingBalance), committed);
  const rules = { openingBalance, holdSeconds, seatsPerUser };
  const sale = composeSale(database, rules, controls);
  const changed = () => {
    catalog.sold();
    committed();
  };
  const reservations = new Reservations(sale.store, queue, changed);
  const upkeep = new Reservations(sqlReservationStore(background, rules), queue, changed);
  const idempotency = new Idempotency(sqlIdempotencyStore(database));

  const jobs: Job[] = [
    { name: 'line', everyMilliseconds: 500, run: () => queue.tick() },
    { name: 'holds', everyMilliseconds: 1_000, run: () => upkeep.expireHolds() },
    { name: 'relay', everyMilliseconds: 1_000, run: () => relay.run() },
    {
      name: 'idempotency',
      everyMilliseconds: 60_000,
      run: () => new Idempotency(sqlIdempotencyStore(background)).sweep(),
    },
    { name: 'outbox', everyMilliseconds: 30_000, run: () => events.sweep() },
    { name: 'admissions', everyMilliseconds: 1_000, run: () => line.record.append() },
    { name: 'old-admissions', everyMilliseconds: 60_000, run: () => line.record.sweep() },
    { name: 'promises', everyMilliseconds: 3_000, run: () => incidents.keepPromises() },
  ];
  const scheduler = new Scheduler(jobs, { log });

  const name = processName();
  const monitor = composeMonitor(config, {
    process: name,
    database,
    scheduler,
    consumers,
    blockedByLocks: sale.takeRefused,
    lag: events.lag,
    readers: events.readers,
    redis: line.redisInfo && { info: line.redisInfo, figures: (queueId) => queue.figures(queueId) },
  });
  const incidents = composeIncidents(
    config,
    { database, monitor, identity, idempotency, queue, wallets, bus, consumers, jobs, controls },
    name,
    log,
  );
  const letters = new DeadLetters(incidents.watchedLetters(new SqlDeadLetterStore(database)), () => bus.nudge());
  metrics.add(sampleReadings(name, () => monitor.sampler.latest() ?? monitor.sampler.take()));
  metrics.add(schedulerReadings(() => scheduler.state()));
  metrics.add(listenerReadings(() => queue.listeners));
  const threadMilliseconds = database.threadMilliseconds?.bind(database);
  if (threadMilliseconds) metrics.add(databaseThreadReadings(threadMilliseconds));
  const lines = linesOf(database, (queueId) => queue.figures(queueId));
  const operators: Routes[] = [
    monitorOpsRoutes([lineAuditor(lines), databaseAuditor(database)], { ...monitor, broker: events.lag !== null }),
    queueOpsRoutes(queue, difficulties),
    deadLetterRoutes(letters, idempotency),
    incidents.routes,
  ];

  const asker = askers(identity, config.auth === 'open');
  let draining = false;
  const app = await buildApp({
    log,
    trustedHops: config.trustedHops,
    limits: {
      perAddress: config.rateLimitPerSecond,
      perUser: config.userLimitPerSecond,
      userOf: async (request) => userOf(await asker(request)),
      gossip: line.gossip,
    },
    early: composeEarly(reservations, wallets, { metrics, traffic: monitor.sampler.traffic }),
    draining: () => draining,
    observe: (method, route, status, seconds) => metrics.observe(method, route, status, seconds),
    routes: [
      incidents.watch,
      queueRoutes(queue, identity, idempotency, config.streamsPerAddress, gate),
      receiptRoutes(receipts, receiptKeys, identity),
      catalogRoutes(catalog),
      walletRoutes(wallets, identity),
      reservationRoutes(reservations, identity),
      metricsRoutes(metrics, identity),
      healthRoutes(async () => void (await database.query('SELECT 1'))),
      behindOperatorsCheck(identity, operators),
      pagesRoutes({ folder: PAGES, auth: config.auth, demonstration: isDemonstration(config) }),
    ],
  });

  const stop = async () => {
    draining = true;
    await app.close();
    await monitor.stop(() => incidents.stop());
    await scheduler.stop();
    difficulties.stop();
    clock.stop();
    await relay.stop();
    await bus.stop();
    line.stop();
    await Promise.all([background.close(), database.close()]);
  };
  let stopped: Promise<void> | null = null;
  return {
    app,
    opsToken,
    async start() {
      await patiently(async () => {
        await migrate(database);
        await clock.look(background);
        await difficulties.look();
        if (config.demoData) await catalogStore.add(demoConcerts(new Date()));
      });
      await line.opened();
      await queue.configure('main', {}).catch((error) => {
        // Whoever enters it first makes it as well, once the line can be reached.
        if (!(error instanceof StoreUnavailable)) throw error;
        log.warn({ err: error }, 'the line cannot be reached yet; people can enter it when it can');
      });
      clock.start(background);
      difficulties.start();
      bus.start();
      if (config.scheduler) scheduler.start();
      incidents.start();
      monitor.start();
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

function makeConsumers(config: Config, sales: SqlSalesRankingStore): Consumer[] {
  const { webhookUrl: url, webhookSecret } = config;
  const ranking = new SalesRanking(sales);
  return url ? [ranking, new Webhook({ url, secret: webhookSecret as string })] : [ranking];
}

/** Made-up concerts, and nobody has to prove anything: what a newcomer's `npm start` is. */
const isDemonstration = (config: Config) => config.demoData && config.auth === 'open' && !config.production;
