// Fresh databases within one PostgreSQL instance, so that every test file has its own.
import { randomBytes } from 'node:crypto';
import pg from 'pg';

const QUERY_TIMEOUT_MS = 60_000; // creating a database waits for the disk, and the disk may be busy

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: QUERY_TIMEOUT_MS });
  client.on('error', () => {}); // the pending query is rejected as well
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export const freshName = () => `jari_${randomBytes(8).toString('hex')}`;

/**
 * Makes a database in the instance that `url` names, and returns the URL of the new one. It is empty unless another
 * template is named, which must take no connections: no stray session can make this fail then, and many can be made at once.
 */
export async function createDatabase(url: string, template = 'template0'): Promise<string> {
  const name = freshName();
  await query(url, `create database ${name} template ${template}`);
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  return fresh.href;
}

/** Drops a database that createDatabase made, and ends the sessions that still use it. */
export async function dropDatabase(url: string): Promise<void> {
  const instance = new URL(url);
  const name = instance.pathname.slice(1);
  if (!/^jari_[0-9a-f]{16}$/.test(name)) throw new Error(`${name} was not made by createDatabase, so it stays`);
  instance.pathname = '/postgres';
  await query(instance.href, `drop database if exists ${name} with (force)`);
}
