import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database, Sql } from './database.ts';

const MIGRATIONS = join(import.meta.dirname, 'migrations');
const SERVER = join(import.meta.dirname, '..');
/** Any number that nobody else in this database uses for an advisory lock. */
const LOCK_KEY = 0x6a617269;

/**
 * Brings a database to the present schema, then (re)creates the SQL functions beside the adapters.
 * Many processes may call it at once: an advisory lock lets one work and the others find it done. A database that a
 * newer release has migrated is left as it is.
 */
export async function migrate(database: Database): Promise<void> {
  const work = async (sql: Sql) => {
    await sql.query('SELECT pg_advisory_xact_lock($1)', [LOCK_KEY]);
    await sql.query(
      'CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp())',
    );
    const done = new Set((await sql.query<{ name: string }>('SELECT name FROM schema_migrations')).map((r) => r.name));
    const ours = globSync('*.sql', { cwd: MIGRATIONS }).sort();
    // A newer release has been here: its functions must not be taken from under it by one that restarts meanwhile.
    if ([...done].some((name) => name > (ours.at(-1) as string))) return;
    for (const file of ours) {
      if (done.has(file)) continue;
      await runScript(sql, readFileSync(join(MIGRATIONS, file), 'utf8'));
      await sql.query('INSERT INTO schema_migrations (name) VALUES ($1)', [file]);
    }
    for (const file of functionFiles()) await sql.query(readFileSync(file, 'utf8'));
  };
  // Others may migrate for a while, and so may we.
  await database.transaction(work, { unhurried: true });
}

/** One `CREATE OR REPLACE FUNCTION` a file, shared helpers (leading underscore) first. */
function functionFiles(): string[] {
  const files = globSync('*/sql/*.sql', { cwd: SERVER }).map((f) => join(SERVER, f));
  const rank = (file: string) => (basename(file).startsWith('_') ? 0 : 1);
  return files
    .filter((file) => /CREATE OR REPLACE FUNCTION/.test(readFileSync(file, 'utf8')))
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Parameterless statements go through the extended protocol one at a time; a migration holds several. */
async function runScript(sql: Sql, script: string): Promise<void> {
  const statements = script.replace(/--.*$/gm, '').split(/;\s*$/m);
  for (const statement of statements) if (statement.trim()) await sql.query(statement);
}
