import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { findProgram, need } from '../../scripts/services/install.ts';

const run = promisify(execFile);
const ADVICE = 'The bench needs pgbench: install it (Debian: apt-get install postgresql).';

/** Tables of the textbook: a row a seat, a row a wallet. */
const TABLES = `
  CREATE TABLE textbook_seats (seat_id bigint PRIMARY KEY, price bigint NOT NULL, user_id bigint);
  CREATE TABLE textbook_wallets (user_id bigint PRIMARY KEY, balance bigint NOT NULL);
  CREATE TABLE textbook_reservations (
    reservation_id uuid PRIMARY KEY, user_id bigint NOT NULL, seat_id bigint NOT NULL, price bigint NOT NULL,
    confirmed_at timestamptz NOT NULL DEFAULT now());
  CREATE TABLE textbook_outbox (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload jsonb NOT NULL, at timestamptz NOT NULL DEFAULT now());
  INSERT INTO textbook_seats SELECT n, 10, NULL FROM generate_series(1, 1000000) n;
  INSERT INTO textbook_wallets SELECT n, 1000000000000 FROM generate_series(0, 49) n;
  ANALYZE textbook_seats; ANALYZE textbook_wallets;`;

/** Adds the tables that the textbook transaction works on to a database. */
export async function addTextbook(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(TABLES);
  await client.end();
}

/** Transactions a second of the textbook: locks a seat and a wallet, updates both, inserts two rows. */
export async function textbook(databaseUrl: string, clients: number, seconds: number): Promise<number> {
  const program = await need(
    () => findProgram('pgbench'),
    ['postgresql'],
    ADVICE,
    (line) => console.error(line),
  );
  const script = join(import.meta.dirname, '../pgbench/textbook.sql');
  const flags = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '1', '-T', String(seconds), '-f', script];
  const { stdout } = await run(program, [...flags, databaseUrl]);
  const perSecond = /tps = ([\d.]+)/.exec(stdout)?.[1];
  if (!perSecond) throw new Error(`pgbench did not finish:\n${stdout}`);
  return Number(perSecond);
}
