// The process that the services are children of. It stands between them and their owner so that nothing outlives the
// owner: when the channel to the owner closes, by SIGKILL too, it ends them, deletes their data, and exits.
import { startKafka } from './kafka.ts';
import type { FromKeeper, FromOwner, Outcomes, Request } from './messages.ts';
import { startPostgres } from './postgres.ts';
import { markOf } from './process-table.ts';
import { startRedis } from './redis.ts';
import { startRedisCluster } from './redis-cluster.ts';
import { claimFolder, type RunState, releaseFolder, writeState } from './run-folder.ts';
import { type Outcome, type RunningService, type ServiceName, type StartService, Unavailable } from './service.ts';

const START: Record<ServiceName, StartService> = {
  postgres: startPostgres,
  redis: startRedis,
  'redis-cluster': startRedisCluster,
  kafka: startKafka,
};

const running = new Map<ServiceName, RunningService>();
let folder: string | undefined;
let state: RunState | undefined;
let detached = false;
let stopping: Promise<void> | undefined;

function tell(message: FromKeeper): void {
  if (process.connected) process.send?.(message, () => {}); // an owner that just died is no error of ours
}

/** Keeps state.json up to date with what runs, for whoever must sweep up should this process be killed. */
function note(changes: Partial<RunState> = {}): void {
  if (!state || !folder) return;
  const services = [...running.values()];
  const processes = services.flatMap((service) => service.pids()).map(markOf);
  state = {
    ...state,
    ...changes,
    processes: processes.filter((mark) => mark !== undefined),
    folders: services.flatMap((service) => service.folders),
  };
  writeState(folder, state);
}

async function startOne(name: ServiceName, request: Request & { do: 'start' }): Promise<Outcome> {
  const began = performance.now();
  try {
    const service = await START[name]({
      folder: request.folder,
      options: request.options,
      say: (line) => tell({ say: `${name}: ${line}` }),
    });
    running.set(name, service);
    note();
    return { state: 'up', url: service.url, given: false, startMs: Math.round(performance.now() - began) };
  } catch (error) {
    if (error instanceof Unavailable) return { state: 'unavailable', reason: error.message };
    throw error;
  }
}

async function start(request: Request & { do: 'start' }): Promise<Outcomes> {
  state = await claimFolder(request.folder, request.options.keepData);
  folder = request.folder;
  const started = await Promise.allSettled(request.names.map((name) => startOne(name, request)));
  const failed = started.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  const outcomes: Outcomes = {};
  for (const [i, name] of request.names.entries()) {
    const result = started[i];
    if (result?.status === 'fulfilled') outcomes[name] = result.value;
  }
  note({ outcomes });
  return outcomes;
}

function stop(): Promise<void> {
  stopping ??= (async () => {
    await Promise.all([...running.values()].map((service) => service.stop()));
    if (folder && state) releaseFolder(folder, state);
  })();
  return stopping;
}

const service = (name: ServiceName): RunningService => {
  const found = running.get(name);
  if (!found) throw new Error(`${name} was not started here`);
  return found;
};

async function answer(request: Request): Promise<Outcomes | undefined> {
  if (stopping && request.do !== 'stop') throw new Error('the services have been stopped');
  switch (request.do) {
    case 'start':
      return start(request);
    case 'kill':
      await service(request.name).kill(request.node);
      note();
      return undefined;
    case 'restart':
      await service(request.name).restart();
      note();
      return undefined;
    case 'freeze':
      service(request.name).freeze();
      return undefined;
    case 'thaw':
      service(request.name).thaw();
      return undefined;
    case 'detach':
      detached = true;
      return undefined;
    case 'stop':
      if (state) state = { ...state, keepData: request.keepData };
      await stop();
      return undefined;
  }
}

async function stopAndExit(): Promise<never> {
  await stop();
  process.exit(0);
}

process.on('message', async ({ id, request }: FromOwner) => {
  try {
    const outcomes = await answer(request);
    tell(outcomes ? { id, outcomes } : { id });
  } catch (error) {
    tell({ id, error: (error as Error).message });
  }
});
process.on('disconnect', () => {
  if (!detached) void stopAndExit();
});
process.on('SIGTERM', () => void stopAndExit());
// A terminal's Ctrl-C goes to the owner, who decides.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
