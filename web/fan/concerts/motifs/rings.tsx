import { seeded } from '../../../shared/random.ts';
import type { MotifProps } from './props.ts';

/** Sound as rings on water: for a concert that has no motif of its own. */
export function Rings({ hue, seed, id }: MotifProps) {
  const random = seeded(seed);
  const [x, y] = [90 + random() * 120, 120 + random() * 120];
  return (
    <>
      <defs>
        <linearGradient id={`${id}ground`} x2="0.6" y2="1">
          <stop offset="0" stop-color={`hsl(${hue} 54% 32%)`} />
          <stop offset="1" stop-color={`hsl(${hue + 46} 56% 13%)`} />
        </linearGradient>
      </defs>
      <rect width="300" height="400" fill={`url(#${id}ground)`} />
      {Array.from({ length: 15 }, (_, i) => (
        <circle
          key={i}
          cx={x}
          cy={y}
          r={6 + i * i * 1.6}
          fill="none"
          stroke={`hsl(${hue + 20} 80% 84%)`}
          stroke-width={2.4 - i * 0.13}
          opacity={0.85 - i * 0.05}
        />
      ))}
      <circle cx={x} cy={y} r="4" fill="#fff" />
    </>
  );
}
