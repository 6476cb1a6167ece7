import { seeded } from '../../../shared/random.ts';
import type { MotifProps } from './props.ts';

const LAYERS = 7;

/** Waves under a low sun on a summer night. */
export function Waves({ hue, seed, id }: MotifProps) {
  const random = seeded(seed);
  const stars = Array.from({ length: 44 }, () => ({ x: random() * 300, y: random() * 150, r: 0.4 + random() * 0.9 }));
  return (
    <>
      <defs>
        <linearGradient id={`${id}sky`} x2="0" y2="1">
          <stop offset="0" stop-color={`hsl(${hue + 40} 56% 13%)`} />
          <stop offset="0.42" stop-color={`hsl(${hue + 14} 44% 36%)`} />
          <stop offset="0.56" stop-color="hsl(32 84% 72%)" />
        </linearGradient>
        <radialGradient id={`${id}sun`}>
          <stop offset="0" stop-color="#fff6d8" />
          <stop offset="0.42" stop-color="#ffd58a" />
          <stop offset="0.45" stop-color="rgb(255 190 110 / 0.42)" />
          <stop offset="1" stop-color="rgb(255 190 110 / 0)" />
        </radialGradient>
      </defs>
      <rect width="300" height="400" fill={`url(#${id}sky)`} />
      {stars.map(({ x, y, r }) => (
        <circle key={`${x}`} cx={x} cy={y} r={r} fill="#fff" opacity={0.75 - y / 260} />
      ))}
      <circle cx="150" cy="196" r="128" fill={`url(#${id}sun)`} />
      {Array.from({ length: LAYERS }, (_, i) => {
        const y = 206 + i * 25 + i * i * 1.3;
        const crest = wave(y, 5 + i * 2.1, 96 + i * 14, i * 37 + random() * 40);
        return (
          <g key={y}>
            <path d={`${crest} V400 H0 Z`} fill={`hsl(${hue + 8 - i * 2} ${52 + i * 2}% ${40 - i * 4.2}%)`} />
            <path d={crest} fill="none" stroke="#fff" stroke-width={0.7 + i * 0.22} opacity={0.28 + i * 0.05} />
          </g>
        );
      })}
    </>
  );
}

/** A wave's crest from left to right. */
function wave(y: number, height: number, length: number, shift: number): string {
  const points = Array.from({ length: 61 }, (_, i) => {
    const x = i * 5;
    const turn = ((x + shift) / length) * 2 * Math.PI;
    return `${x} ${(y + Math.sin(turn) * height + Math.sin(turn * 2.1) * height * 0.22).toFixed(1)}`;
  });
  return `M${points.join('L')}`;
}
