import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createDatabase, dropDatabase } from '../../scripts/services/database.ts';
import type { Database } from '../../server/db/database.ts';
import { migrate } from '../../server/db/migrate.ts';
import { openPostgres } from '../../server/db/pg/driver.ts';
import { openPglite } from '../../server/db/pglite/driver.ts';
import { POSTGRES } from '../support/databases.ts';

async function applyTwice(database: Database): Promise<void> {
  const done = () => database.query('SELECT name, at FROM schema_migrations ORDER BY name');
  await migrate(database);
  const before = await done();
  await migrate(database);
  expect(await done()).toEqual(before);
  expect(before.length).toBeGreaterThan(0);
  await database.close();
}

it('migrations apply to a new PGlite, and apply again without a change', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'jari-migrate-'));
  await applyTwice(await openPglite(join(folder, 'database')));
  rmSync(folder, { recursive: true });
});

it.skipIf(POSTGRES.missing)('migrations apply to a new PostgreSQL, and apply again without a change', async () => {
  const url = await createDatabase(process.env.JARI_TEST_DATABASE_URL as string);
  await applyTwice(openPostgres(url));
  await dropDatabase(url);
});
