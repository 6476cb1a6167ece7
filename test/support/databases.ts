import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import type { Database } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { openPglite } from '../../server/db/pglite/driver.ts';
import { migratedTemplate } from './migrated-template.ts';
import { copyPreparedDatabase } from './prepared-database.ts';

/** A fresh, migrated database and how to be rid of it. */
export interface TestDatabase {
  database: Database;
  /** Where other processes reach it; undefined for PGlite, which is this process's alone. */
  url: string | undefined;
  dispose(): Promise<void>;
}

export interface DatabaseTarget {
  name: 'PGlite' | 'PostgreSQL';
  /** Why its suites are skipped, when they are. */
  missing: string | undefined;
  open(): Promise<TestDatabase>;
}

const server = process.env.JARI_TEST_DATABASE_URL;

export const POSTGRES: DatabaseTarget = {
  name: 'PostgreSQL',
  missing: server ? undefined : 'no PostgreSQL on this machine',
  async open() {
    const template = await migratedTemplate(server as string);
    const url = await createDatabase(server as string, template);
    // Twenty that connect at once on a busy machine are not what a test is about.
    const database = openPostgres(url, { ...PG_DEFAULTS, poolSize: 20, connectTimeoutMilliseconds: 10_000 });
    if (template === undefined) await migrate(database);
    return {
      database,
      url,
      async dispose() {
        await database.close();
        await dropDatabase(url);
      },
    };
  },
};

export const PGLITE: DatabaseTarget = {
  name: 'PGlite',
  missing: undefined,
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'jari-pglite-'));
    await copyPreparedDatabase(folder, 'empty');
    const database = await openPglite(join(folder, 'database'));
    return {
      database,
      url: undefined,
      async dispose() {
        await database.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
};

/** Every database that jari runs on: `describe.each(DATABASES)`, skipping those that are `missing`. */
export const DATABASES: readonly DatabaseTarget[] = [PGLITE, POSTGRES];
