import type { Point } from '../venue/shape.ts';
import type { Section } from '../venue/venue.ts';
import type { Camera, Size } from './camera.ts';
import { priceColour } from './colours.ts';
import { paintLabel, paintNumbers, paintRows, write } from './labels.ts';
import type { Scene, View } from './scene.ts';
import { SeatMarks, type SeatState } from './seat-marks.ts';

/** Below this, in CSS pixels between neighbours, sections say what is left; above, seats speak for themselves. */
const LABELS_BELOW_PIXELS = 5;
const SEATS_FROM_PIXELS = 0.8;
const ROWS_FROM_PIXELS = 11;
const NUMBERS_FROM_PIXELS = 21;

/** Paints all of the venue that `camera` has within `pixels`. */
export function paintVenue(
  context: CanvasRenderingContext2D,
  scene: Scene,
  camera: Camera,
  pixels: Size,
  density: number,
): void {
  const scale = camera.zoom * density;
  const toX = (x: number) => (x - camera.x) * scale + pixels.width / 2;
  const toY = (y: number) => (y - camera.y) * scale + pixels.height / 2;
  const view = { toX, toY, scale, density, pixels };
  context.clearRect(0, 0, pixels.width, pixels.height);
  paintStage(context, scene, view);
  for (const [nth, section] of scene.venue.sections.entries()) {
    if (!inView(section.outline, view)) continue;
    paintSection(context, scene, section, scene.left[nth] ?? 0, view);
  }
}

function inView(outline: readonly Point[], { toX, toY, pixels }: View): boolean {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of outline) {
    left = Math.min(left, toX(x));
    right = Math.max(right, toX(x));
    top = Math.min(top, toY(y));
    bottom = Math.max(bottom, toY(y));
  }
  return right >= 0 && left <= pixels.width && bottom >= 0 && top <= pixels.height;
}

function trace(context: CanvasRenderingContext2D, outline: readonly Point[], { toX, toY }: View): void {
  context.beginPath();
  for (const [x, y] of outline) context.lineTo(toX(x), toY(y));
  context.closePath();
}

function paintStage(context: CanvasRenderingContext2D, { venue, colours, words }: Scene, view: View): void {
  trace(context, venue.stage, view);
  context.fillStyle = colours.stage;
  context.fill();
  const xs = venue.stage.map(([x]) => x);
  const ys = venue.stage.map(([, y]) => y);
  const [y, height] = [(Math.min(...ys) + Math.max(...ys)) / 2, Math.max(...ys) - Math.min(...ys)];
  const width = (Math.max(...xs) - Math.min(...xs)) * view.scale;
  const size = Math.min(height * 0.42 * view.scale, 30 * view.density, width / 7);
  write(context, words.stage, view.toX(0), view.toY(y), size, colours.ground, 700, colours.font);
}

function paintSection(
  context: CanvasRenderingContext2D,
  scene: Scene,
  section: Section,
  left: number,
  view: View,
): void {
  const { colours } = scene;
  const pitch = section.pitch * view.scale;
  trace(context, section.outline, view);
  context.fillStyle = colours.section;
  context.fill();
  if (section.kind === 'STANDING') {
    paintStanding(context, scene, section, left, view);
    return;
  }
  if (pitch >= SEATS_FROM_PIXELS * view.density) paintSeats(context, scene, section, pitch, view);
  else {
    context.globalAlpha = 0.25 + (0.7 * left) / section.capacity;
    context.fillStyle = priceColour(colours, section.priceRank);
    context.fill();
    context.globalAlpha = 1;
  }
  if (pitch < LABELS_BELOW_PIXELS * view.density) paintLabel(context, scene, section, left, view);
}

function paintStanding(
  context: CanvasRenderingContext2D,
  scene: Scene,
  section: Section,
  left: number,
  view: View,
): void {
  const { colours, words } = scene;
  const colour = priceColour(colours, section.priceRank);
  context.globalAlpha = 0.16 + (0.34 * left) / section.capacity;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 1.4 * view.density;
  context.stroke();
  const [x, y] = [view.toX(section.middle[0]), view.toY(section.middle[1])];
  const size = Math.min(section.pitch * 0.24 * view.scale, 24 * view.density);
  write(context, section.name, x, y - size * 0.55, size, colours.ink, 700, colours.font);
  write(context, words.left(left), x, y + size * 0.6, size * 0.72, colours.ink, 500, colours.font);
}

function paintSeats(
  context: CanvasRenderingContext2D,
  scene: Scene,
  section: Section,
  pitch: number,
  view: View,
): void {
  const { venue, states } = scene;
  const marks = new SeatMarks(scene.colours, pitch);
  const { width, height } = view.pixels;
  // State by state, so that the colour is set three times and not for every seat.
  for (const state of ['2', '1', '0'] as SeatState[]) {
    const mark = marks.of(state, section.priceRank);
    for (const { index } of section.seats) {
      if ((states[index] ?? '0') !== state) continue;
      const [x, y] = [view.toX(venue.x[index] as number), view.toY(venue.y[index] as number)];
      if (x > -pitch && y > -pitch && x < width + pitch && y < height + pitch) mark(context, x, y);
    }
  }
  if (pitch >= ROWS_FROM_PIXELS * view.density) paintRows(context, scene, section, pitch, view);
  if (pitch >= NUMBERS_FROM_PIXELS * view.density) paintNumbers(context, scene, section, pitch, view);
}
