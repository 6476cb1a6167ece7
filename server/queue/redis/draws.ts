import { StoreUnavailable } from '../../db/database.ts';
import { isRevealed } from '../draw/draw.ts';
import { DrawnTickets } from '../draw/drawn-tickets.ts';
import { giveOut } from '../draw/give-out.ts';
import type { QueueLedger } from '../ledger.ts';
import type { Lives } from './lives.ts';
import type { Scripts } from './scripts.ts';

/** Draws of places, from the moment that Redis has closed their range of tickets. */
export class Draws {
  readonly #lives: Lives;
  readonly #scripts: Scripts;
  readonly #ledger: QueueLedger;
  readonly #orders = new DrawnTickets();

  constructor(lives: Lives, scripts: Scripts, ledger: QueueLedger) {
    this.#lives = lives;
    this.#scripts = scripts;
    this.#ledger = ledger;
  }

  /** Finishes the draw that is closed and not over, if there is one: it can't make way for another. */
  async finishUnfinished(queueId: string): Promise<void> {
    const reply = await this.#lives.run(this.#scripts.outline, queueId, []);
    const [firstTicket = 0, lastTicket = -1] = ((reply ?? []) as number[]).slice(2);
    if (lastTicket >= 0) await this.finish(queueId, firstTicket, lastTicket);
  }

  /**
   * Reveals the draw, then gives out its tickets. In this order: once anybody knows the seed, the range is in the database
   * and can't become another.
   */
  async finish(queueId: string, firstTicket: number, lastTicket: number): Promise<void> {
    await this.#ledger.noteDraw(queueId, firstTicket, lastTicket);
    const draws = (await this.#ledger.draws(queueId)).filter(isRevealed);
    const draw = draws.find((one) => one.firstTicket === firstTicket && one.lastTicket === lastTicket);
    if (!draw) throw new StoreUnavailable(`the ledger does not know this draw of the queue ${queueId}`);
    await giveOut(draw, this.#orders, (from, drawn) =>
      this.#lives.run(this.#scripts.draw, queueId, [from, ...drawn].map(String)),
    );
  }
}
