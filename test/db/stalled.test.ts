import { expect, it } from 'vitest';
import { openPostgres } from '../../server/db/pg/driver.ts';

const server = process.env.JARI_TEST_DATABASE_URL as string;

it.skipIf(!server)('a process that stood still does not take the database for gone', async () => {
  const database = openPostgres(server);
  const answer = database.query('SELECT 1 AS one');
  // Longer than a connection may take: its timer comes before what the server has long sent.
  for (const until = performance.now() + 900; performance.now() < until; );
  expect(await answer).toEqual([{ one: 1 }]);
  await database.close();
});
