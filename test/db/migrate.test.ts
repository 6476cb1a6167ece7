import { describe, expect, it } from 'vitest';
import { migrate } from '../../server/db/migrate.ts';
import { DATABASES } from '../support/databases.ts';

describe.each(DATABASES)('migrations on $name', (target) => {
  it.skipIf(target.missing)('apply, and apply again without a change', async () => {
    const { database, dispose } = await target.open();
    const before = await database.query('SELECT name, at FROM schema_migrations ORDER BY name');
    await migrate(database);
    expect(await database.query('SELECT name, at FROM schema_migrations ORDER BY name')).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
    await dispose();
  });
});
