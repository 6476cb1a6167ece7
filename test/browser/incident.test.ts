import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { call } from '../support/service.ts';
import { CHROMIUM, useStage } from './support/browser.ts';
import { inspect } from './support/inspect.ts';

// A service of its own: an incident takes in whatever else goes wrong while it is open.
describe.skipIf(!CHROMIUM || POSTGRES.missing)('an incident in the console', () => {
  let database: TestDatabase | undefined;
  const stage = useStage(async () => {
    database = await POSTGRES.open();
    return { DATABASE_URL: database.url as string };
  });
  afterAll(() => database?.dispose());

  const open = async (locale = 'en-US') => {
    const visit = await stage.visit(`/ops#token=${stage.service.opsToken}`, {
      viewport: { width: 1440, height: 1000 },
      locale,
    });
    await visit.page.locator('.tile').first().waitFor();
    return visit;
  };

  it('shows it: whom it hurt, its report, and makes good for it once', async () => {
    const { url } = stage.service;
    const hurt = ['hurt-1', 'hurt-2', 'hurt-3', 'hurt-4'];
    for (const userId of hurt) {
      await call(url, 'POST', '/api/v1/token/create', { userId });
      await call(url, 'POST', `/api/v1/wallet/${userId}/charge`, { amount: 1_000 });
    }
    const ops = { authorization: `Bearer ${stage.service.opsToken}` };
    const noticed = async () =>
      (await call<{ items: unknown[] }>(url, 'GET', '/ops/api/incidents', undefined, ops)).body.items.length > 0;
    const reserve = (userId: string, i: number) =>
      call(url, 'POST', '/api/v1/reservation', { userId, concertId: 125, concertScheduleId: 471, seatId: i + 1 });
    // Somebody holds the rows of their wallets, as a forgotten session of an operator would, until it is noticed.
    await database?.database.transaction(async (sql) => {
      while (!(await noticed())) {
        // Again and again, as the database ends a session that does nothing in its transaction.
        await sql.query("SELECT 1 FROM wallets WHERE user_id LIKE 'hurt-%' FOR UPDATE");
        const answers = await Promise.all(hurt.map(reserve));
        expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
      }
    });
    const { page, complaints } = await open();
    const incident = page.locator('.incident', { hasText: 'Reservation bottleneck' });
    await incident.getByText('4 users affected').waitFor();
    await incident.getByRole('button', { name: 'Details' }).click();
    await incident.locator('.timeline li').first().waitFor();
    const download = page.waitForEvent('download');
    await incident.getByRole('button', { name: 'Affected users (CSV)' }).click();
    const csv = readFileSync(await (await download).path(), 'utf8');
    for (const userId of hurt) expect(csv).toContain(`\n${userId},`);

    await incident.getByLabel('What to improve').fill('Sessions of operators end after a minute.');
    await incident.getByRole('button', { name: 'Keep my words' }).click();
    await incident.getByText(/goes into the report instead of the draft/).waitFor();
    const report = page.waitForEvent('download');
    await incident.getByRole('button', { name: 'Report (Markdown)' }).click();
    expect(readFileSync(await (await report).path(), 'utf8')).toContain('Sessions of operators end after a minute.');

    await incident.getByRole('button', { name: 'Dry run' }).click();
    await incident.getByText('4 would get it; 0 have it already.').waitFor();
    await incident.getByRole('button', { name: 'Give' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Do it' }).click();
    await incident.getByText('4 have it now.').waitFor();
    const wallet = await call<{ balance: number }>(url, 'GET', '/api/v1/wallet/hurt-1');
    expect(wallet.body.balance).toBe(1_000_000_000 + 1_000 + 5_000);
    const found = await inspect(page, 'an incident');
    const korean = (await open('ko-KR')).page;
    await korean.getByRole('button', { name: '자세히' }).click();
    await korean.locator('.incident .timeline li').first().waitFor();
    found.push(...(await inspect(korean, 'an incident in Korean')));
    expect([...found, ...complaints]).toEqual([]);
    for (const userId of hurt) await call(url, 'DELETE', `/api/v1/token?userId=${userId}`);
  }, 120_000);
});
