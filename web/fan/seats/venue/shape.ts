import type { Block } from './blocks.ts';

export type Point = readonly [x: number, y: number];

/** A section where it stands. The stage is above, y grows away from it; a unit is about the width of a seat. */
export interface Placed {
  block: Block;
  /** Where a seat of the block is, by row and number, both from 1. */
  at(row: number, number: number): Point;
  outline: Point[];
  /** The middle, where its name is written. */
  middle: Point;
  /** Between neighbours of a row. */
  pitch: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function boxOf(outlines: readonly (readonly Point[])[]): Box {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of outlines.flat()) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

/** The diameter of the largest circle around a point within an outline: how much room there is for words. */
export function roomAround([x, y]: Point, outline: readonly Point[]): number {
  let nearest = Infinity;
  for (const [i, [ax, ay]] of outline.entries()) {
    const [bx, by] = outline[(i + 1) % outline.length] as Point;
    const [dx, dy] = [bx - ax, by - ay];
    const part = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(x - ax - dx * part, y - ay - dy * part));
  }
  return nearest * 2;
}

/** Whether a point lies within an outline. */
export function within(outline: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [ax, ay] = outline[i] as Point;
    const [bx, by] = outline[j] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}
