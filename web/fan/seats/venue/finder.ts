import { within } from './shape.ts';
import type { Venue } from './venue.ts';

const CELL = 4;

/** Finds what is at a point of the venue. */
export class Finder {
  readonly #venue: Venue;
  readonly #cells = new Map<string, number[]>();

  constructor(venue: Venue) {
    this.#venue = venue;
    for (const [index, seat] of venue.seats.entries()) {
      if (seat.kind === 'STANDING') continue;
      const cell = cellOf(venue.x[index] ?? 0, venue.y[index] ?? 0);
      const there = this.#cells.get(cell);
      if (there) there.push(index);
      else this.#cells.set(cell, [index]);
    }
  }

  /** The seat nearest to a point and no farther than `reach`, one that `preferred` names rather than another. */
  seatAt(x: number, y: number, reach: number, preferred: (index: number) => boolean): number | null {
    let best: { index: number; far: number } | null = null;
    for (let cellX = x - reach - CELL; cellX <= x + reach + CELL; cellX += CELL) {
      for (let cellY = y - reach - CELL; cellY <= y + reach + CELL; cellY += CELL) {
        for (const index of this.#cells.get(cellOf(cellX, cellY)) ?? []) {
          const away = Math.hypot((this.#venue.x[index] ?? 0) - x, (this.#venue.y[index] ?? 0) - y);
          if (away > reach) continue;
          const far = preferred(index) ? away : away + reach / 2;
          if (!best || far < best.far) best = { index, far };
        }
      }
    }
    return best?.index ?? null;
  }

  /** The section whose outline a point is in. */
  sectionAt(x: number, y: number): number | null {
    const found = this.#venue.sections.findIndex(({ outline }) => within(outline, x, y));
    return found < 0 ? null : found;
  }
}

const cellOf = (x: number, y: number) => `${Math.floor(x / CELL)} ${Math.floor(y / CELL)}`;
