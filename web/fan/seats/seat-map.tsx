import { useEffect, useMemo, useRef } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';
import { onColoursChanged } from '../../shared/theme.ts';
import { useTexts } from '../texts/index.ts';
import { Legend } from './legend.tsx';
import { readColours } from './map/colours.ts';
import type { Marks } from './map/scene.ts';
import { MapView } from './map/view.ts';
import type { Seats } from './use-seats.ts';

interface SeatMapProps {
  seats: Seats;
  marks: Marks;
  /** A section to come closer to, or a seat; another object is another wish. */
  look: { section: number } | { seat: number } | null;
  onSeat: (index: number) => void;
  onArea: (section: number) => void;
}

const PAN_PIXELS = 90;

/** The venue on a canvas. Everything it can do, the list beside it can do with buttons. */
export function SeatMap({ seats, marks, look, onSeat, onArea }: SeatMapProps) {
  const texts = useTexts();
  const now = useStore(language);
  const { canvas, view } = useMapView(seats, { onSeat, onArea });
  useEffect(() => view.current?.setMarks(marks), [marks, view]);
  useEffect(() => {
    if (look && 'section' in look) view.current?.showSection(look.section);
    if (look && 'seat' in look) view.current?.showSeat(look.seat);
  }, [look, view]);
  const total = useMemo(() => seats.left.reduce((sum, left) => sum + left, 0), [seats.left]);
  return (
    <div class="map">
      <div class="map-frame">
        <canvas
          ref={canvas}
          class="map-canvas"
          tabIndex={0}
          role="img"
          aria-label={texts.seats.mapLabel(number(total, now))}
          onKeyDown={(event) => view.current && onKey(event, view.current)}
        />
      </div>
      <div class="map-buttons">
        <button type="button" class="round" aria-label={texts.seats.zoomIn} onClick={() => view.current?.zoomBy(1.8)}>
          +
        </button>
        <button
          type="button"
          class="round"
          aria-label={texts.seats.zoomOut}
          onClick={() => view.current?.zoomBy(1 / 1.8)}
        >
          −
        </button>
        <button type="button" class="round" aria-label={texts.seats.fit} onClick={() => view.current?.fit()}>
          ⤢
        </button>
      </div>
      <Legend prices={seats.venue.prices} />
    </div>
  );
}

/** The drawn map of a canvas, kept in step with seats, colours and language. */
function useMapView(seats: Seats, on: { onSeat: (index: number) => void; onArea: (section: number) => void }) {
  const texts = useTexts();
  const now = useStore(language);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<MapView | null>(null);
  const events = useRef(on);
  events.current = on;
  const scene = useRef(() => sceneOf(seats));
  scene.current = () => sceneOf(seats);

  function sceneOf({ venue, states, left }: Seats) {
    const words = { stage: texts.seats.stage, left: (count: number) => number(count, now) };
    return { venue, states, left, words, colours: readColours(canvas.current?.parentElement as HTMLElement) };
  }

  // A map of its own for each venue
  useEffect(() => {
    if (!canvas.current) return;
    const made = new MapView(canvas.current, scene.current(), {
      seat: (index) => events.current.onSeat(index),
      area: (section) => events.current.onArea(section),
    });
    view.current = made;
    const end = onColoursChanged(() => made.setScene(scene.current()));
    return () => {
      end();
      made.destroy();
      view.current = null;
    };
  }, [seats.venue]);
  // What the scene is made of
  useEffect(() => view.current?.setScene(scene.current()), [seats.states, seats.left, now]);
  return { canvas, view };
}

function onKey(event: KeyboardEvent, view: MapView): void {
  const moves: Record<string, () => void> = {
    ArrowLeft: () => view.panBy(-PAN_PIXELS, 0),
    ArrowRight: () => view.panBy(PAN_PIXELS, 0),
    ArrowUp: () => view.panBy(0, -PAN_PIXELS),
    ArrowDown: () => view.panBy(0, PAN_PIXELS),
    '+': () => view.zoomBy(1.6),
    '=': () => view.zoomBy(1.6),
    '-': () => view.zoomBy(1 / 1.6),
    '0': () => view.fit(),
  };
  const move = moves[event.key];
  if (!move || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  move();
}
