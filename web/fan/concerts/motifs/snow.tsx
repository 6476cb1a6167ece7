import { seeded } from '../../../shared/random.ts';
import type { MotifProps } from './props.ts';

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
      <circle cx="212" cy="158" r="112" fill={`url(#${id}moon)`} />
      <path
        d="M0 262 L28 232 L52 246 L92 196 L124 230 L150 212 L190 244 L222 226 L262 252 L300 222 V290 H0Z"
        fill={`hsl(${hue + 4} 36% 48%)`}
        opacity="0.8"
      />
      <path d="M92 196 L108 213 L98 210 L91 217 L84 211 L78 214Z" fill="#eef5ff" opacity="0.85" />
      <path d="M0 268 L46 246 L90 264 L140 240 L192 266 L246 250 L300 266 V300 H0Z" fill={`hsl(${hue + 10} 44% 29%)`} />
      <rect y="276" width="300" height="124" fill={`url(#${id}river)`} />
      {[0, 1, 2, 3, 4, 5, 6].map((i) => (
        <rect
          key={i}
          x={192 - i * 6}
          y={284 + i * 14}
          width={40 + i * 12}
          height="2.4"
          rx="1.2"
          fill="#fff8dd"
          opacity={0.6 - i * 0.08}
        />
      ))}
      <path d="M0 272 C50 264 96 274 140 276 C190 279 250 270 300 275 V281 H0Z" fill="#f4f8ff" />
      {flakes.map(({ x, y, r, opacity }) => (
        <circle key={`${x}`} cx={x} cy={y} r={r} fill="#fff" opacity={opacity} />
      ))}
      <Crystal x={58} y={170} size={24} />
      <Crystal x={124} y={92} size={14} />
      <Crystal x={262} y={206} size={13} />
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
