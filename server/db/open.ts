import { join } from 'node:path';
import type { Database } from './database.ts';
import { openPostgres, PG_DEFAULTS } from './pg/driver.ts';
import { openPglite } from './pglite/driver.ts';

/** Opens the database that the settings name: PostgreSQL at `databaseUrl`, else PGlite in `dataDir`. */
export async function openDatabase(where: { dataDir: string; databaseUrl?: string | undefined }): Promise<Database> {
  if (where.databaseUrl) return openPostgres(where.databaseUrl);
  return openPglite(join(where.dataDir, 'database'));
}

/** Work that nobody waits for: few connections of its own, so that neither it nor requests can use up the other's. */
const BACKGROUND = { ...PG_DEFAULTS, poolSize: 5, connectTimeoutMilliseconds: 3_000 };

/** The same database for work in the background. The embedded one has one connection for everybody. */
export const openBackground = (where: { databaseUrl?: string | undefined }, requests: Database): Database =>
  where.databaseUrl ? openPostgres(where.databaseUrl, BACKGROUND) : requests;
