import type { Block } from './blocks.ts';
import type { Placed, Point } from './shape.ts';

const AISLE = 3;
const MARGIN = 0.9;
const LEAST_FLOOR_WIDTH = 60;
const FLOOR_DEPTH = { beforeSeats: 22, alone: 44 };
const MOST_BLOCKS_A_LINE = 4;
const CURVE_STEPS = 10;

/** Bends what is laid out flat. */
type Bend = (x: number, y: number) => Point;

/**
 * The part in front of the stage, from y = 0 on and centred on x = 0: who stands, then the blocks of seats line by line, the
 * dearest in front.
 * @param scale between neighbours; @param bent rows are curved around the stage, as in a theatre
 */
export function placeFront(blocks: readonly Block[], scale: number, bent: boolean): Placed[] {
  const standing = blocks.filter(({ kind }) => kind === 'STANDING');
  const lines = linesOf(blocks.filter(({ kind }) => kind === 'SEAT'));
  const width = Math.max(standing.length > 0 ? LEAST_FLOOR_WIDTH : 0, ...lines.map(widthOf)) * scale;
  const bend = bent ? around(Math.max(44, width * 1.25)) : (x: number, y: number): Point => [x, y];
  const placed: Placed[] = [];
  let y = 0;
  for (const block of standing) {
    const depth = (lines.length > 0 ? FLOOR_DEPTH.beforeSeats : FLOOR_DEPTH.alone) * scale;
    placed.push(placeArea(block, width, y, depth, bend));
    y += depth + AISLE * scale;
  }
  for (const line of lines) {
    let x = (-widthOf(line) * scale) / 2;
    for (const block of line) {
      placed.push(placeSeats(block, x, y, scale, bend));
      x += (block.across + AISLE) * scale;
    }
    y += (Math.max(...line.map(({ rows }) => rows)) + AISLE) * scale;
  }
  return placed;
}

/** Blocks of one price side by side, no more than four. */
function linesOf(blocks: readonly Block[]): Block[][] {
  const lines: Block[][] = [];
  for (const block of [...blocks].sort((a, b) => b.price - a.price)) {
    const line = lines.at(-1);
    if (line && line.length < MOST_BLOCKS_A_LINE && line[0]?.price === block.price) line.push(block);
    else lines.push([block]);
  }
  return lines;
}

const widthOf = (line: readonly Block[]) =>
  line.reduce((sum, { across }) => sum + across, 0) + AISLE * (line.length - 1);

/** Rows as arcs around a point behind the stage, `distance` before its edge. */
const around =
  (distance: number): Bend =>
  (x, y) => {
    const angle = x / (distance + y * 0.6);
    const radius = distance + y;
    return [radius * Math.sin(angle), radius * Math.cos(angle) - distance];
  };

function placeSeats(block: Block, x: number, y: number, scale: number, bend: Bend): Placed {
  const { across, rows } = block;
  const edge = MARGIN * scale;
  return {
    block,
    at: (row, number) => bend(x + (number - 0.5) * scale, y + (row - 0.5) * scale),
    outline: frame(x - edge * 0.4, y - edge * 0.4, across * scale + edge * 0.8, rows * scale + edge * 0.8, bend),
    middle: bend(x + (across * scale) / 2, y + (rows * scale) / 2),
    pitch: scale,
  };
}

function placeArea(block: Block, width: number, y: number, depth: number, bend: Bend): Placed {
  const middle = bend(0, y + depth / 2);
  return { block, at: () => middle, outline: frame(-width / 2, y, width, depth, bend), middle, pitch: depth };
}

/** A rectangle's outline, in steps that follow the bend. */
function frame(x: number, y: number, width: number, depth: number, bend: Bend): Point[] {
  const across = Array.from({ length: CURVE_STEPS + 1 }, (_, i) => x + (width * i) / CURVE_STEPS);
  return [...across.map((at) => bend(at, y)), ...across.reverse().map((at) => bend(at, y + depth))];
}
