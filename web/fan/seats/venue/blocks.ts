import type { Seat } from '../../../shared/types.ts';

/** Seats of one section, with where each stands in it. */
export interface Block {
  name: string;
  kind: Seat['kind'];
  price: number;
  capacity: number;
  seats: BlockSeat[];
  rows: number;
  /** Seats in the longest row. */
  across: number;
}

export interface BlockSeat {
  /** Among all seats of the schedule. */
  index: number;
  row: number;
  number: number;
}

/** Labels read `A 3-12`: section, row, seat. */
const ROW_AND_SEAT = /(\d+)-(\d+)$/;
/** For seats whose labels say nothing of rows. */
const SEATS_A_ROW = 20;

/** The sections in the order in which their seats are listed. */
export function blocksOf(seats: readonly Seat[]): Block[] {
  const blocks = new Map<string, Block>();
  for (const [index, seat] of seats.entries()) {
    const { section: name, kind, price, capacity } = seat;
    let block = blocks.get(name);
    if (!block) {
      block = { name, kind, price, capacity: 0, seats: [], rows: 0, across: 0 };
      blocks.set(name, block);
    }
    const { row, number } = placeOf(seat.label, block.seats.length);
    block.seats.push({ index, row, number });
    block.capacity += capacity;
    block.rows = Math.max(block.rows, row);
    block.across = Math.max(block.across, number);
  }
  return [...blocks.values()];
}

/** Row and seat of a label, else counted. */
export function placeOf(label: string, nth: number): { row: number; number: number } {
  const [, row, number] = ROW_AND_SEAT.exec(label) ?? [];
  if (row !== undefined && number !== undefined) return { row: Number(row), number: Number(number) };
  return { row: Math.floor(nth / SEATS_A_ROW) + 1, number: (nth % SEATS_A_ROW) + 1 };
}
