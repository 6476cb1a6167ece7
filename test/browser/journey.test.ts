import { describe, expect, it } from 'vitest';
import { call } from '../support/service.ts';
import { CHROMIUM, useStage, type Visit } from './support/browser.ts';
import { before, choose, fill, goes, holdButton, joinLine, openList, seatButton } from './support/fan.ts';

describe.skipIf(!CHROMIUM)('two fans', () => {
  const stage = useStage(() => ({ QUEUE_CAP: '2' }));

  it('race for one seat: one has it, the other a line of comfort and a seat beside it, and both have their tickets', async () => {
    // With everything that moves, as most fans see it.
    const [anna, bora] = await Promise.all(
      ['anna', 'bora'].map((userId) => stage.visit('/', { userId, reducedMotion: 'no-preference' })),
    );
    const fans = [anna as Visit, bora as Visit];
    for (const { page } of fans) {
      await page.getByRole('link', { name: /Winterreise/ }).click();
      await joinLine(page);
      await openList(page);
      await choose(page, 'R', 4, 15);
    }
    await Promise.all(fans.map(({ page }) => holdButton(page).click()));
    const lost = await Promise.any(
      fans.map(async (fan) => {
        await fan.page.getByText('Somebody was a moment quicker.').waitFor();
        return fan;
      }),
    );
    const won = fans.find((fan) => fan !== lost) as Visit;
    await won.page.getByRole('heading', { name: 'Your seats' }).waitFor();

    const offers = await lost.page.locator('.offer').allTextContents();
    expect(offers).toHaveLength(4);
    expect(offers).toContain('Section R Row 4 Seat 14₩120,000');
    await lost.page.locator('.offer').first().click();

    for (const { page } of fans) {
      await page.getByRole('button', { name: 'Pay ₩120,000' }).click();
      await page.getByRole('link', { name: 'Show ticket' }).click();
      await page.getByRole('img', { name: 'Show this code at the entrance' }).waitFor();
    }
    expect(await won.page.locator('.ticket').textContent()).toContain('Section R Row 4 Seat 15');
    expect(fans.flatMap(({ complaints }) => complaints)).toEqual([]);
    const { body } = await call<{ ok: boolean }>(stage.service.url, 'GET', '/ops/api/audit', undefined, {
      authorization: `Bearer ${stage.service.opsToken}`,
    });
    expect(body.ok).toBe(true);
  });

  it('one leaves, and the door opens for the one in line, who hears of it wherever they look', async () => {
    await Promise.all(['anna', 'bora'].map((userId) => goes(stage.service, userId)));
    await fill(stage.service, 2, 'inside');
    const { page } = await stage.visit('/concerts/125', { userId: 'chan' });
    await joinLine(page);
    await page.getByText('You are next').waitFor();
    expect(await page.title()).toBe('(1) in the line · jari');
    await page.getByRole('link', { name: 'My tickets' }).click();
    await goes(stage.service, 'inside-1');
    await page.waitForFunction(() => document.title === '★ It is your turn · jari');
    await page.getByRole('link', { name: /It is your turn/ }).click();
    await page.getByRole('timer').waitFor();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByText('Thank you. The next fan is in.').waitFor();
    const active = async () =>
      (await call<{ active: number }>(stage.service.url, 'GET', '/api/v1/queue/main')).body.active;
    await expect.poll(active, { timeout: 20_000 }).toBe(1);
  });

  it('a ticket is cancelled, the money is back, and the seat is free for others who look', async () => {
    await goes(stage.service, 'inside-2');
    const fan = await stage.visit('/concerts/125', { userId: 'dan' });
    const { page } = fan;
    await joinLine(page);
    await openList(page);
    await choose(page, 'S', 2, 3);
    await holdButton(page).click();
    await page.getByRole('button', { name: 'Pay ₩90,000' }).click();
    await page.getByRole('link', { name: 'Show ticket' }).click();
    await page.getByRole('button', { name: 'Cancel this ticket' }).click();
    await page.getByRole('dialog').getByText('₩90,000 back to your wallet').waitFor();
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('Cancelled. The money is back in your wallet.').waitFor();
    const wallet = await call<{ balance: number }>(stage.service.url, 'GET', '/api/v1/wallet/dan');
    expect(wallet.body.balance).toBe(1_000_000_000);
    await page.goto(`${stage.service.url}/concerts/125/471`);
    await openList(page);
    await page.locator('.hall-map').getByRole('button', { name: 'Section S' }).click();
    await expect.poll(() => seatButton(page, 'S', 2, 3).isEnabled()).toBe(true);
  });

  it('what others hold and buy shows while the fan looks', async () => {
    const { page } = await stage.visit('/concerts/125', { userId: 'eun' });
    await goes(stage.service, 'dan');
    await joinLine(page);
    await openList(page);
    await page.locator('.hall-map').getByRole('button', { name: 'Section R' }).click();
    await page.getByRole('button', { name: 'Section R, row 8, seat 1, Free' }).waitFor();
    await call(stage.service.url, 'POST', '/api/v1/token/create', { userId: 'fay' });
    const seat = { userId: 'fay', concertId: 125, concertScheduleId: 471, seatId: 7 * 30 + 1 };
    const held = await call<{ reservationId: string }>(stage.service.url, 'POST', '/api/v1/reservation/hold', seat);
    expect(held.status).toBe(200);
    await page.getByRole('button', { name: 'Section R, row 8, seat 1, Held by somebody' }).waitFor();
    await call(stage.service.url, 'POST', `/api/v1/reservation/${held.body.reservationId}/pay`, {});
    await page.getByRole('button', { name: 'Section R, row 8, seat 1, Sold' }).waitFor();
    expect(await before(page).count()).toBe(0);
  });
});
