import type { Reading, Source } from './metrics.ts';

const NAME = 'jari_refused_requests';
const HELP = 'Requests refused as too many since the start; late: further inside, before the store was asked';

/** Counts who was refused for too much to do, by what they asked for and why. */
export class RefusedRequests {
  readonly #counts = new Map<string, Map<string, number>>();

  add(operation: string, reason: string): void {
    let reasons = this.#counts.get(operation);
    if (!reasons) {
      reasons = new Map();
      this.#counts.set(operation, reasons);
    }
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }

  readonly readings: Source = async () =>
    [...this.#counts].flatMap(([operation, reasons]) =>
      [...reasons].map(
        ([reason, value]): Reading => ({ name: NAME, help: HELP, labels: { operation, reason }, value }),
      ),
    );
}
