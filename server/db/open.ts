import { join } from 'node:path';
import type { Database } from './database.ts';
import { openPostgres } from './pg/driver.ts';
import { openPglite } from './pglite/driver.ts';

/** Opens the database that the settings name: PostgreSQL at `databaseUrl`, else PGlite in `dataDir`. */
export async function openDatabase(where: { dataDir: string; databaseUrl?: string | undefined }): Promise<Database> {
  if (where.databaseUrl) return openPostgres(where.databaseUrl);
  return openPglite(join(where.dataDir, 'database'));
}
