import { sha256 } from '../../shared/sha256.ts';
import type { Draw } from '../../shared/types.ts';

/** Whether a draw kept to what it was bound to, as far as this browser could tell. */
export type Checked = 'kept' | 'broken' | 'unchecked';

/**
 * Works the draw out again: see docs/decisions/0020-drawn-pre-queue.md.
 * @param before the ticket that was drawn for, and the commitment that was seen then
 * @param ticket what it is said to have been drawn to
 */
export async function check(
  draws: readonly Draw[],
  before: { ticket: number; commitment: string },
  ticket: number,
): Promise<Checked> {
  const draw = draws.find(({ commitment }) => commitment === before.commitment);
  if (!draw) return draws.length > 0 ? 'broken' : 'unchecked';
  const { seed, firstTicket, lastTicket } = draw;
  // Browsers have Web Crypto on https only.
  if (seed === null || firstTicket === null || lastTicket === null || !globalThis.crypto.subtle) return 'unchecked';
  if ((await sha256(seed)) !== before.commitment) return 'broken';
  const mine = await sha256(`${seed}:${before.ticket}`);
  let ahead = 0;
  for (let other = firstTicket; other <= lastTicket; other++) if ((await sha256(`${seed}:${other}`)) < mine) ahead++;
  return ticket === lastTicket + 1 + ahead ? 'kept' : 'broken';
}
