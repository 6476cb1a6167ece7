import type { Camera, Size } from './camera.ts';
import { paintVenue } from './paint.ts';
import type { Scene } from './scene.ts';

/** Painted beyond the view on each side, as a share of it: a pan rarely leaves what is painted. */
const MARGIN = 0.5;
const MOST_PIXELS = 7_000_000;
/** A picture may be stretched by so much while somebody zooms. */
const STRETCH = 1.7;

/**
 * The venue as a picture of more than what is in view. Panning copies it, whatever the number of seats; it is painted anew
 * when the view leaves it, when seats change, and, sharp, when a zoom has come to rest.
 */
export class Layer {
  readonly #canvas = document.createElement('canvas');
  readonly #context = this.#canvas.getContext('2d') as CanvasRenderingContext2D;
  #painted: { camera: Camera; width: number; height: number; density: number } | null = null;
  /** How often it was painted. */
  paints = 0;

  makeStale(): void {
    this.#painted = null;
  }

  /** @param resting nobody pans or zooms: what is stretched is painted again */
  draw(
    target: CanvasRenderingContext2D,
    scene: Scene,
    camera: Camera,
    size: Size,
    density: number,
    resting: boolean,
  ): void {
    if (!this.#serves(camera, size, density, resting)) this.#paint(scene, camera, size, density);
    const painted = this.#painted;
    if (!painted) return;
    const stretch = camera.zoom / painted.camera.zoom;
    const width = painted.width * stretch * density;
    const height = painted.height * stretch * density;
    const x = (size.width / 2 - (camera.x - painted.camera.x) * camera.zoom) * density - width / 2;
    const y = (size.height / 2 - (camera.y - painted.camera.y) * camera.zoom) * density - height / 2;
    if (stretch === 1) target.drawImage(this.#canvas, Math.round(x), Math.round(y));
    else target.drawImage(this.#canvas, x, y, width, height);
  }

  #serves(camera: Camera, size: Size, density: number, resting: boolean): boolean {
    const painted = this.#painted;
    if (!painted || painted.density !== density) return false;
    const stretch = camera.zoom / painted.camera.zoom;
    if (resting ? stretch !== 1 : stretch > STRETCH || stretch < 1 / STRETCH) return false;
    const room = (all: number, view: number, off: number) =>
      (all * stretch - view) / 2 - Math.abs(off) * camera.zoom >= -0.5;
    return (
      room(painted.width, size.width, camera.x - painted.camera.x) &&
      room(painted.height, size.height, camera.y - painted.camera.y)
    );
  }

  #paint(scene: Scene, camera: Camera, size: Size, density: number): void {
    const pixels = size.width * size.height * density * density;
    const margin = Math.max(0, Math.min(MARGIN, (Math.sqrt(MOST_PIXELS / Math.max(1, pixels)) - 1) / 2));
    const width = Math.ceil(size.width * (1 + margin * 2));
    const height = Math.ceil(size.height * (1 + margin * 2));
    this.#canvas.width = Math.ceil(width * density);
    this.#canvas.height = Math.ceil(height * density);
    this.#painted = { camera, width: this.#canvas.width / density, height: this.#canvas.height / density, density };
    this.paints++;
    paintVenue(this.#context, scene, camera, { width: this.#canvas.width, height: this.#canvas.height }, density);
  }
}
