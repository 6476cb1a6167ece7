import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { call } from '../support/service.ts';
import { CHROMIUM, useStage } from './support/browser.ts';
import { choose, everybodyGoes, fill, goes, holdButton, joinLine, openList } from './support/fan.ts';
import { inspect } from './support/inspect.ts';

const DIST = join(import.meta.dirname, '../../web/dist');
const SCRIPT_BUDGET_BYTES = 60_000;

describe.skipIf(!CHROMIUM)("the fan's pages", () => {
  const stage = useStage(() => ({ QUEUE_CAP: '3' }));

  afterEach(() => everybodyGoes(stage.service, ['anna', 'bora', 'chan']));

  it('are accessible and fit any window, each of them, in light and dark', async () => {
    await fill(stage.service, 3, 'inside');
    const { page, complaints } = await stage.visit('/', { userId: 'anna' });
    const found: string[] = [];
    const look = async (name: string) => found.push(...(await inspect(page, name)));
    const at = async (path: string, ready: string) => {
      await page.goto(stage.service.url + path);
      await page.locator(ready).first().waitFor();
      await look(path);
    };
    await at('/', '.poster-card');
    await at('/concerts/124', '.schedule');
    await at('/concerts/999', '.button');
    await at('/concerts/123/456', '.line .button');
    await page.getByRole('button', { name: 'Join the line' }).click();
    await page.locator('.connection.live').waitFor();
    await look('the line');
    await page.getByRole('button', { name: 'Leave the line' }).click();
    await look('a dialog');
    await page.keyboard.press('Escape');
    await goes(stage.service, 'inside-1');
    await page.locator('.map-canvas').waitFor();
    await look('the seat map');
    await openList(page);
    await choose(page, 'A', 3, 4);
    await look('the list of seats');
    await holdButton(page).click();
    await page.locator('.till').waitFor();
    await look('the till');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.locator('.bought').waitFor();
    await at('/tickets', '.stub');
    await page.locator('.stub-link').first().click();
    await page.locator('.qr').waitFor();
    await look('the ticket');
    await at('/me', '.ledger li');
    expect([...found, ...complaints]).toEqual([]);
  }, 180_000);

  it('speak Korean to a Korean browser, and the other language on a tap, from then on', async () => {
    const { page } = await stage.visit('/', { locale: 'ko-KR', userId: 'bora' });
    await page.getByRole('heading', { name: '공연' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    await page.getByText('별의 행진').waitFor();
    await page.getByRole('button', { name: 'Read in English' }).click();
    await page.getByText('March of Stars').waitFor();
    await page.reload();
    await page.getByText('March of Stars').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('cost a fan little script and few requests, none of them to anybody else', async () => {
    const { page, asked } = await stage.visit('/', { userId: 'chan' });
    await page.locator('.poster-card').first().waitFor();
    expect(asked.length).toBeLessThanOrEqual(6);
    await page.getByRole('link', { name: /Winterreise/ }).click();
    await joinLine(page);
    await openList(page);
    await choose(page, 'R', 1, 1);
    await holdButton(page).click();
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('link', { name: 'Show ticket' }).click();
    await page.locator('.qr').waitFor();
    expect([...new Set(asked.map((url) => new URL(url).origin))]).toEqual([stage.service.url]);
    const scripts = new Set(asked.map((url) => new URL(url).pathname).filter((path) => path.endsWith('.js')));
    const bytes = [...scripts].reduce((sum, path) => sum + statSync(join(DIST, `${path}.gz`)).size, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(SCRIPT_BUDGET_BYTES);
  });

  it('are served so that nothing foreign runs in them, whole at once, and kept by browsers', async () => {
    const html = await fetch(`${stage.service.url}/concerts/123/456`);
    const policy = html.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(html.headers.get('cache-control')).toBe('no-cache');
    const text = await html.text();
    expect(text).toContain('<meta name="jari" content="auth=open demonstration">');
    expect(text).not.toMatch(/<style|style="|onload=|<script(?![^>]*src=)/);
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(text)?.[1] as string;
    for (const encoding of ['br', 'gzip']) {
      const asset = await fetch(stage.service.url + script, { headers: { 'accept-encoding': encoding } });
      expect(asset.headers.get('content-encoding')).toBe(encoding);
      expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(await asset.text()).toBe(readFileSync(join(DIST, script), 'utf8'));
    }
    for (const path of ['/assets/none.js', '/assets/../index.html', '/assets/%2e%2e/.sources', '/nowhere']) {
      const missing = await call(stage.service.url, 'GET', path);
      expect([missing.status, missing.body.code]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await call(stage.service.url, 'POST', '/tickets')).status).toBe(405);
  });
});

describe.skipIf(!CHROMIUM)('the seat map of 20,000 seats', () => {
  const stage = useStage();
  const paints = async (page: Page) => Number(await page.locator('.map-canvas').getAttribute('data-paints'));

  it('is copied, not painted again, while it is panned', async () => {
    const { page, complaints } = await stage.visit('/concerts/126', {
      userId: 'anna',
      viewport: { width: 1280, height: 800 },
    });
    await joinLine(page);
    await page.getByRole('button', { name: 'Section 101' }).waitFor();
    const box = await page.locator('.map-canvas').boundingBox();
    if (!box) throw new Error('the map has no size');
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -900);
    await expect.poll(() => paints(page)).toBeGreaterThan(1);
    await page.waitForTimeout(400);
    const before = await paints(page);
    await page.mouse.down();
    for (let step = 1; step <= 60; step++) await page.mouse.move(x - step * 4, y - step * 2);
    await page.mouse.up();
    // The seats are asked about every two seconds, and what is new is painted; a pan alone paints nothing, or once.
    expect((await paints(page)) - before).toBeLessThan(8);
    expect(complaints).toEqual([]);
    await goes(stage.service, 'anna');
  });

  it('comes closer to a tapped section, and gives the seat that is tapped then', async () => {
    const { page } = await stage.visit('/concerts/126', { userId: 'bora' });
    await joinLine(page);
    const canvas = page.locator('.map-canvas');
    await canvas.waitFor();
    await page.getByText('Sections', { exact: true }).click();
    await page.getByRole('button', { name: 'Section G06' }).click();
    await page.waitForTimeout(600);
    const box = await canvas.boundingBox();
    if (!box) throw new Error('the map has no size');
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator('.chosen').getByText('Section G06').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await canvas.focus();
    await page.keyboard.press('0');
    await page.waitForTimeout(600);
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    expect(await page.locator('.chosen').count()).toBe(0);
    await holdStandingPlace(page);
    await goes(stage.service, 'bora');
  });

  /** A standing area is one tap. */
  async function holdStandingPlace(page: Page): Promise<void> {
    await page.goto(`${stage.service.url}/concerts/124/461`);
    await page.locator('.map-canvas').waitFor();
    await page.getByText('Sections', { exact: true }).click();
    await page.getByRole('button', { name: 'Standing FLOOR' }).click();
    await page.getByRole('button', { name: 'Hold one place' }).click();
    await page.getByRole('button', { name: 'Pay ₩154,000' }).click();
    await page.locator('.bought').getByText('Standing FLOOR').waitFor();
  }
});
