import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../../server/db/database.ts';

const SQL = join(import.meta.dirname, '../../../server/events/sql');

/** Loads one of the SQL functions with a guard taken out, to see that the race it prevents does happen without it. */
export async function withoutGuard(
  database: Database,
  file: string,
  guard: string | RegExp,
  instead = '',
): Promise<void> {
  const text = readFileSync(join(SQL, file), 'utf8');
  const weakened = text.replace(guard, instead);
  if (weakened === text) throw new Error(`${file} does not have the guard ${guard}`);
  await database.query(weakened);
}
