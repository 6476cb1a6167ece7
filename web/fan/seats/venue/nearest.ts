import type { Venue } from './venue.ts';

/** Seats that are dearer or cheaper than wished for count as farther away, by this many seats. */
const OTHER_PRICE = 12;
const OTHER_SECTION = 3;

/** The free seats nearest to one, of the same price rather than of another. Indices into the venue's seats. */
export function nearestFree(venue: Venue, index: number, isFree: (index: number) => boolean, most: number): number[] {
  const [x, y] = [venue.x[index] ?? 0, venue.y[index] ?? 0];
  const wished = venue.seats[index];
  const found: { index: number; far: number }[] = [];
  for (const [other, seat] of venue.seats.entries()) {
    if (other === index || seat.kind !== 'SEAT' || !isFree(other)) continue;
    const away = Math.hypot((venue.x[other] ?? 0) - x, (venue.y[other] ?? 0) - y);
    const far =
      away + (seat.price === wished?.price ? 0 : OTHER_PRICE) + (seat.section === wished?.section ? 0 : OTHER_SECTION);
    const last = found.at(-1);
    if (found.length === most && last && far >= last.far) continue;
    found.push({ index: other, far });
    found.sort((a, b) => a.far - b.far);
    if (found.length > most) found.pop();
  }
  return found.map((one) => one.index);
}
