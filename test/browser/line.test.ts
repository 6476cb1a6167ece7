import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { call } from '../support/service.ts';
import { CHROMIUM, useStage } from './support/browser.ts';
import { before, everybodyGoes, fill, goes, joinLine } from './support/fan.ts';

describe.skipIf(!CHROMIUM)('the place in the line', () => {
  const stage = useStage(() => ({ QUEUE_CAP: '1', NO_SHOW_SECONDS: '300' }));

  afterEach(() => everybodyGoes(stage.service, ['anna', 'bora', 'chan', 'dan', 'eun', 'fay', 'gail', 'gil']));

  const placeOf = async (userId: string) =>
    (
      await call<{ status: string; ticket: number; position: number }>(
        stage.service.url,
        'GET',
        `/api/v1/token?userId=${userId}`,
      )
    ).body;

  it('is large, live, and survives a reload, a second tab and a lost network', async () => {
    const crowd = await fill(stage.service, 5);
    const { page, context, complaints } = await stage.visit('/concerts/125', { userId: 'anna' });
    await joinLine(page);
    await before(page).getByText('4', { exact: true }).waitFor();
    const { ticket } = await placeOf('anna');
    await page.getByText('Live', { exact: true }).waitFor();

    await goes(stage.service, crowd[1] as string);
    await before(page).getByText('3', { exact: true }).waitFor();

    await page.reload();
    await before(page).getByText('3', { exact: true }).waitFor();

    const second = await context.newPage();
    await second.goto(`${stage.service.url}/concerts/125/471`);
    await before(second).getByText('3', { exact: true }).waitFor();
    await second.getByText('Live', { exact: true }).waitFor();
    await goes(stage.service, crowd[2] as string);
    await Promise.all([page, second].map((tab) => before(tab).getByText('2', { exact: true }).waitFor()));
    // The tab that listened for both is closed: the other goes on by itself.
    await page.close();
    await goes(stage.service, crowd[3] as string);
    await before(second).getByText('1', { exact: true }).waitFor();

    await context.setOffline(true);
    await second.getByText('No connection. Your place is kept.').waitFor();
    await goes(stage.service, crowd[4] as string);
    expect(await before(second).textContent()).toBe('1');
    await context.setOffline(false);
    await second.getByText('You are next').waitFor();
    await second.getByText('Live', { exact: true }).waitFor();
    expect((await placeOf('anna')).ticket).toBe(ticket);

    await goes(stage.service, crowd[0] as string);
    await second.getByRole('timer').waitFor();
    expect(complaints).toEqual([]);
    await goes(stage.service, 'anna');
    await second.getByText('Your time inside is over').waitFor();
    await second.getByRole('button', { name: 'Join the line again' }).click();
    await second.getByRole('timer').waitFor();
  });

  it('is polled for while streams do not get through', async () => {
    await fill(stage.service, 3, 'slow');
    const { page, context } = await stage.visit('/', { userId: 'bora' });
    // A proxy that holds streams back: the connection opens and nothing ever comes.
    await context.route('**/api/v1/token/events', (route) =>
      route.fulfill({ status: 200, contentType: 'text/event-stream', body: '' }),
    );
    await page.goto(`${stage.service.url}/concerts/125`);
    await joinLine(page);
    await before(page).getByText('2', { exact: true }).waitFor();
    await goes(stage.service, 'slow-2');
    await before(page).getByText('1', { exact: true }).waitFor();
    await page.getByText('Checking regularly').waitFor();
    await page.getByRole('button', { name: 'Leave the line' }).click();
    await page.getByRole('button', { name: 'Give it up' }).click();
    await page.getByText('You have no place in the line').waitFor();
    expect((await call(stage.service.url, 'GET', '/api/v1/token?userId=bora')).status).toBe(404);
  });

  it('is asked for again, by itself, when the door is crowded', async () => {
    const { page, context } = await stage.visit('/concerts/125', { userId: 'chan' });
    let refused = 0;
    await context.route('**/api/v1/token/create', async (route) => {
      if (++refused > 2) return route.continue();
      const body = JSON.stringify({ code: 'OVERLOADED', status: 503, title: '', detail: '', type: '', requestId: '' });
      return route.fulfill({
        status: 503,
        headers: { 'retry-after': '1' },
        contentType: 'application/problem+json',
        body,
      });
    });
    await joinLine(page);
    await page.getByText('The door is crowded.').waitFor();
    await page.getByRole('timer').waitFor();
    expect(refused).toBe(3);
  });

  it('is taken after a small calculation, where the door asks for one', async () => {
    const operator = { authorization: `Bearer ${stage.service.opsToken}` };
    const ask = (bits: number | null) =>
      call(stage.service.url, 'PATCH', '/ops/api/queues/main/challenge', { bits }, operator);
    onTestFinished(async () => void (await ask(null)));
    expect((await ask(14)).status).toBe(200);
    const { page, context, complaints } = await stage.visit('/concerts/125', { userId: 'gil' });
    const sent: (string | undefined)[] = [];
    let goOn = () => {};
    const lookedAt = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await context.route('**/api/v1/token/create', async (route) => {
      const solution = route.request().headers()['jari-solution'];
      sent.push(solution);
      if (sent.length !== 2) return route.continue();
      // Held back until the page has been looked at; then the door is crowded.
      await lookedAt;
      const body = JSON.stringify({ code: 'OVERLOADED', status: 503 });
      return route.fulfill({ status: 503, headers: { 'retry-after': '1' }, contentType: 'application/json', body });
    });
    await joinLine(page);
    await page.getByText('your browser is doing a small calculation').waitFor();
    goOn();
    await page.getByRole('timer').waitFor();
    const [first, second, ...others] = sent;
    expect([first, second?.length, others]).toEqual([undefined, expect.any(Number), [second]]);
    expect(complaints).toEqual([]);
  });

  it('says so when the doors are closed, and goes on when they open', async () => {
    const operator = { authorization: `Bearer ${stage.service.opsToken}` };
    const doors = (state: string) => call(stage.service.url, 'PATCH', '/ops/api/queues/main', { state }, operator);
    await doors('PAUSED');
    const { page } = await stage.visit('/concerts/125', { userId: 'dan' });
    await page.getByText('The doors are closed for a moment.').waitFor();
    await joinLine(page);
    await page.getByText('Nobody goes in now. Your place is kept').waitFor();
    await doors('OPEN');
    await page.getByRole('timer').waitFor();
  });

  it('is no number before a draw, and the draw is checked once it has been made', async () => {
    const operator = { authorization: `Bearer ${stage.service.opsToken}` };
    const doors = (body: object) => call(stage.service.url, 'PATCH', '/ops/api/queues/main', body, operator);
    const [inside] = await fill(stage.service, 1, 'inside');
    await doors({ state: 'PRE_QUEUE', shuffle: true });
    await fill(stage.service, 2, 'others');
    const { page, context, complaints } = await stage.visit('/concerts/125', { userId: 'fay' });
    // The first answer gets lost.
    await context.route('**/draws', (route) => route.abort(), { times: 1 });
    await joinLine(page);
    await page.getByText('A draw decides the order').first().waitFor();
    await page.getByText('3 people wait so far').waitFor();
    expect(await before(page).count()).toBe(0);
    expect(await page.title()).toBe('Before the draw · jari');
    await page.reload();
    await page.getByText('How can I know that it is fair?').click();
    const { body } = await call<{ items: { commitment: string }[] }>(
      stage.service.url,
      'GET',
      '/api/v1/queue/main/draws',
    );
    await page.getByText(body.items[0]?.commitment as string).waitFor();
    // So does the answer that the check begins with.
    await context.route('**/draws', (route) => route.abort(), { times: 1 });
    await doors({ state: 'OPEN' });
    await page.getByText('The draw was checked by this browser').waitFor();
    expect(await page.title()).toMatch(/^\([123]\)/);
    expect(complaints).toEqual([]);
    await goes(stage.service, 'fay');
    await goes(stage.service, inside as string);
  });

  it('comes with a receipt that the browser checks against the public record', async () => {
    const crowd = await fill(stage.service, 2, 'earlier');
    const { ticket } = await placeOf(crowd[0] as string);
    // Who was let in before the receipt is in the record by then, which is written once a second.
    await expect
      .poll(
        async () => {
          const path = '/api/v1/queue/main/admissions';
          return (await call<{ items: { ticket: number }[] }>(stage.service.url, 'GET', path)).body.items;
        },
        { timeout: 10_000 },
      )
      .toContainEqual(expect.objectContaining({ ticket }));
    const { page, context, complaints } = await stage.visit('/concerts/125', { userId: 'gail' });
    await joinLine(page);
    const check = async () => {
      if ((await page.locator('details[open]', { hasText: 'Your receipt' }).count()) === 0)
        await page.getByText('Your receipt', { exact: true }).click();
      await page.getByRole('button', { name: 'Check on this device' }).click();
    };
    await check();
    await page.getByText(/Checked on this device: [01] people have been let in since/).waitFor();
    await goes(stage.service, crowd[0] as string);
    await goes(stage.service, crowd[1] as string);
    await page.getByRole('timer').waitFor();
    await expect
      .poll(
        async () => {
          await check();
          await page.getByText('Checked on this device').waitFor();
          return page.locator('.line-checked').textContent();
        },
        { timeout: 20_000 },
      )
      .toMatch(/Checked on this device: [12] people were let in between/);
    // The same list, with another ticket in one place.
    await context.route('**/admissions?*', async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      if (body.items[0]) body.items[0].ticket += 1;
      await route.fulfill({ response: answer, json: body });
    });
    await check();
    await page.getByText('This is not as it should be').waitFor();
    expect(complaints).toEqual([]);
    await goes(stage.service, 'gail');
    await page.getByText('Your time inside is over').waitFor();
    await page.getByText('Your receipt', { exact: true }).waitFor();
  });

  it('comes back when the service was away', async () => {
    await fill(stage.service, 1, 'last');
    const { page } = await stage.visit('/concerts/125', { userId: 'eun' });
    await joinLine(page);
    await page.getByText('You are next').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await stage.service.kill();
    await page.getByText('Connecting …').waitFor();
    await stage.service.restart();
    await page.getByText('Live', { exact: true }).waitFor();
    await goes(stage.service, 'last-1');
    await page.getByRole('timer').waitFor();
  }, 180_000);
});
