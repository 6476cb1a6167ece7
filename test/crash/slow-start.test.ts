import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { POSTGRES } from '../support/databases.ts';
import { ownServers } from '../support/servers.ts';
import { call, startService } from '../support/service.ts';

/** Longer than a request may wait for a connection, and than a process needs to ask for its first one. */
const SILENT_MILLISECONDS = 4_000;

it.skipIf(POSTGRES.missing)('a process that starts waits for a database that is silent for a while', async () => {
  await using servers = await ownServers(['postgres']);
  await servers.freeze('postgres');
  const starting = startService({ DATABASE_URL: servers.urls.DATABASE_URL as string });
  starting.catch(() => {}); // looked at below
  await sleep(SILENT_MILLISECONDS);
  await servers.thaw('postgres');
  const service = await starting;
  expect((await call(service.url, 'GET', '/readyz')).status).toBe(200);
  await service.stop();
});
