// environment → config → compose → start; signals → stop.
import { flushCompileCache } from 'node:module';
import type { Logger } from 'pino';
import { compose, type Service } from './compose.ts';
import { type Config, ConfigError, readConfig } from './config.ts';
import { StoreUnavailable } from './db/database.ts';
import { FolderInUse } from './db/pglite/folder-lock.ts';
import { giveBackWhatStartingTook } from './lib/after-start.ts';
import { makeLog } from './lib/log.ts';

const LOOPBACK = /^(127\.|localhost$|::1$)/;
/** A crowd connects at once: whom the kernel turns away tries again only after a second. It caps this at `somaxconn`. */
const CONNECTIONS_AT_THE_DOOR = 4_096;
/** What is still under way then has had its chance. */
const STOP_WITHIN_MILLISECONDS = 20_000;

try {
  await run(readConfig(process.env));
} catch (error) {
  console.error(`jari: ${explained(error)}`);
  process.exit(1);
}

async function run(config: Config): Promise<void> {
  const log = makeLog(config.logLevel);
  const service = await compose(config, log);
  stopOnSignals(service, log);
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'a defect that nobody caught: stopping');
    process.exit(1);
  });
  const address = await started(service, config);
  if (config.auth === 'open' && !LOOPBACK.test(config.host)) {
    log.warn('AUTH=open on an address that is not loopback: anybody can act for anybody. Set AUTH=token.');
  }
  greet(config, address, service.opsToken);
}

/** Resolves with the address. A signal that comes meanwhile stops the service, and so decides how the process ends. */
async function started(service: Service, { port, host, databaseUrl }: Config): Promise<string> {
  try {
    await service.start();
    if (databaseUrl) giveBackWhatStartingTook();
    // So that the next start finds the modules compiled, even after a crash.
    flushCompileCache();
    return await service.app.listen({ port, host, backlog: CONNECTIONS_AT_THE_DOOR });
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function stopOnSignals(service: Service, log: Logger): void {
  const failed = (error: unknown) => {
    log.fatal({ err: error }, 'stopping failed');
    process.exit(1);
  };
  const stop = () => {
    setTimeout(failed, STOP_WITHIN_MILLISECONDS, new Error('not everything ended in time')).unref();
    service.stop().then(() => process.exit(0), failed);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

/** For people, on stderr; stdout has the logs. */
function greet(config: Config, address: string, opsToken: string | undefined): void {
  const store = config.databaseUrl ? 'PostgreSQL' : `the embedded database in ${config.dataDir}`;
  const lines = [
    '',
    `jari is ready, on ${store}`,
    `  concerts   ${address}/`,
    `  API        ${address}/docs`,
    ...(opsToken ? [`  operators  ${address}/ops#token=${opsToken}`] : []),
    '  a storm of 300 users, from another terminal:  npm run load -- load/spike.js',
    '',
  ];
  console.error(lines.join('\n'));
}

/** What somebody who starts the service can do about it; a stack only for what we did not foresee. */
function explained(error: unknown): string {
  if (error instanceof ConfigError || error instanceof FolderInUse) return error.message;
  if (error instanceof StoreUnavailable) {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    return `the database can't be used: ${cause || error.message}. Is it up, and is DATABASE_URL right?`;
  }
  const { code, port, syscall, message, stack } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is in use. Stop what uses it, or set PORT to another one.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `${message}. Set HOST to an address of this machine.`;
  if (code === 'EACCES' && syscall === 'listen') return `${message}. Set PORT to one above 1023.`;
  if (code === 'EACCES' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST')
    return `${message}. Set DATA_DIR to a folder that can be written.`;
  return stack ?? String(error);
}
