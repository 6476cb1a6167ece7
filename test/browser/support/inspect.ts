import axe from 'axe-core';
import type { Page } from 'playwright-core';

const WIDTHS = [
  { width: 1440, height: 900 },
  { width: 768, height: 1024 },
  { width: 360, height: 740 },
];
const RULES: axe.RunOnly = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** What dark can break that light doesn't. */
const CONTRAST: axe.RunOnly = { type: 'rule', values: ['color-contrast'] };
/** Rows of seats are all made alike: three of them say what hundreds would, in a tenth of the time. */
const ALIKE = '.rows > .row:nth-child(n + 4)';
/** WCAG 2.5.8, in CSS pixels. */
const LEAST_TARGET = 24;

/** Looks at a page at a phone's, a tablet's and a desk's width, and asks axe about it in light and dark. What is wrong. */
export async function inspect(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const size of WIDTHS) {
    await page.setViewportSize(size);
    found.push(...(await misplaced(page)).map((what) => `${name} at ${size.width}: ${what}`));
  }
  for (const [colorScheme, rules] of [
    ['light', RULES],
    ['dark', CONTRAST],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await violations(page, rules)).map((what) => `${name}, ${colorScheme}: ${what}`));
  }
  return found;
}

/** What stands beyond the window's edge, makes the page wider than it, or is too small to be tapped. */
function misplaced(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const found: string[] = [];
    const all = document.scrollingElement as Element;
    if (all.scrollWidth > innerWidth) found.push(`the page is ${all.scrollWidth} wide`);
    for (const element of document.querySelectorAll('a, button, input, select, summary, h1, h2, strong')) {
      const { left, right, width, height } = element.getBoundingClientRect();
      const what = `${element.tagName} ${element.textContent?.slice(0, 30)}`;
      // Within what scrolls by itself, and for screen readers alone.
      if (width <= 1 || element.closest('.rows, .scroll, .skip, .unseen')) continue;
      if (right > innerWidth + 1 || left < -1) found.push(`${what} is out of view`);
      const isTarget = element.matches('button, input:not([type=checkbox]), select, summary');
      if (isTarget && (width < least || height < least)) found.push(`${what} is ${width}×${height}`);
    }
    return found;
  }, LEAST_TARGET);
}

async function violations(page: Page, only: axe.RunOnly): Promise<string[]> {
  // Evaluated from outside, as the page itself allows no script but its own.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate(
    ([runOnly, alike]) => (globalThis as unknown as { axe: typeof axe }).axe.run({ exclude: [[alike]] }, { runOnly }),
    [only, ALIKE] as const,
  );
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
