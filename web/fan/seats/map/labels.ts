import type { Section } from '../venue/venue.ts';
import type { Scene, View } from './scene.ts';

/** The number of each row, before its first seat. */
export function paintRows(
  context: CanvasRenderingContext2D,
  { venue, colours }: Scene,
  section: Section,
  pitch: number,
  view: View,
): void {
  for (const [nth, { index, row, number }] of section.seats.entries()) {
    if (number !== 1) continue;
    const next = section.seats[nth + 1];
    if (!next) continue;
    const [x, y] = [venue.x[index] as number, venue.y[index] as number];
    const [dx, dy] = [x - (venue.x[next.index] as number), y - (venue.y[next.index] as number)];
    write(context, String(row), view.toX(x + dx), view.toY(y + dy), pitch * 0.46, colours.muted, 500, colours.font);
  }
}

export function paintNumbers(
  context: CanvasRenderingContext2D,
  scene: Scene,
  section: Section,
  pitch: number,
  view: View,
): void {
  const { venue, states, colours } = scene;
  for (const { index, number } of section.seats) {
    if (states[index] !== '0') continue;
    const [x, y] = [view.toX(venue.x[index] as number), view.toY(venue.y[index] as number)];
    if (x < 0 || y < 0 || x > view.pixels.width || y > view.pixels.height) continue;
    write(context, String(number), x, y, pitch * 0.38, colours.ground, 600, colours.font);
  }
}

/** A section's name and what is left of it, on a plate that keeps it readable over its seats; only where it has room. */
export function paintLabel(
  context: CanvasRenderingContext2D,
  scene: Scene,
  section: Section,
  left: number,
  view: View,
): void {
  const { colours, words } = scene;
  const [x, y] = [view.toX(section.middle[0]), view.toY(section.middle[1])];
  const room = section.room * view.scale;
  const size = Math.min(13, Math.max(9, room / view.density / 2.9)) * view.density;
  const below = words.left(left);
  const nameWidth = widthOf(context, section.name, size, 700, colours.font);
  const width = Math.max(nameWidth, widthOf(context, below, size * 0.86, 500, colours.font));
  if (nameWidth > room * 1.4 || size > room) return;
  const both = width <= room * 1.4 && size * 2.1 <= room;
  const plate = both
    ? { width: width + size * 0.7, height: size * 2.4 }
    : { width: nameWidth + size * 0.6, height: size * 1.4 };
  context.globalAlpha = 0.86;
  context.fillStyle = colours.ground;
  context.beginPath();
  context.roundRect(x - plate.width / 2, y - plate.height / 2, plate.width, plate.height, size * 0.35);
  context.fill();
  context.globalAlpha = 1;
  const dim = left > 0 ? colours.ink : colours.muted;
  write(context, section.name, x, both ? y - size * 0.5 : y, size, dim, 700, colours.font);
  if (both) write(context, below, x, y + size * 0.56, size * 0.86, dim, 500, colours.font);
}

function widthOf(context: CanvasRenderingContext2D, text: string, size: number, weight: number, font: string): number {
  context.font = `${weight} ${size}px ${font}`;
  return context.measureText(text).width;
}

export function write(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  size: number,
  colour: string,
  weight: number,
  font: string,
): void {
  context.font = `${weight} ${size}px ${font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(text, x, y);
}
