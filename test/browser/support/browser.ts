import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Unavailable } from '../../../scripts/services/service.ts';
import { buildPages, CHROMIUM_ARGUMENTS, findChromium } from '../../support/chromium.ts';
import { type Service, startService } from '../../support/service.ts';

/** Where Chromium is. Installed when we are root on Debian; else the suites are skipped, and say so; in CI that is an error. */
export const CHROMIUM = await findChromium().catch((error: Error) => {
  if (process.env.CI || !(error instanceof Unavailable)) throw error;
  console.warn(`\n!! Suites of the pages are SKIPPED: ${error.message}\n`);
  return undefined;
});

/** A fan, or an operator, at a browser of their own. */
export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What went wrong in the page itself: errors nobody caught, refused content, console errors. */
  complaints: string[];
  /** Every address that was asked for. */
  asked: string[];
}

export interface VisitOptions extends BrowserContextOptions {
  userId?: string;
}

/** A service with its pages and a real Chromium, for the tests of one file. */
export interface Stage {
  service: Service;
  browser: Browser;
  visit(path: string, options?: VisitOptions): Promise<Visit>;
}

/** Starts the stage before the tests of a file, and takes it down after them. */
export function useStage(env: () => Record<string, string> | Promise<Record<string, string>> = () => ({})): Stage {
  const stage = {} as Stage;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    if (CHROMIUM === undefined) return;
    buildPages();
    stage.service = await startService({ ...(await env()) });
    stage.browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
    stage.visit = async (path, options = {}) => {
      const made = await visit(stage, path, options);
      contexts.push(made.context);
      return made;
    };
  });
  // A page that stays open goes on asking and drawing, beside the tests that follow.
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close().catch(() => {})));
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.service?.stop();
  });
  return stage;
}

async function visit({ browser, service }: Stage, path: string, { userId, ...options }: VisitOptions): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    locale: 'en-US',
    timezoneId: 'Asia/Seoul',
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(30_000);
  if (userId !== undefined) {
    const known = JSON.stringify(JSON.stringify(userId));
    await context.addInitScript(`localStorage['jari.userId'] ??= ${known}`);
  }
  const page = await context.newPage();
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isRefusal(message.text())) complaints.push(message.text());
  });
  context.on('request', (request) => asked.push(request.url()));
  await page.goto(service.url + path);
  return { page, context, complaints, asked };
}

/** The browser writes down every answer that isn't 2xx, and every request that found no network. Pages expect both. */
const isRefusal = (text: string) => /^Failed to load resource/.test(text);
