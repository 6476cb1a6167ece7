// A migrated database in the PostgreSQL of a test run, to copy instead of migrating again.
import pg from 'pg';
import { migrate } from '../../server/db/migrate.ts';
import { openPostgres } from '../../server/db/pg/driver.ts';

/** Of this run; unset where the server is not ours, so that nothing stays behind in it. */
const NAME = process.env.JARI_TEST_TEMPLATE;
let made: Promise<void> | null = null;

/** The name of the one to copy: made by whoever comes first. Undefined where there is none. */
export async function migratedTemplate(server: string): Promise<string | undefined> {
  if (NAME === undefined) return undefined;
  made ??= make(server, NAME);
  await made;
  return NAME;
}

async function make(server: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(hashtext('${name}'))`);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1 AND NOT datallowconn', [name]);
    if (rowCount) return;
    // One that could not be migrated may be left.
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    const url = new URL(server);
    url.pathname = `/${name}`;
    const database = openPostgres(url.href);
    await migrate(database).finally(() => database.close());
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  } finally {
    await client.end();
  }
}
