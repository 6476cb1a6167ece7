// The report of a recorded run: as a page in a real Chromium, as Markdown, and on the terminal, in both languages.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsOf } from '../../load/report/judge/findings.ts';
import { reportMarkdown } from '../../load/report/markdown.ts';
import { reportHtml } from '../../load/report/page/html.ts';
import type { RunRecord } from '../../load/report/record.ts';
import { terminalText } from '../../load/report/terminal.ts';
import { wordsOf } from '../../load/report/words/languages.ts';
import { Unavailable } from '../../scripts/services/service.ts';
import { CHROMIUM_ARGUMENTS, findChromium } from '../support/chromium.ts';
import { quiet, recordedRun, withClient, withServer } from './recorded.ts';

const CHROMIUM = await findChromium().catch((error: Error) => {
  if (process.env.CI || !(error instanceof Unavailable)) throw error;
  console.warn(`\n!! The load report is not looked at in a browser: ${error.message}\n`);
  return undefined;
});
const HOLES = /undefined|NaN|\[object|Infinity/;

const texts = (run: RunRecord, language: 'en' | 'ko') => {
  const [findings, words] = [findingsOf(run), wordsOf(language)];
  return {
    html: reportHtml(run, findings, words),
    markdown: reportMarkdown(run, findings, words),
    terminal: terminalText(run, findings, words, false),
  };
};

describe.each(['en', 'ko'] as const)('a report in %s', (language) => {
  const { labels, rows } = wordsOf(language);

  test('has the verdict, the bottleneck, the climb, charts of both sides and the settings, without holes', () => {
    const { html, markdown, terminal } = texts(recordedRun(), language);
    for (const text of [html, markdown]) {
      for (const part of [
        labels.verdict,
        labels.bottleneck,
        labels.knee,
        labels.charts,
        labels.thresholds,
        labels.settings,
      ])
        expect(text).toContain(part);
    }
    for (const text of [html, markdown, terminal]) {
      expect(text).not.toMatch(HOLES);
      for (const row of Object.values(rows)) expect(text).toContain(row);
    }
    expect(html.split('<figure class="chart"').length - 1).toBeGreaterThanOrEqual(12);
    expect(html).toContain(`lang="${language}"`);
  });

  test('of every kind of run has no holes: nothing seen, nothing done, the service silent, all at once saturated', () => {
    const run = recordedRun();
    const everything = withServer(run, () => ({
      cpu: 1,
      loopLagMs: 500,
      poolWaiting: 9,
      poolUsed: 10,
      lockWaiting: 9,
      lag: 9_000,
      redisCpu: 1,
      redisAnswerMs: 99,
      databaseCpu: 2,
    }));
    const silent: RunRecord = {
      ...run,
      audit: null,
      server: { ...run.server, isJari: false, processes: [], seconds: [], silence: 'NO_TOKEN' },
    };
    const runner = withClient(quiet(run), () => ({ runnerCpuPercent: 100 }));
    for (const one of [everything, silent, runner, quiet(run), { ...silent, client: [], metrics: {} }]) {
      for (const text of Object.values(texts(one, language))) expect(text).not.toMatch(HOLES);
    }
    expect(texts(silent, language).markdown).toContain('OPS_TOKEN');
    expect(texts(runner, language).terminal).toContain('--processes 2');
  });
});

test('a verdict that fails says so', () => {
  const slow = withServer(recordedRun(), () => ({ overdueSlots: 2 }));
  const { html, markdown, terminal } = texts(slow, 'en');
  expect(terminal).toMatch(
    /✗ Slots end by themselves within 5 minutes +300 s \(2 past their end\) +at most 300 s +FAIL/,
  );
  for (const text of [html, markdown]) expect(text).toContain('Not every expectation is met.');
  expect(html).toContain('<td class="fail">FAIL</td>');
});

test('one process of several behind a URL is named as the one that was looked at', () => {
  const run = recordedRun();
  const behind = (processCount: number | null) =>
    texts({ ...run, server: { ...run.server, processCount } }, 'en').markdown;
  expect(behind(null)).toContain('there may be others behind the URL, which were not looked at');
  expect(behind(run.server.processes.length)).not.toContain('there may be others');
});

test('an hour in seconds is drawn as far fewer points, its worst moment among them', () => {
  const [first] = recordedRun().client;
  if (!first) throw new Error('nothing recorded');
  const client = Array.from({ length: 3_600 }, (_, second) => ({
    ...first,
    second,
    latency: { ...first.latency, p99: second === 1_801 ? 4_321 : 10 },
  }));
  const html = reportHtml({ ...recordedRun(), client }, findingsOf({ ...recordedRun(), client }), wordsOf('en'));
  const { times, charts } = JSON.parse(/id="series">(.*?)<\/script>/.exec(html)?.[1] ?? '{}') as {
    times: number[];
    charts: number[][][];
  };
  expect(times.length).toBeLessThanOrEqual(900);
  for (const lines of charts) for (const values of lines) expect(values).toHaveLength(times.length);
  expect(Math.max(...(charts[1]?.[2] ?? []))).toBe(4_321);
});

describe.skipIf(CHROMIUM === undefined)('the page in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jari-load-report-'));
  const { html } = texts({ ...recordedRun(), script: '</script><b>climb' }, 'en');
  let browser: Browser;
  beforeAll(async () => {
    writeFileSync(join(folder, 'report.html'), html);
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(width: number): Promise<{ page: Page; asked: string[]; complaints: string[] }> {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: width < 500 ? 'dark' : 'light',
    });
    const [asked, complaints]: [string[], string[]] = [[], []];
    context.on('request', (request) => asked.push(request.url()));
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    await page.goto(pathToFileURL(join(folder, 'report.html')).href);
    return { page, asked, complaints };
  }

  test.each([360, 1440])('%i px wide: no scrolling sideways, nothing asked of any network, no error', async (width) => {
    const { page, asked, complaints } = await open(width);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    expect(complaints).toEqual([]);
    expect(await page.title()).toBe('Load test: </script><b>climb');
    // Labels are text of the page's own size, not stretched with the drawing.
    const label = await page.locator('.plot .y').first().boundingBox();
    expect(label?.height).toBeGreaterThan(8);
    await page.context().close();
  });

  test('the second that is pointed at is read in all charts, and the highest values when nobody points', async () => {
    const { page } = await open(1440);
    const outputs = () => page.locator('figure.chart output').allTextContents();
    const resting = await outputs();
    const plot = page.locator('.plot').first();
    const box = await plot.boundingBox();
    if (!box) throw new Error('no plot');
    const { client } = recordedRun();
    const at = 23;
    await plot.hover({ position: { x: (box.width * at) / (client.length - 1), y: 20 } });
    const second = client[at];
    expect((await outputs())[0]).toBe(String((second?.requests ?? 0) - (second?.failed ?? 0)));
    expect(await page.locator('.plot b').allTextContents()).toEqual(
      resting.length > 0 ? Array(await page.locator('.plot').count()).fill('0:23') : [],
    );
    await plot.focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.plot b').first().textContent()).toBe('0:24');
    await page.keyboard.press('Escape');
    expect(await outputs()).toEqual(resting);
    await page.context().close();
  });

  test('on paper it has its charts, two beside each other, and no instructions for a pointer', async () => {
    const { page } = await open(1440);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.locator('.hint').isVisible()).toBe(false);
    expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    );
    await page.context().close();
  });
});
