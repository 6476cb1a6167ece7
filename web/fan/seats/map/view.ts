import { Finder } from '../venue/finder.ts';
import type { Point } from '../venue/shape.ts';
import { boxOf } from '../venue/shape.ts';
import { between, bounded, type Camera, fitted, resized, type Size, zoomed } from './camera.ts';
import { listenToGestures } from './gestures.ts';
import { Layer } from './layer.ts';
import { paintMarks } from './overlay.ts';
import type { Marks, Scene } from './scene.ts';

export interface MapEvents {
  seat(index: number): void;
  /** A standing section. */
  area(section: number): void;
}

/** Seats closer together than this, in CSS pixels, are too small to be tapped: a tap comes closer instead. */
const TAPPABLE_PIXELS = 11;
const SECTION_ZOOM = { least: 17, most: 24 };
const MOVE_MILLISECONDS = 320;
/** How far beside a seat a finger may be, and in seats. */
const FINGER_PIXELS = 22;
const MOST_REACH = 2.2;
const FRICTION = 0.0045;
const SLOWEST = 0.02;
const REST_MILLISECONDS = 140;

/** The seat map on a canvas: its camera, what moves it, and when it is drawn. */
export class MapView {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #events: MapEvents;
  readonly #layer = new Layer();
  readonly #finder: Finder;
  readonly #unlisten: () => void;
  readonly #observer: ResizeObserver;
  #scene: Scene;
  #marks: Marks = { mine: [], chosen: null, offered: [] };
  #size: Size = { width: 0, height: 0 };
  #camera: Camera = { x: 0, y: 0, zoom: 1 };
  #motion: ((at: number) => boolean) | null = null;
  #touchedAt = 0;
  #frame = 0;

  constructor(canvas: HTMLCanvasElement, scene: Scene, events: MapEvents) {
    this.#canvas = canvas;
    this.#context = canvas.getContext('2d') as CanvasRenderingContext2D;
    this.#scene = scene;
    this.#events = events;
    this.#finder = new Finder(scene.venue);
    this.#unlisten = listenToGestures(canvas, {
      pan: (dx, dy) => this.#pan(dx, dy),
      zoom: (factor, x, y) => this.#zoomAt(factor, x, y),
      tap: (x, y) => this.#tap(x, y),
      released: (vx, vy) => this.#glide(vx, vy),
    });
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(canvas);
    this.#resize();
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#unlisten();
    cancelAnimationFrame(this.#frame);
  }

  /** Seats changed hands, or colours and words did. */
  setScene(scene: Scene): void {
    this.#scene = scene;
    this.#layer.makeStale();
    this.#wake();
  }

  setMarks(marks: Marks): void {
    this.#marks = marks;
    this.#wake();
  }

  fit(): void {
    this.#moveTo(fitted(this.#scene.venue.bounds, this.#size));
  }

  zoomBy(factor: number): void {
    this.#moveTo(this.#bounded(zoomed(this.#camera, factor, { x: 0, y: 0 })));
  }

  panBy(dx: number, dy: number): void {
    this.#moveTo(
      this.#bounded({
        ...this.#camera,
        x: this.#camera.x + dx / this.#camera.zoom,
        y: this.#camera.y + dy / this.#camera.zoom,
      }),
    );
  }

  /** Comes close enough to a section to tap its seats. */
  showSection(nth: number, around?: Point): void {
    const section = this.#scene.venue.sections[nth];
    if (!section) return;
    const whole = fitted(boxOf([section.outline]), this.#size);
    const zoom = Math.min(SECTION_ZOOM.most, Math.max(SECTION_ZOOM.least / section.pitch, whole.zoom));
    const [x, y] = zoom > whole.zoom && around ? around : [whole.x, whole.y];
    this.#moveTo(this.#bounded({ x, y, zoom }));
  }

  showSeat(index: number): void {
    const { venue } = this.#scene;
    const zoom = Math.max(this.#camera.zoom, SECTION_ZOOM.least);
    this.#moveTo(this.#bounded({ x: venue.x[index] ?? 0, y: venue.y[index] ?? 0, zoom }));
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (width === 0 || height === 0) return;
    const before = this.#size;
    const { bounds } = this.#scene.venue;
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * this.#density());
    this.#canvas.height = Math.round(height * this.#density());
    this.#camera = before.width === 0 ? fitted(bounds, this.#size) : resized(this.#camera, bounds, before, this.#size);
    this.#draw(performance.now());
  }

  /** More than 2.5 can't be seen, and costs. */
  #density = () => Math.min(devicePixelRatio || 1, 2.5);

  #bounded = (camera: Camera): Camera => bounded(camera, this.#scene.venue.bounds, this.#size);

  #pan(dx: number, dy: number): void {
    this.#motion = null;
    this.#touched();
    const { x, y, zoom } = this.#camera;
    this.#camera = this.#bounded({ x: x - dx / zoom, y: y - dy / zoom, zoom });
    this.#wake();
  }

  #zoomAt(factor: number, x: number, y: number): void {
    this.#motion = null;
    this.#touched();
    const at = { x: x - this.#size.width / 2, y: y - this.#size.height / 2 };
    const zoom = this.#bounded({ ...this.#camera, zoom: this.#camera.zoom * factor }).zoom;
    this.#camera = this.#bounded(zoomed(this.#camera, zoom / this.#camera.zoom, at));
    this.#wake();
  }

  #tap(x: number, y: number): void {
    const { venue, states } = this.#scene;
    const { zoom } = this.#camera;
    const atX = this.#camera.x + (x - this.#size.width / 2) / zoom;
    const atY = this.#camera.y + (y - this.#size.height / 2) / zoom;
    const nth = this.#finder.sectionAt(atX, atY);
    const section = nth === null ? undefined : venue.sections[nth];
    if (nth !== null && section?.kind === 'STANDING') this.#events.area(nth);
    else if (nth !== null && section && section.pitch * zoom < TAPPABLE_PIXELS) this.showSection(nth, [atX, atY]);
    else {
      const reach = Math.min(MOST_REACH, FINGER_PIXELS / zoom);
      const seat = this.#finder.seatAt(atX, atY, reach, (index) => states[index] === '0');
      if (seat !== null) this.#events.seat(seat);
    }
  }

  #moveTo(target: Camera): void {
    const from = this.#camera;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.#camera = target;
      this.#wake();
      return;
    }
    const began = performance.now();
    this.#motion = (at) => {
      const part = Math.min(1, Math.max(0, (at - began) / MOVE_MILLISECONDS));
      this.#camera = between(from, target, 1 - (1 - part) ** 3);
      return part < 1;
    };
    this.#touched();
    this.#wake();
  }

  /** Goes on after the finger left, slower and slower. */
  #glide(vx: number, vy: number): void {
    let [speedX, speedY] = [vx, vy];
    let last = performance.now();
    this.#motion = (at) => {
      const took = Math.min(50, Math.max(0, at - last));
      last = at;
      const { x, y, zoom } = this.#camera;
      this.#camera = this.#bounded({ x: x - (speedX * took) / zoom, y: y - (speedY * took) / zoom, zoom });
      const slower = Math.exp(-FRICTION * took);
      speedX *= slower;
      speedY *= slower;
      return Math.hypot(speedX, speedY) > SLOWEST;
    };
    this.#wake();
  }

  #touched(): void {
    this.#touchedAt = performance.now();
  }

  #wake(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((at) => this.#draw(at));
  }

  #draw(at: number): void {
    this.#frame = 0;
    if (this.#motion && !this.#motion(at)) this.#motion = null;
    else if (this.#motion) this.#touchedAt = at;
    const resting = at - this.#touchedAt > REST_MILLISECONDS;
    const density = this.#density();
    this.#context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    this.#layer.draw(this.#context, this.#scene, this.#camera, this.#size, density, resting);
    paintMarks(this.#context, this.#scene, this.#marks, this.#camera, this.#size, density);
    this.#canvas.dataset.paints = String(this.#layer.paints);
    if (this.#motion || !resting) this.#wake();
  }
}
