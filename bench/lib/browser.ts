import { loadavg } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { buildPages, CHROMIUM_ARGUMENTS, findChromium } from '../../test/support/chromium.ts';
import { median } from './bench.ts';

/** A real Chromium with the pages as they are now; without a graphics card, as servers have none. */
export async function withBrowser<T>(work: (browser: Browser) => Promise<T>): Promise<T> {
  buildPages();
  const browser = await chromium.launch({ executablePath: await findChromium(), args: CHROMIUM_ARGUMENTS });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

const OPEN_MILLISECONDS = 60_000;
const IN_PAGE = join(import.meta.dirname, '../clients/in-page.js');

/** A page of a visitor who was never here. */
export async function newPage(browser: Browser, options: BrowserContextOptions, userId: string): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  context.setDefaultTimeout(OPEN_MILLISECONDS);
  await context.addInitScript(`localStorage['jari.userId'] ??= ${JSON.stringify(JSON.stringify(userId))}`);
  await context.addInitScript({ path: IN_PAGE });
  return context.newPage();
}

/** A middling phone on a slow mobile network: 1.6 Mbit/s, 150 ms, a processor that is 4 times slower. */
export async function throttle(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
}

export interface Frames {
  perSecond: number;
  longestMilliseconds: number;
}

/** Counts the frames that a page draws while something is done to it. */
export async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<Frames> {
  await page.evaluate('bench.startFrames()');
  await work();
  const frames = await page.evaluate<number[]>('bench.takeFrames()');
  const gaps = frames.slice(1).map((at, i) => at - (frames[i] as number));
  const took = (frames.at(-1) ?? 0) - (frames[0] ?? 0);
  return { perSecond: (gaps.length * 1_000) / took, longestMilliseconds: Math.max(...gaps) };
}

export const middleFrames = (all: readonly Frames[]): Frames => ({
  perSecond: median(all.map(({ perSecond }) => perSecond)),
  longestMilliseconds: Math.max(...all.map(({ longestMilliseconds }) => longestMilliseconds)),
});

export const framesNote = ({ longestMilliseconds }: Frames): string =>
  `longest frame ${Math.round(longestMilliseconds)} ms; ${loadNote()}`;

/** How busy the machine is meanwhile: Chromium draws with the same cores. */
export const loadNote = (): string => `machine's load ${(loadavg()[0] as number).toFixed(1)}`;
