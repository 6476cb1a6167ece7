import type { PerQueue } from '../per-queue.ts';
import { type Draw, drawnTickets, isRevealed, type RevealedDraw } from './draw.ts';

/** Orders that are kept: 0.8 MB for each 100,000 tickets. */
const MOST_KEPT = 8;

/** Orders of draws, each worked out once. */
export class DrawnTickets {
  readonly #orders = new Map<string, Promise<Float64Array>>();

  /** The order of a draw: drawn tickets, from that of its first ticket on. */
  of(draw: RevealedDraw): Promise<Float64Array> {
    const key = `${draw.commitment}:${draw.firstTicket}:${draw.lastTicket}`;
    const known = this.#orders.get(key);
    if (known) return known;
    const [oldest] = this.#orders.keys();
    if (this.#orders.size >= MOST_KEPT && oldest !== undefined) this.#orders.delete(oldest);
    const order = drawnTickets(draw);
    this.#orders.set(key, order);
    return order;
  }
}

/** Tickets of before a draw, and what they were drawn to. */
export class Translator {
  readonly #draws: PerQueue<{ queueId: string }, Draw[]>;
  readonly #drawn: DrawnTickets;

  /** @param draws asks the store for the draws of a queue */
  constructor(draws: PerQueue<{ queueId: string }, Draw[]>, drawn = new DrawnTickets()) {
    this.#draws = draws;
    this.#drawn = drawn;
  }

  /** The ticket that this one was drawn to; null when it was not drawn for. @throws StoreUnavailable */
  async drawnFor(queueId: string, ticket: number): Promise<number | null> {
    const draws = await this.#draws.add({ queueId });
    const draw = draws.filter(isRevealed).find((one) => ticket >= one.firstTicket && ticket <= one.lastTicket);
    if (!draw) return null;
    return (await this.#drawn.of(draw))[ticket - draw.firstTicket] ?? null;
  }
}
