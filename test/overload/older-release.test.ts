// Two releases during a rolling restart: a process of the older one that starts again leaves the newer one's SQL alone.
import { expect, it } from 'vitest';
import { migrate } from '../../server/db/migrate.ts';
import { POSTGRES } from '../support/databases.ts';

const NEWER =
  "CREATE OR REPLACE FUNCTION jari_expire_holds(most integer) RETURNS bigint LANGUAGE sql AS 'SELECT 42::bigint'";
const CALL = 'SELECT jari_expire_holds(1) AS told';

it.skipIf(POSTGRES.missing)('an older release takes no function back, and its own release does', async () => {
  const { database, dispose } = await POSTGRES.open();
  try {
    await database.query(NEWER);
    await database.query("INSERT INTO schema_migrations (name) VALUES ('9999_of_a_newer_release.sql')");
    await migrate(database);
    expect(await database.query(CALL)).toEqual([{ told: 42 }]);
    await database.query("DELETE FROM schema_migrations WHERE name = '9999_of_a_newer_release.sql'");
    await migrate(database);
    expect(await database.query(CALL)).toEqual([{ told: 0 }]);
  } finally {
    await dispose();
  }
});
