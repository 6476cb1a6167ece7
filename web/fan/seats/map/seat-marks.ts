import { type Colours, PRICE_COLOURS } from './colours.ts';

export type SeatState = '0' | '1' | '2';

/** From this size on, in device pixels, seats are round and have a shape that tells their state. */
const SHAPED_FROM_PIXELS = 7;

type Mark = (context: CanvasRenderingContext2D, x: number, y: number) => void;

/**
 * How seats are drawn at one size. Free is full, held a ring with a bar, sold a small cross; far away, where there is no
 * room for shapes, they are squares of three sizes. Told apart by shape and size, not by colour alone.
 */
export class SeatMarks {
  readonly #marks = new Map<string, Mark>();
  readonly #colours: Colours;
  readonly #size: number;

  /** @param pitch between neighbours, in device pixels */
  constructor(colours: Colours, pitch: number) {
    this.#colours = colours;
    this.#size = pitch * 0.84;
  }

  of(state: SeatState, priceRank: number): Mark {
    const rank = priceRank % PRICE_COLOURS;
    const key = state === '0' ? `0${rank}` : state;
    let mark = this.#marks.get(key);
    if (!mark) {
      mark = this.#size < SHAPED_FROM_PIXELS ? this.#square(state, rank) : this.#stamp(state, rank);
      this.#marks.set(key, mark);
    }
    return mark;
  }

  #square(state: SeatState, rank: number): Mark {
    const { prices, held, sold } = this.#colours;
    const colour = state === '0' ? (prices[rank] as string) : state === '1' ? held : sold;
    const size = Math.max(1, this.#size * (state === '0' ? 1 : state === '1' ? 0.66 : 0.4));
    return (context, x, y) => {
      context.fillStyle = colour;
      context.fillRect(x - size / 2, y - size / 2, size, size);
    };
  }

  /** Drawn once, then copied: the cheapest way to draw the same round thing thousands of times. */
  #stamp(state: SeatState, rank: number): Mark {
    const side = Math.ceil(this.#size) + 2;
    const stamp = document.createElement('canvas');
    stamp.width = side;
    stamp.height = side;
    const context = stamp.getContext('2d') as CanvasRenderingContext2D;
    context.translate(side / 2, side / 2);
    drawSeat(context, state, this.#size / 2, this.#colours, rank);
    return (target, x, y) => target.drawImage(stamp, Math.round(x - side / 2), Math.round(y - side / 2));
  }
}

/** A seat around 0, 0. The legend draws it as well. */
export function drawSeat(
  context: CanvasRenderingContext2D,
  state: SeatState,
  radius: number,
  { prices, held, sold }: Colours,
  rank: number,
): void {
  context.lineCap = 'round';
  context.beginPath();
  if (state === '0') {
    context.fillStyle = prices[rank] as string;
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.fill();
  } else if (state === '1') {
    context.strokeStyle = held;
    context.lineWidth = Math.max(1.2, radius * 0.26);
    const inner = radius - context.lineWidth / 2;
    context.arc(0, 0, inner, 0, 2 * Math.PI);
    context.moveTo(-inner * 0.45, 0);
    context.lineTo(inner * 0.45, 0);
    context.stroke();
  } else {
    context.strokeStyle = sold;
    context.lineWidth = Math.max(1.1, radius * 0.22);
    const arm = radius * 0.42;
    context.moveTo(-arm, -arm);
    context.lineTo(arm, arm);
    context.moveTo(arm, -arm);
    context.lineTo(-arm, arm);
    context.stroke();
  }
}
