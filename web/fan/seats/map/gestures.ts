export interface GestureHandlers {
  /** In CSS pixels. */
  pan(dx: number, dy: number): void;
  /** Around a point from the top left of the element. */
  zoom(factor: number, x: number, y: number): void;
  tap(x: number, y: number): void;
  /** The last finger left, at this speed in pixels a millisecond. */
  released(vx: number, vy: number): void;
}

const TAP_WITHIN_PIXELS = 8;
const TAP_WITHIN_MILLISECONDS = 500;
const SPEED_OVER_MILLISECONDS = 90;

/** Fingers, mouse and wheel on the map. The returned function takes the listeners away. */
export function listenToGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  const fingers = new Map<number, { x: number; y: number }>();
  let begun = { x: 0, y: 0, at: 0, moved: false };
  let trail: { x: number; y: number; at: number }[] = [];

  const point = (event: PointerEvent | WheelEvent) => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, point(event));
    if (fingers.size === 1) begun = { ...point(event), at: event.timeStamp, moved: false };
    else begun.moved = true;
    trail = [];
  };

  const move = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = point(event);
    if (Math.hypot(now.x - begun.x, now.y - begun.y) > TAP_WITHIN_PIXELS) begun.moved = true;
    const other = [...fingers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    fingers.set(event.pointerId, now);
    if (!begun.moved) return;
    if (!other) {
      handlers.pan(now.x - before.x, now.y - before.y);
      trail = [
        ...trail.filter(({ at }) => at > event.timeStamp - SPEED_OVER_MILLISECONDS),
        { ...now, at: event.timeStamp },
      ];
      return;
    }
    const [wide, narrow] = [
      Math.hypot(now.x - other.x, now.y - other.y),
      Math.hypot(before.x - other.x, before.y - other.y),
    ];
    handlers.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (narrow > 4) handlers.zoom(wide / narrow, (now.x + other.x) / 2, (now.y + other.y) / 2);
  };

  const up = (event: PointerEvent) => {
    if (!fingers.delete(event.pointerId) || fingers.size > 0) return;
    const quick = event.timeStamp - begun.at < TAP_WITHIN_MILLISECONDS;
    if (event.type === 'pointerup' && !begun.moved && quick) return handlers.tap(begun.x, begun.y);
    const [first, last] = [trail[0], trail.at(-1)];
    const took = first && last ? event.timeStamp - first.at : 0;
    if (first && last && took > 0) handlers.released((last.x - first.x) / took, (last.y - first.y) / took);
    else handlers.released(0, 0);
  };

  const wheel = (event: WheelEvent) => {
    event.preventDefault();
    const { x, y } = point(event);
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    handlers.zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), x, y);
    handlers.released(0, 0);
  };

  element.addEventListener('pointerdown', down);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', up);
  element.addEventListener('pointercancel', up);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', down);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', up);
    element.removeEventListener('pointercancel', up);
    element.removeEventListener('wheel', wheel);
  };
}
