import type { SeatBlock } from '../store.ts';

interface Numbered {
  section: string;
  price: number;
  rows: number;
  seatsPerRow: number;
}

/** Blocks of numbered seats, with ids counted on from `firstSeatId`. Labels read section, row, seat: `A 3-12`. */
export function numbered(firstSeatId: number, blocks: readonly Numbered[]): SeatBlock[] {
  let seatId = firstSeatId;
  return blocks.map(({ section, price, rows, seatsPerRow }) => ({
    section,
    kind: 'SEAT',
    price,
    seats: Array.from({ length: rows * seatsPerRow }, (_, i) => ({
      seatId: seatId++,
      label: `${section} ${Math.floor(i / seatsPerRow) + 1}-${(i % seatsPerRow) + 1}`,
      capacity: 1,
    })),
  }));
}

/** One standing section with many places under one seatId. */
export const standing = (seatId: number, section: string, price: number, capacity: number): SeatBlock => ({
  section,
  kind: 'STANDING',
  price,
  seats: [{ seatId, label: section, capacity }],
});
