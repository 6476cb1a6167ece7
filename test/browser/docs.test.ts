import { describe, expect, it } from 'vitest';
import { CHROMIUM, useStage } from './support/browser.ts';

describe.skipIf(!CHROMIUM)('the documentation of the API', () => {
  const stage = useStage(() => ({}));

  it('is drawn under a policy that allows nothing but its own files', async () => {
    const { page, complaints } = await stage.visit('/docs');
    await page.getByText('Enter the line').waitFor();
    expect(complaints).toEqual([]);
  });
});
