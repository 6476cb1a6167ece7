import type { Venue } from '../venue/venue.ts';
import type { Size } from './camera.ts';
import type { Colours } from './colours.ts';

/** What there is to paint. */
export interface Scene {
  venue: Venue;
  /** One state a seat. */
  states: string;
  /** Left in each section. */
  left: readonly number[];
  colours: Colours;
  words: { stage: string; left: (count: number) => string };
}

/** What the fan has and what they look at. */
export interface Marks {
  mine: readonly number[];
  chosen: number | null;
  offered: readonly number[];
}

/** From the venue's units to the pixels of a canvas. */
export interface View {
  toX: (x: number) => number;
  toY: (y: number) => number;
  /** Device pixels a unit. */
  scale: number;
  density: number;
  pixels: Size;
}
