import type { Box } from '../venue/shape.ts';

/** What part of the venue is looked at: the point in the middle, and CSS pixels a unit. */
export interface Camera {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

const CLOSEST_ZOOM = 34;
const PADDING = 14;

/** Everything in view. */
export function fitted(box: Box, { width, height }: Size, closest = CLOSEST_ZOOM): Camera {
  const [across, down] = [Math.max(1, box.right - box.left), Math.max(1, box.bottom - box.top)];
  const zoom = Math.min((width - PADDING * 2) / across, (height - PADDING * 2) / down, closest);
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, zoom: Math.max(zoom, 0.1) };
}

/** Closer by `factor`, with the point under `at` (from the middle of the view) staying where it is. */
export function zoomed(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const zoom = camera.zoom * factor;
  const shift = 1 / camera.zoom - 1 / zoom;
  return { x: camera.x + at.x * shift, y: camera.y + at.y * shift, zoom };
}

/** Never farther than the whole venue, never closer than a seat is large, and always with some of the venue in view. */
export function bounded(camera: Camera, box: Box, size: Size): Camera {
  const farthest = fitted(box, size).zoom * 0.9;
  const zoom = Math.min(CLOSEST_ZOOM, Math.max(farthest, camera.zoom));
  const within = (value: number, low: number, high: number, view: number) => {
    const half = view / zoom / 2;
    const [least, most] = [low + half * 0.6, high - half * 0.6];
    return least > most ? (low + high) / 2 : Math.min(most, Math.max(least, value));
  };
  return {
    x: within(camera.x, box.left, box.right, size.width),
    y: within(camera.y, box.top, box.bottom, size.height),
    zoom,
  };
}

/** After the window changed, as when a phone is turned: who saw the whole venue sees all of it again. */
export function resized(camera: Camera, box: Box, before: Size, after: Size): Camera {
  const whole = fitted(box, before);
  const sawAll = camera.zoom <= whole.zoom * 1.01;
  return sawAll ? fitted(box, after) : bounded(camera, box, after);
}

export const between = (from: Camera, to: Camera, part: number): Camera => ({
  x: from.x + (to.x - from.x) * part,
  y: from.y + (to.y - from.y) * part,
  zoom: from.zoom * (to.zoom / from.zoom) ** part,
});
