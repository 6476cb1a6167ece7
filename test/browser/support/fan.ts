import type { Page } from 'playwright-core';
import { call, type Service } from '../../support/service.ts';

/** From a concert's page to the line, or straight in when nobody waits. */
export async function joinLine(page: Page, date = 0): Promise<void> {
  await page.getByRole('button', { name: 'Join the line' }).nth(date).click();
}

/** Inside, with the seats as buttons. */
export async function openList(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'List', exact: true }).click();
}

/** Chooses a numbered seat from the list. */
export async function choose(page: Page, section: string, row: number, seat: number): Promise<void> {
  const opener = page.locator('.hall-map').getByRole('button', { name: `Section ${section}`, exact: false });
  if ((await opener.getAttribute('aria-expanded')) !== 'true') await opener.click();
  await seatButton(page, section, row, seat).click();
}

export const seatButton = (page: Page, section: string, row: number, seat: number) =>
  page.getByRole('button', { name: `Section ${section}, row ${row}, seat ${seat},` });

export const holdButton = (page: Page) => page.getByRole('button', { name: 'Hold this seat' });

const filled = new Map<Service, Set<string>>();

/** Made-up users who take every slot and, beyond the cap, stand in line. */
export async function fill(service: Service, people: number, name = 'crowd'): Promise<string[]> {
  const userIds = Array.from({ length: people }, (_, i) => `${name}-${i + 1}`);
  for (const userId of userIds) await call(service.url, 'POST', '/api/v1/token/create', { userId });
  filled.set(service, new Set([...(filled.get(service) ?? []), ...userIds]));
  return userIds;
}

/** The line is empty again: those who were made up, from the back, and others. */
export async function everybodyGoes(service: Service, others: readonly string[]): Promise<void> {
  for (const userId of [...others, ...[...(filled.get(service) ?? [])].reverse()]) await goes(service, userId);
  filled.delete(service);
}

export const goes = (service: Service, userId: string) => call(service.url, 'DELETE', `/api/v1/token?userId=${userId}`);

/** How many are before the fan, as the page says. */
export const before = (page: Page) => page.locator('.rolling');
