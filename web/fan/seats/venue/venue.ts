import type { Seat } from '../../../shared/types.ts';
import { type Block, blocksOf } from './blocks.ts';
import { placeFront } from './front.ts';
import { leastRadius, placeRings, tiersOf } from './rings.ts';
import { type Box, boxOf, type Placed, type Point, roomAround } from './shape.ts';

export interface Section {
  name: string;
  kind: Seat['kind'];
  price: number;
  /** Of all prices of the venue, 0 the dearest. */
  priceRank: number;
  capacity: number;
  /** Its seats, among all of the schedule. */
  seats: { index: number; row: number; number: number }[];
  outline: Point[];
  middle: Point;
  pitch: number;
  /** Across, for its name. */
  room: number;
}

/** A venue as it is drawn: every seat and section with its place. Made from what the seats are called alone. */
export interface Venue {
  seats: readonly Seat[];
  x: Float32Array;
  y: Float32Array;
  sections: Section[];
  /** Of each seat. */
  sectionOf: Uint16Array;
  prices: number[];
  stage: Point[];
  bounds: Box;
}

const STAGE = { gap: 5, depth: 15, least: 26 };
const FRONT_SCALE = { most: 1.9, least: 1 };
/** Where the stage's edge is within the rings, as a share of their radius. */
const STAGE_EDGE = -0.4;
const ROOM_INSIDE_RINGS = 6;

export function layOut(seats: readonly Seat[]): Venue {
  const { tiers, front } = tiersOf(blocksOf(seats));
  const { placed, stage } = tiers.length > 0 ? bowl(tiers, front) : hall(front);
  const prices = [...new Set(placed.map(({ block }) => block.price))].sort((a, b) => b - a);
  const [x, y] = [new Float32Array(seats.length), new Float32Array(seats.length)];
  const sectionOf = new Uint16Array(seats.length);
  for (const [nth, { block, at }] of placed.entries()) {
    for (const seat of block.seats) {
      const [atX, atY] = at(seat.row, seat.number);
      x[seat.index] = atX;
      y[seat.index] = atY;
      sectionOf[seat.index] = nth;
    }
  }
  const sections = placed.map(({ block, outline, middle, pitch }) => {
    const { name, kind, price, capacity, seats: own } = block;
    const room = roomAround(middle, outline);
    return { name, kind, price, capacity, seats: own, outline, middle, pitch, room, priceRank: prices.indexOf(price) };
  });
  const bounds = boxOf([stage, ...sections.map(({ outline }) => outline)]);
  return { seats, x, y, sections, sectionOf, prices, stage, bounds };
}

/** A hall or a field: everything is in front of the stage. */
function hall(front: readonly Block[]) {
  const placed = placeFront(front, 1, true);
  const box = boxOf(placed.map(({ outline }) => outline));
  const width = Math.max(STAGE.least, Math.min(64, (box.right - box.left) * 0.62));
  return { placed, stage: stageAt(-STAGE.gap, width, STAGE.depth * 0.8) };
}

/** A stadium: tiers around, and in their middle what is in front of the stage, as wide as it has room. */
function bowl(tiers: readonly Block[][], front: readonly Block[]) {
  let radius = leastRadius(tiers[0] as Block[]);
  let scale = FRONT_SCALE.most;
  let placed = placeFront(front, scale, false);
  while (!fits(placed, radius)) {
    if (scale > FRONT_SCALE.least) scale -= 0.05;
    else radius *= 1.03;
    placed = placeFront(front, scale, false);
  }
  const edge = radius * STAGE_EDGE;
  const width = Math.max(STAGE.least, radius * 0.86);
  return {
    placed: [...placed.map((one) => moved(one, edge + STAGE.gap)), ...placeRings(tiers, radius)],
    stage: stageAt(edge, width, radius * 0.24),
  };
}

const fits = (placed: readonly Placed[], radius: number) =>
  placed.every(({ outline }) =>
    outline.every(([x, y]) => Math.hypot(x, y + radius * STAGE_EDGE + STAGE.gap) <= radius - ROOM_INSIDE_RINGS),
  );

const moved = (placed: Placed, by: number): Placed => ({
  ...placed,
  at: (row, number) => {
    const [x, y] = placed.at(row, number);
    return [x, y + by];
  },
  outline: placed.outline.map(([x, y]): Point => [x, y + by]),
  middle: [placed.middle[0], placed.middle[1] + by],
});

/** A stage whose front edge is at `y`, a little round towards the seats. */
function stageAt(y: number, width: number, depth: number): Point[] {
  const front = Array.from({ length: 13 }, (_, i): Point => {
    const across = i / 12 - 0.5;
    return [across * width, y - across * across * depth * 0.7];
  });
  return [[-width * 0.42, y - depth], ...front, [width * 0.42, y - depth]];
}
