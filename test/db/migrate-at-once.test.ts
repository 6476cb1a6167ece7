import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import type { Database } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { sharedServer } from '../support/servers.ts';

const server = await sharedServer('postgres');

describe.skipIf(server.missing)('a database that several processes migrate at once', () => {
  let url: string;
  let processes: Database[];
  beforeEach(async () => {
    url = await createDatabase(server.url);
    processes = Array.from({ length: 6 }, () => openPostgres(url));
  });
  afterEach(async () => {
    await Promise.all(processes.map((each) => each.close()));
    await dropDatabase(url);
  });

  it('is migrated once, and everybody finds it done', async () => {
    await Promise.all(processes.map(migrate));
    const [first, ...others] = await Promise.all(
      processes.map((each) => each.query('SELECT name, at FROM schema_migrations ORDER BY name')),
    );
    expect(first?.length).toBeGreaterThan(0);
    for (const other of others) expect(other).toEqual(first);
  });

  it('may take the first of them longer than a request would wait', async () => {
    const seconds = (PG_DEFAULTS.lockTimeoutMilliseconds * 1.5) / 1_000;
    await processes[0]?.execute(SLOW_DISK.replace('SECONDS', String(seconds)));
    await Promise.all(processes.slice(0, 3).map(migrate));
    expect((await processes[3]?.query('SELECT name FROM schema_migrations'))?.length).toBeGreaterThan(0);
  });
});

/** Makes the first table of all take its time, as on a machine that is busy. */
const SLOW_DISK = `
  CREATE FUNCTION slowly() RETURNS event_trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_sleep(SECONDS) FROM pg_event_trigger_ddl_commands() WHERE object_identity = 'public.schema_migrations';
  END $$;
  CREATE EVENT TRIGGER slowly ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION slowly();
`;
