import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { demoConcerts } from '../../server/catalog/demo/concerts.ts';
import { sqlCatalogStore } from '../../server/catalog/sql/store.ts';
import { openPostgres, PG_DEFAULTS } from '../../server/db/pg/driver.ts';
import { POSTGRES } from '../support/databases.ts';

describe.skipIf(POSTGRES.missing)('concerts that several processes add at once', () => {
  it('are there once, and nobody is refused for having waited', async () => {
    const { database, url, dispose } = await POSTGRES.open();
    const other = openPostgres(url as string);
    const concerts = demoConcerts(new Date());
    const [first] = concerts;
    let added: Promise<void> | undefined;
    await database.transaction(async (sql) => {
      // The one who was quicker, on a slow disk: still at it when a request would have given up.
      await sql.query(
        `INSERT INTO concerts (concert_id, title, title_en, artist, venue, poster) VALUES ($1, '', '', '', '', '{}')`,
        [first?.concertId],
      );
      added = sqlCatalogStore(other).add(concerts);
      added.catch(() => {});
      await sleep(PG_DEFAULTS.lockTimeoutMilliseconds * 1.5);
    });
    await added;
    const found = await sqlCatalogStore(database).concerts();
    expect(found.map(({ concertId }) => concertId).sort()).toEqual(concerts.map(({ concertId }) => concertId).sort());
    await other.close();
    await dispose();
  });
});
