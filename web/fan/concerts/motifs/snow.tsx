import { seeded } from '../../../shared/random.ts';
import type { MotifProps } from '../poster.tsx';

/** Snow over a river at night. */
export function Snow({ hue, seed, id }: MotifProps) {
  const random = seeded(seed);
  const flakes = Array.from({ length: 110 }, () => ({
    x: random() * 300,
    y: random() * 400,
    r: 0.5 + random() ** 3 * 3.2,
    opacity: 0.35 + random() * 0.6,
  }));
  return (
    <>
      <defs>
        <linearGradient id={`${id}sky`} x2="0" y2="1">
          <stop offset="0" stop-color={`hsl(${hue + 22} 52% 12%)`} />
          <stop offset="0.55" stop-color={`hsl(${hue + 6} 48% 30%)`} />
          <stop offset="1" stop-color={`hsl(${hue - 10} 50% 66%)`} />
        </linearGradient>
        <radialGradient id={`${id}moon`}>
          <stop offset="0" stop-color="#fffdf2" />
          <stop offset="0.24" stop-color="#fff8dd" />
          <stop offset="0.27" stop-color={`hsl(${hue} 60% 78% / 0.45)`} />
          <stop offset="1" stop-color={`hsl(${hue} 60% 70% / 0)`} />
        </radialGradient>
        <linearGradient id={`${id}river`} x2="0" y2="1">
          <stop offset="0" stop-color={`hsl(${hue - 8} 46% 62%)`} />
          <stop offset="1" stop-color={`hsl(${hue + 12} 50% 22%)`} />
        </linearGradient>
      </defs>
      <rect width="300" height="400" fill={`url(#${id}sky)`} />
      <circle cx="214" cy="96" r="104" fill={`url(#${id}moon)`} />
      <path
        d="M0 250 L40 214 L74 238 L118 186 L160 232 L200 204 L246 242 L300 208 V300 H0Z"
        fill={`hsl(${hue + 4} 36% 46%)`}
        opacity="0.75"
      />
      <path d="M0 276 L52 242 L96 268 L150 226 L206 272 L254 246 L300 270 V320 H0Z" fill={`hsl(${hue + 10} 42% 30%)`} />
      <rect y="300" width="300" height="100" fill={`url(#${id}river)`} />
      {[0, 1, 2, 3, 4, 5].map((i) => (
        <rect
          key={i}
          x={190 - i * 5}
          y={306 + i * 13}
          width={48 + i * 10}
          height="2.4"
          rx="1.2"
          fill="#fff8dd"
          opacity={0.55 - i * 0.08}
        />
      ))}
      <path d="M0 300 C50 288 96 296 140 300 C190 304 250 292 300 300 V306 H0Z" fill="#f4f8ff" />
      {flakes.map(({ x, y, r, opacity }) => (
        <circle key={`${x}`} cx={x} cy={y} r={r} fill="#fff" opacity={opacity} />
      ))}
      <Crystal x={66} y={110} size={26} />
      <Crystal x={132} y={54} size={13} />
      <Crystal x={250} y={204} size={17} />
    </>
  );
}

/** A snow crystal of six arms. */
function Crystal({ x, y, size }: { x: number; y: number; size: number }) {
  return (
    <g
      transform={`translate(${x} ${y}) scale(${size / 20})`}
      stroke="#fff"
      stroke-width="1.5"
      stroke-linecap="round"
      fill="none"
      opacity="0.92"
    >
      {[0, 60, 120, 180, 240, 300].map((turn) => (
        <path key={turn} transform={`rotate(${turn})`} d="M0 0V-20M0 -8L5 -13M0 -8L-5 -13M0 -14L4 -18M0 -14L-4 -18" />
      ))}
    </g>
  );
}
