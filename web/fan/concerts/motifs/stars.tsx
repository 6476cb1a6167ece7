import { seeded } from '../../../shared/random.ts';
import type { MotifProps } from './props.ts';

const POLE = { x: 150, y: 150 };
/** Nine stars in a row, marching. */
const MARCH: [number, number][] = [
  [40, 318],
  [72, 282],
  [102, 300],
  [128, 248],
  [152, 214],
  [186, 226],
  [206, 176],
  [232, 142],
  [264, 92],
];

/** The trails of stars around the pole, seen through a dome, and a constellation of nine. */
export function Stars({ hue, seed, id }: MotifProps) {
  const random = seeded(seed);
  const trails = Array.from({ length: 92 }, () => {
    const radius = 8 + random() ** 0.7 * 300;
    return {
      d: arc(radius, random() * 2 * Math.PI, 0.25 + random() * 0.9),
      hue: hue - 44 + random() * 88,
      width: 0.5 + random() * 1.1,
      opacity: 0.25 + random() * 0.6,
    };
  });
  return (
    <>
      <defs>
        <radialGradient id={`${id}sky`} cx="0.5" cy="0.36" r="0.85">
          <stop offset="0" stop-color={`hsl(${hue - 14} 58% 34%)`} />
          <stop offset="0.6" stop-color={`hsl(${hue - 24} 56% 17%)`} />
          <stop offset="1" stop-color={`hsl(${hue - 40} 58% 8%)`} />
        </radialGradient>
        <radialGradient id={`${id}star`}>
          <stop offset="0" stop-color="#fff" />
          <stop offset="0.3" stop-color="#fff" stop-opacity="0.9" />
          <stop offset="1" stop-color={`hsl(${hue} 90% 80%)`} stop-opacity="0" />
        </radialGradient>
      </defs>
      <rect width="300" height="400" fill={`url(#${id}sky)`} />
      <g fill="none" stroke-linecap="round">
        {trails.map((trail) => (
          <path
            key={trail.d}
            d={trail.d}
            stroke={`hsl(${trail.hue} 80% 80%)`}
            stroke-width={trail.width}
            opacity={trail.opacity}
          />
        ))}
      </g>
      <path
        d={`M${MARCH.map(([x, y]) => `${x} ${y}`).join('L')}`}
        fill="none"
        stroke="#fff"
        stroke-width="1.1"
        opacity="0.75"
      />
      {MARCH.map(([x, y], i) => (
        <g key={x}>
          <circle cx={x} cy={y} r={11 + i} fill={`url(#${id}star)`} />
          <path d={spark(x, y, 5 + i * 0.7)} fill="#fff" />
        </g>
      ))}
      <path d="M-20 400C40 356 96 344 150 344S260 356 320 400Z" fill={`hsl(${hue - 44} 60% 6%)`} />
    </>
  );
}

function arc(radius: number, from: number, sweep: number): string {
  const point = (angle: number) =>
    `${(POLE.x + radius * Math.cos(angle)).toFixed(1)} ${(POLE.y + radius * Math.sin(angle)).toFixed(1)}`;
  return `M${point(from)}A${radius.toFixed(1)} ${radius.toFixed(1)} 0 0 1 ${point(from + sweep)}`;
}

/** A star of four points. */
const spark = (x: number, y: number, size: number) =>
  `M${x} ${y - size}Q${x} ${y} ${x + size} ${y}Q${x} ${y} ${x} ${y + size}Q${x} ${y} ${x - size} ${y}Q${x} ${y} ${x} ${y - size}Z`;
