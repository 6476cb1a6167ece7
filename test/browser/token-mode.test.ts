import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { CHROMIUM, useStage } from './support/browser.ts';
import { choose, holdButton, joinLine, openList } from './support/fan.ts';

const SECRET = 'the secret of the seller';

describe.skipIf(!CHROMIUM)('where logins are proved', () => {
  const stage = useStage(() => ({ AUTH: 'token', IDENTITY_SECRET: SECRET }));
  const login = (userId: string) =>
    new SignJWT({ sub: userId })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('1h')
      .sign(new TextEncoder().encode(SECRET));

  it("the seller's login carries a fan from the line to the ticket, and leaves the address at once", async () => {
    const { page, complaints } = await stage.visit(`/concerts/125#login=${await login('anna')}`);
    expect(page.url()).toBe(`${stage.service.url}/concerts/125`);
    await joinLine(page);
    await openList(page);
    await choose(page, 'R', 2, 2);
    await holdButton(page).click();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('link', { name: 'Show ticket' }).click();
    await page.locator('.ticket').getByText('anna').waitFor();
    await page.getByRole('link', { name: 'Me', exact: true }).click();
    await page.getByText('Your seller’s login says who you are.').waitFor();
    expect(await page.getByLabel('Name (userId)').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says how to come in without one, and that a login that is not believed has ended', async () => {
    const { page } = await stage.visit('/tickets');
    await page.getByRole('heading', { name: 'Please come in through your seller' }).waitFor();
    const forged = await stage.visit(`/concerts/125#login=${(await login('anna')).slice(0, -4)}AAAA`);
    await joinLine(forged.page);
    await forged.page.getByText('Your login has ended.').waitFor();
  });

  it('the console has no crowd to send in', async () => {
    const { page } = await stage.visit(`/ops#token=${stage.service.opsToken}`);
    await page.locator('.tile').first().waitFor();
    await page.getByRole('heading', { name: 'Checklist' }).waitFor();
    expect(await page.getByText('Crowd simulator').count()).toBe(0);
  });
});
