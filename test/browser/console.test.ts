import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { call } from '../support/service.ts';
import { CHROMIUM, useStage } from './support/browser.ts';
import { everybodyGoes, fill } from './support/fan.ts';
import { inspect } from './support/inspect.ts';
import { type Receiver, startReceiver } from './support/receiver.ts';

describe.skipIf(!CHROMIUM)('the console', () => {
  let receiver: Receiver;
  let database: TestDatabase | undefined;
  const stage = useStage(async () => {
    receiver = await startReceiver();
    const webhook = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: 'a secret of the tests' };
    if (POSTGRES.missing) return webhook;
    database = await POSTGRES.open();
    return { ...webhook, DATABASE_URL: database.url as string };
  });
  afterAll(async () => {
    receiver?.stop();
    await database?.dispose();
  });

  const ops = <T>(method: string, path: string, body?: unknown) =>
    call<T>(stage.service.url, method, `/ops/api${path}`, body, { authorization: `Bearer ${stage.service.opsToken}` });
  const open = async (options = {}) => {
    const size = { viewport: { width: 1440, height: 1000 } };
    const visit = await stage.visit(`/ops#token=${stage.service.opsToken}`, { ...size, ...options });
    await visit.page.locator('.tile').first().waitFor();
    return visit;
  };
  const tile = (page: Page, name: string) =>
    page.locator('.tile', { hasText: new RegExp(`^${name}`) }).locator('strong');

  it("opens with the operators' token alone, which leaves the address at once", async () => {
    const { page } = await stage.visit('/ops');
    await page.getByLabel('Operators’ token').fill('not-the-token-at-all');
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByText('This token is not the one.').waitFor();
    await page.getByLabel('Operators’ token').fill(stage.service.opsToken);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.locator('.tile').first().waitFor();
    await page.getByRole('button', { name: 'Close the console' }).click();
    await page.reload();
    await page.getByLabel('Operators’ token').waitFor();

    const link = await open();
    expect(link.page.url()).toBe(`${stage.service.url}/ops`);
    await link.page.reload();
    await link.page.locator('.tile').first().waitFor();
    expect(link.asked.filter((url) => url.includes(stage.service.opsToken))).toEqual([]);
  });

  it('shows the line and the traffic as they are', async () => {
    await fill(stage.service, 60);
    const { page, complaints } = await open();
    await tile(page, 'Inside').getByText('50').waitFor();
    await tile(page, 'Waiting').getByText('10', { exact: true }).waitFor();
    await page.getByRole('img', { name: /^The line\. inside 50, waiting 10/ }).waitFor();
    await call(stage.service.url, 'GET', '/api/v1/wallet/not%20a%20user');
    const row = page.getByRole('row', { name: 'GET /api/v1/wallet/:userId' });
    await row.getByRole('cell').nth(2).getByText('1', { exact: true }).waitFor();
    await everybodyGoes(stage.service, []);
    await tile(page, 'Inside').getByText('0', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('closes the doors and changes the cap, each after a second look', async () => {
    const { page } = await open();
    const doors = async () => (await ops<{ state: string; cap: number }>('GET', '/queues/main')).body;
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Paused' }).click();
    await dialog.getByText('everybody keeps their place').waitFor();
    await dialog.getByRole('button', { name: 'Leave as is' }).click();
    expect((await doors()).state).toBe('OPEN');
    await page.getByRole('button', { name: 'Paused' }).click();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await page.getByText('Done.').waitFor();
    expect((await doors()).state).toBe('PAUSED');
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await page.locator('button[aria-pressed=true]', { hasText: 'Open' }).waitFor();

    await page.getByLabel('Slots (cap)').fill('30');
    await page.getByRole('button', { name: 'Apply' }).click();
    await dialog.getByText('Slots (cap): 50 → 30').waitFor();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await expect.poll(async () => (await doors()).cap, { timeout: 20_000 }).toBe(30);
    expect((await doors()).state).toBe('OPEN');
    await ops('PATCH', '/queues/main', { cap: 50 });
  });

  it('asks who enters for a calculation, after a second look, and stops asking', async () => {
    const { page } = await open();
    const dialog = page.getByRole('dialog');
    const setting = async () => (await ops('GET', '/queues/main/challenge')).body;
    await page.getByRole('button', { name: '18 bits' }).click();
    await dialog.getByText('about 262,144 tries').waitFor();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await page.getByText('Who enters solves a challenge of 18 bits first').waitFor();
    expect(await setting()).toEqual({ queueId: 'main', bits: 18, own: 18 });
    await page.getByRole('button', { name: 'None' }).click();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await expect.poll(setting, { timeout: 20_000 }).toEqual({ queueId: 'main', bits: 0, own: 0 });
  });

  it('begins a pre-queue that is drawn, shows what it is bound to, and draws when the doors open', async () => {
    const { page } = await open();
    const set = async (doors: string) => {
      await page.getByRole('button', { name: doors, exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Do it' }).click();
      await page.locator('button[aria-pressed=true]', { hasText: doors }).waitFor();
    };
    await set('Drawn pre-queue');
    const draws = await call<{ items: { commitment: string }[] }>(stage.service.url, 'GET', '/api/v1/queue/main/draws');
    await page.getByText(draws.body.items[0]?.commitment as string).waitFor();
    await page.getByText('A draw has been pending since').waitFor();
    await fill(stage.service, 3, 'drawn');
    await set('Open');
    await page.getByText('The order of 3 places was drawn').waitFor();
    await everybodyGoes(stage.service, []);
  });

  it('shows the checklist and looks through the invariants', async () => {
    const { page } = await open();
    await page.locator('.area', { hasText: 'Database' }).getByText('fine', { exact: true }).waitFor();
    await page.locator('.area', { hasText: 'Kafka' }).getByText('not in use').waitFor();
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByText('Every invariant holds.').waitFor();
    await page.getByText('one owner a seat').waitFor();
  });

  it.skipIf(POSTGRES.missing)('tells why an event died, what a replay would do, and replays it once', async () => {
    const { url } = stage.service;
    await call(url, 'POST', '/api/v1/wallet/anna/charge', { amount: 5_000 });
    // One attempt is left, so that the test need not wait for half an hour of them.
    const nearlyGivenUp = `UPDATE deliveries SET attempts = 13, next_attempt_at = clock_timestamp() WHERE consumer = 'webhook' RETURNING 1`;
    const given = await expect.poll(() => database?.database.query(nearlyGivenUp), { timeout: 30_000 });
    await given.not.toEqual([]);
    const { page } = await open();
    await page.getByText('the receiver answered 500').first().waitFor({ timeout: 60_000 });
    await page.getByLabel('Choose all that wait').check();
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByText(/would be delivered again/).waitFor();
    expect(receiver.taken).toEqual([]);
    receiver.mend();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Do it' }).click();
    await page.getByText(/are being delivered again, each once/).waitFor();
    await expect.poll(() => receiver.taken.length, { timeout: 30_000 }).toBeGreaterThan(0);
    await page
      .getByText(/· replayed/)
      .first()
      .waitFor();
    expect(new Set(receiver.taken).size).toBe(receiver.taken.length);
  });

  it('sends a made-up crowd through the line, and home again', async () => {
    const { page, complaints } = await open();
    await page.getByLabel('People').selectOption('100');
    await page.getByLabel('They stay (s)').fill('0');
    await page.getByRole('button', { name: 'Send them in' }).click();
    const count = (name: string) => page.locator('.crowd-counts div', { hasText: name }).locator('dd');
    await count('gone').getByText('100', { exact: true }).waitFor({ timeout: 60_000 });
    await count('failed').getByText('0', { exact: true }).waitFor();
    expect(Number(await count('bought').textContent())).toBeGreaterThan(50);

    await page.getByLabel('They stay (s)').fill('100');
    await page.getByRole('button', { name: 'Send them in' }).click();
    await tile(page, 'Waiting').getByText('50', { exact: true }).waitFor({ timeout: 60_000 });
    // A crowd that was left behind can be sent home later.
    await page.reload();
    await page.getByRole('button', { name: 'Send them home' }).click();
    await tile(page, 'Inside').getByText('0', { exact: true }).waitFor({ timeout: 60_000 });
    await tile(page, 'Waiting').getByText('0', { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  }, 240_000);

  it('is accessible and fits any window, in both languages', async () => {
    const found: string[] = [];
    for (const locale of ['en-US', 'ko-KR']) {
      const { page } = await open({ locale });
      await page.locator('.area').first().waitFor();
      found.push(...(await inspect(page, `the console, ${locale}`)));
      await page.getByRole('button', { name: /Paused|멈춤/ }).click();
      found.push(...(await inspect(page, `its dialog, ${locale}`)));
    }
    const { page } = await stage.visit('/ops');
    await page.getByLabel('Operators’ token').waitFor();
    found.push(...(await inspect(page, 'its door')));
    expect(found).toEqual([]);
  }, 180_000);
});
