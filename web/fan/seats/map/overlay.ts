import type { Camera, Size } from './camera.ts';
import { priceColour } from './colours.ts';
import type { Marks, Scene } from './scene.ts';

/** What stands out on the map: the fan's own seats, the one they look at, and those offered instead of a lost one. */
export function paintMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  { mine, chosen, offered }: Marks,
  camera: Camera,
  size: Size,
  density: number,
): void {
  const { venue, colours } = scene;
  const at = (index: number) => ({
    x: (((venue.x[index] ?? 0) - camera.x) * camera.zoom + size.width / 2) * density,
    y: (((venue.y[index] ?? 0) - camera.y) * camera.zoom + size.height / 2) * density,
    radius: Math.max(5, 0.5 * camera.zoom * (venue.sections[venue.sectionOf[index] ?? 0]?.pitch ?? 1)) * density,
    standing: venue.seats[index]?.kind === 'STANDING',
  });
  for (const index of offered) {
    const { x, y, radius } = at(index);
    ring(context, x, y, radius * 1.35, colours.accent, 2 * density);
  }
  for (const index of mine) {
    const { x, y, radius, standing } = at(index);
    if (!standing) tick(context, x, y, radius * 1.2, colours.accent, colours.ground);
  }
  if (chosen === null || venue.seats[chosen]?.kind === 'STANDING') return;
  const { x, y, radius } = at(chosen);
  context.beginPath();
  context.arc(x, y, radius * 1.25, 0, 2 * Math.PI);
  context.fillStyle = priceColour(colours, venue.sections[venue.sectionOf[chosen] ?? 0]?.priceRank ?? 0);
  context.fill();
  ring(context, x, y, radius * 1.6, colours.ink, 2.4 * density);
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string, width: number) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** A disc with a tick. */
function tick(context: CanvasRenderingContext2D, x: number, y: number, radius: number, colour: string, on: string) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.beginPath();
  context.moveTo(x - radius * 0.45, y + radius * 0.02);
  context.lineTo(x - radius * 0.1, y + radius * 0.38);
  context.lineTo(x + radius * 0.48, y - radius * 0.36);
  context.strokeStyle = on;
  context.lineWidth = radius * 0.26;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.stroke();
}
