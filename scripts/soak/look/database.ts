// Rows, dead rows and size of every table.
import pg from 'pg';
import type { Rule } from '../judge.ts';
import { flat, type Look, type Reading } from './look.ts';

const TABLES = `
  SELECT relname AS name, n_live_tup::float AS live, n_dead_tup::float AS dead,
    pg_table_size(relid)::float / 1048576 AS table_size, pg_indexes_size(relid)::float / 1048576 AS index_size
  FROM pg_stat_user_tables ORDER BY relname`;

interface Table {
  name: string;
  live: number;
  dead: number;
  table_size: number;
  index_size: number;
}

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Tables whose rows stay because people bought something, and those that are kept for a while and then swept. */
const GROWING: Readonly<Record<string, { kind: 'PER_WORK' } | { kind: 'KEPT'; seconds: number }>> = {
  reservations: { kind: 'PER_WORK' },
  wallet_entries: { kind: 'PER_WORK' },
  idempotency_keys: { kind: 'KEPT', seconds: DAY_SECONDS },
  outbox: { kind: 'KEPT', seconds: 2 * DAY_SECONDS },
  admission_record: { kind: 'KEPT', seconds: 30 * DAY_SECONDS },
  inbox: { kind: 'KEPT', seconds: 2 * DAY_SECONDS },
};
/** What may have been noticed on a slow machine is not of the sale. */
const OF_INCIDENTS = /^(incident|compensations)/;
const FLOOR_ROWS = 200;
/** Autovacuum comes when so much of a table is dead, and looks once a minute. */
const LEFT_BY_AUTOVACUUM = 0.2;
const FLOOR_DEAD_ROWS = 3_000;
const FLOOR_MEGABYTES = 1;

export async function lookAtDatabase(url: string): Promise<Look> {
  const client = new pg.Client({ connectionString: url, application_name: 'soak' });
  client.on('error', () => {});
  await client.connect();
  return {
    async read() {
      const { rows } = await client.query<Table>(TABLES);
      return rows.filter(({ name }) => !OF_INCIDENTS.test(name)).flatMap(readingsOf);
    },
    close: () => client.end(),
  };
}

function readingsOf({ name, live, dead, table_size, index_size }: Table): Reading[] {
  const growing = GROWING[name];
  const rule = (floor: number): Rule => (growing ? { ...growing, floor } : { kind: 'FLAT', percent: 10, floor });
  return [
    { name: `${name}: rows`, unit: '', value: live, rule: rule(FLOOR_ROWS) },
    flat(`${name}: dead rows too many`, '', Math.max(0, dead - LEFT_BY_AUTOVACUUM * live), FLOOR_DEAD_ROWS),
    { name: `${name}: size`, unit: 'MB', value: table_size, rule: rule(FLOOR_MEGABYTES) },
    { name: `${name}: indexes`, unit: 'MB', value: index_size, rule: rule(FLOOR_MEGABYTES) },
  ];
}
