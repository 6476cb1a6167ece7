// The pages in a real Chromium: what fans and operators feel.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { type Bench, median } from '../lib/bench.ts';
import { framesDuring, framesNote, loadNote, middleFrames, newPage, throttle, withBrowser } from '../lib/browser.ts';
import { call, enter } from '../lib/http.ts';
import type { Subject } from '../lib/kit.ts';

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 };
const DESK: BrowserContextOptions = { viewport: { width: 1440, height: 1000 } };

export const pagesPaint: Bench = {
  name: 'pages-paint',
  unit: 'ms to the first paint',
  goal: 1_000,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject('embedded');
    return withBrowser(async (browser) => {
      const paints: number[] = [];
      const posters: number[] = [];
      for (let round = 1; round <= kit.rounds; round++) {
        kit.say(`round ${round} of ${kit.rounds}: a phone, 4 times slower, at 1.6 Mbit/s and 150 ms`);
        const page = await newPage(browser, PHONE, `painter-${round}`);
        await throttle(page);
        await page.goto(subject.url);
        await page.locator('.poster-card').first().waitFor();
        posters.push(await page.evaluate(() => performance.now()));
        paints.push(await page.evaluate<number>('bench.firstPaint()'));
        await page.context().close();
      }
      const shown = Math.round(median(posters));
      return { value: median(paints), note: `the concerts are there after ${shown} ms; ${loadNote()}` };
    });
  },
};

export const pagesPan: Bench = {
  name: 'pages-pan',
  unit: 'frames/s over 20,000 seats',
  goal: 50,
  better: 'higher',
  async run(kit) {
    const subject = await kit.subject('embedded');
    return withBrowser(async (browser) => {
      const page = await newPage(browser, { ...PHONE, viewport: { width: 1280, height: 800 } }, 'panner');
      await page.goto(`${subject.url}/concerts/126`);
      await page.getByRole('button', { name: 'Join the line' }).first().click();
      await page.locator('.map-canvas[data-paints]').waitFor();
      const box = await page.locator('.map-canvas').boundingBox();
      if (!box) throw new Error('the seat map has no size');
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, -400);
      await sleep(1_000);
      const all = [];
      for (let round = 1; round <= kit.rounds; round++) {
        kit.say(`round ${round} of ${kit.rounds}: a finger moves over the map`);
        await page.mouse.move(x, y);
        await page.mouse.down();
        all.push(await framesDuring(page, () => circle(page, x, y, kit.seconds)));
        await page.mouse.up();
        await sleep(1_000);
      }
      const frames = middleFrames(all);
      return { value: frames.perSecond, note: `two pixels to each of the page's; ${framesNote(frames)}` };
    });
  },
};

async function circle(page: Page, x: number, y: number, seconds: number): Promise<void> {
  const began = performance.now();
  for (let at = 0; at < seconds * 1_000; at = performance.now() - began) {
    const angle = (at / 1_500) * 2 * Math.PI;
    await page.mouse.move(x + 150 * Math.sin(angle), y + 100 * (1 - Math.cos(angle)));
  }
}

const MOVES = 12;

export const pagesPosition: Bench = {
  name: 'pages-position',
  unit: 'ms until a new place is on screen, at most',
  goal: 1_000,
  better: 'lower',
  async run(kit) {
    const subject = await kit.subject('embedded', { QUEUE_CAP: '1' });
    for (let i = 0; i <= MOVES + 1; i++) await enter(subject.url, `before-${i}`);
    return withBrowser(async (browser) => {
      const page = await newPage(browser, PHONE, 'watcher');
      await page.goto(`${subject.url}/concerts/123`);
      await page.getByRole('button', { name: 'Join the line' }).first().click();
      await page.locator('.connection.live').waitFor();
      const took: number[] = [];
      for (let move = 1; move <= MOVES; move++) {
        kit.say(`${move} of ${MOVES} leave`);
        took.push(await untilShown(page, subject, `before-${move}`, MOVES + 1 - move));
        await sleep(700 + 60 * move);
      }
      return { value: Math.max(...took), note: `median ${Math.round(median(took))} ms; ${loadNote()}` };
    });
  },
};

/** From the moment somebody leaves until the number stands there that it leads to. */
async function untilShown(page: Page, { url }: Subject, userId: string, before: number): Promise<number> {
  const shown = page.evaluate<number>(`bench.textIs('.rolling', '${before}')`);
  const left = Date.now();
  await call(url, 'DELETE', `/api/v1/token?userId=${userId}`);
  return (await shown) - left;
}

const PEOPLE = 5_000;
const ENTER_WITHIN_MILLISECONDS = 120_000;

export const pagesConsole: Bench = {
  name: 'pages-console',
  unit: `frames/s of the console, ${PEOPLE} in the line`,
  goal: 50,
  better: 'higher',
  async run(kit) {
    const subject = await kit.subject('embedded');
    return withBrowser(async (browser) => {
      const page = await newPage(browser, DESK, 'operator');
      await page.goto(`${subject.url}/ops#token=${subject.opsToken}`);
      await page.getByLabel('People').selectOption(String(PEOPLE));
      kit.say(`${PEOPLE} enter`);
      const entering = await framesDuring(page, async () => {
        await page.getByRole('button', { name: 'Send them in' }).click();
        await untilIn(subject);
      });
      const all = [];
      for (let round = 1; round <= kit.rounds; round++) {
        kit.say(`round ${round} of ${kit.rounds}: they wait, are admitted and buy`);
        all.push(await framesDuring(page, () => sleep(kit.seconds * 1_000)));
      }
      const frames = middleFrames(all);
      return {
        value: frames.perSecond,
        note: `${entering.perSecond.toFixed(1)} frames/s while they entered; ${framesNote(frames)}`,
      };
    });
  },
};

async function untilIn({ url }: Subject): Promise<void> {
  for (const until = Date.now() + ENTER_WITHIN_MILLISECONDS; Date.now() < until; await sleep(500)) {
    const line = await call<{ servingTicket: number; waiting: number }>(url, 'GET', '/api/v1/queue/main').catch(
      () => null,
    );
    if (line && line.servingTicket + line.waiting >= PEOPLE) return;
  }
  throw new Error(`${PEOPLE} people did not enter within ${ENTER_WITHIN_MILLISECONDS / 1_000} s`);
}
