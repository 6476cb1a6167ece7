import type { RevealedDraw } from './draw.ts';
import type { DrawnTickets } from './drawn-tickets.ts';

/** Tickets of one call: for so many a store is busy some tens of milliseconds at the most. */
const TICKETS_A_CALL = 1_000;

/** Gives all places of a draw their drawn tickets, call by call. Harmless when others do the same, or did. */
export async function giveOut(
  draw: RevealedDraw,
  orders: DrawnTickets,
  call: (fromTicket: number, drawn: number[]) => Promise<unknown>,
): Promise<void> {
  const order = await orders.of(draw);
  // A draw of nobody takes one call too: it is over then.
  for (let from = 0; from === 0 || from < order.length; from += TICKETS_A_CALL) {
    await call(draw.firstTicket + from, [...order.subarray(from, from + TICKETS_A_CALL)]);
  }
}
