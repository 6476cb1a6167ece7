import type { MotifProps } from './props.ts';

const HORIZON = 214;
const VANISHING_X = 150;
const KEYS = 14;
/** Which of seven white keys have a black one on their right. */
const BLACK_AFTER = [true, true, false, true, true, true, false];

/** A keyboard as a road towards a winter sun, and somebody walking on it. */
export function Piano({ hue, id }: MotifProps) {
  return (
    <>
      <defs>
        <linearGradient id={`${id}sky`} x2="0" y2="1">
          <stop offset="0" stop-color={`hsl(${hue + 196} 26% 24%)`} />
          <stop offset="0.5" stop-color={`hsl(${hue - 8} 42% 56%)`} />
          <stop offset="1" stop-color={`hsl(${hue + 8} 88% 82%)`} />
        </linearGradient>
        <radialGradient id={`${id}sun`}>
          <stop offset="0" stop-color="#fffaf0" />
          <stop offset="0.34" stop-color={`hsl(${hue + 10} 100% 86%)`} />
          <stop offset="0.37" stop-color={`hsl(${hue + 6} 96% 78% / 0.5)`} />
          <stop offset="1" stop-color={`hsl(${hue + 6} 96% 78% / 0)`} />
        </radialGradient>
        <linearGradient id={`${id}key`} x2="0" y2="1">
          <stop offset="0" stop-color={`hsl(${hue + 8} 70% 86%)`} />
          <stop offset="1" stop-color="#fffdf8" />
        </linearGradient>
      </defs>
      <rect width="300" height={HORIZON + 2} fill={`url(#${id}sky)`} />
      <circle cx={VANISHING_X} cy={HORIZON - 10} r="124" fill={`url(#${id}sun)`} />
      <path
        d={`M0 ${HORIZON - 16} C60 ${HORIZON - 32} 100 ${HORIZON - 6} 150 ${HORIZON - 3} C210 ${HORIZON} 250 ${HORIZON - 26} 300 ${HORIZON - 20} V400 H0Z`}
        fill={`hsl(${hue} 24% 62%)`}
      />
      <rect y={HORIZON} width="300" height="190" fill={`hsl(${hue} 22% 30%)`} />
      <path d={key(0, KEYS, 1)} fill={`url(#${id}key)`} />
      {Array.from({ length: KEYS + 1 }, (_, i) => (
        <path key={i} d={`M${at(i, 0.04)}L${at(i, 1)}`} stroke={`hsl(${hue} 30% 40%)`} stroke-width="0.9" />
      ))}
      {Array.from({ length: KEYS - 1 }, (_, i) => i)
        .filter((i) => BLACK_AFTER[i % 7])
        .map((i) => (
          <path key={i} d={key(i + 0.68, i + 1.32, 0.62)} fill={`hsl(${hue - 6} 24% 13%)`} />
        ))}
      <Tree x={52} hue={hue} />
      <g fill={`hsl(${hue - 6} 24% 13%)`}>
        <circle cx="158" cy="216" r="3.1" />
        <path d="M155.6 220h5l2.6 13h-2l1 9h-2.4l-1.6-8-2 8h-2.4l1.6-10z" />
      </g>
    </>
  );
}

/** Where the line between two keys is, `depth` from the horizon (0) to the fan (1). */
function at(index: number, depth: number): string {
  const bottomX = -150 + (index / KEYS) * 600;
  const x = VANISHING_X + (bottomX - VANISHING_X) * (0.03 + depth * 0.97);
  return `${x.toFixed(1)} ${(HORIZON + 2 + depth * (400 - HORIZON)).toFixed(1)}`;
}

const key = (from: number, to: number, depth: number) =>
  `M${at(from, 0)}L${at(to, 0)}L${at(to, depth)}L${at(from, depth)}Z`;

function Tree({ x, hue }: { x: number; hue: number }) {
  const branches = [
    'M0 0V-92',
    'M0 -38L-22 -66L-30 -84M-22 -66L-16 -86',
    'M0 -48L20 -76L30 -90M20 -76L17 -98',
    'M0 -64L-14 -90L-20 -108M-14 -90L-7 -110',
    'M0 -72L10 -98L16 -116M10 -98L4 -118',
  ];
  return (
    <g
      transform={`translate(${x} ${HORIZON + 2})`}
      stroke={`hsl(${hue - 6} 26% 15%)`}
      stroke-linecap="round"
      fill="none"
    >
      {branches.map((path, i) => (
        <path key={path} d={path} stroke-width={i === 0 ? 3.4 : 1.7} />
      ))}
    </g>
  );
}
