import type { Block } from './blocks.ts';
import type { Placed, Point } from './shape.ts';

/** The tiers go around from one side of the stage to the other; the rest of the circle is the stage's. */
const SPAN = (262 / 180) * Math.PI;
const GAP_SHARE = 0.07;
const ROW_PITCH = 1.12;
const BETWEEN_TIERS = 4.5;
const LEAST_PITCH = 1.04;
const OUTLINE_STEPS = 10;

/** Sections 101, 102, … are a tier that goes around; A, G01 or FLOOR stand in front of the stage. */
const TIER = /^(\d+)\d{2}$/;

/** The tiers from the inside out, and the sections that belong to none. */
export function tiersOf(blocks: readonly Block[]): { tiers: Block[][]; front: Block[] } {
  const tiers = new Map<string, Block[]>();
  const front: Block[] = [];
  for (const block of blocks) {
    const tier = block.kind === 'SEAT' ? TIER.exec(block.name)?.[1] : undefined;
    if (tier === undefined) front.push(block);
    else tiers.set(tier, [...(tiers.get(tier) ?? []), block]);
  }
  return { tiers: [...tiers.entries()].sort(([a], [b]) => Number(a) - Number(b)).map(([, tier]) => tier), front };
}

/** How far inside the first tier may begin so that its seats have room. */
export function leastRadius(tier: readonly Block[]): number {
  const across = tier.reduce((sum, block) => sum + block.across, 0);
  return (across * LEAST_PITCH) / (SPAN * (1 - GAP_SHARE));
}

/** Tiers around the point 0, 0, the first one's inner edge `radius` away from it. */
export function placeRings(tiers: readonly (readonly Block[])[], radius: number): Placed[] {
  const placed: Placed[] = [];
  let inner = radius;
  for (const tier of tiers) {
    placed.push(...placeTier(tier, inner));
    inner += Math.max(...tier.map(({ rows }) => rows)) * ROW_PITCH + BETWEEN_TIERS;
  }
  return placed;
}

function placeTier(tier: readonly Block[], inner: number): Placed[] {
  const across = tier.reduce((sum, block) => sum + block.across, 0);
  let from = -SPAN / 2;
  return tier.map((block) => {
    const share = (SPAN * block.across) / across;
    const begin = from + (share * GAP_SHARE) / 2;
    from += share;
    return placeBlock(block, inner, begin, share * (1 - GAP_SHARE));
  });
}

function placeBlock(block: Block, inner: number, begin: number, sweep: number): Placed {
  const outer = inner + block.rows * ROW_PITCH;
  const step = sweep / block.across;
  const steps = Array.from({ length: OUTLINE_STEPS + 1 }, (_, i) => begin + (sweep * i) / OUTLINE_STEPS);
  return {
    block,
    at: (row, number) => polar(inner + (row - 0.5) * ROW_PITCH, begin + (number - 0.5) * step),
    outline: [
      ...steps.map((angle) => polar(inner - 0.35, angle)),
      ...steps.reverse().map((angle) => polar(outer + 0.35, angle)),
    ],
    middle: polar((inner + outer) / 2, begin + sweep / 2),
    pitch: Math.min(step * inner, ROW_PITCH),
  };
}

/** Angle 0 is straight away from the stage; seen from above, low numbers are on the left. */
const polar = (radius: number, angle: number): Point => [radius * Math.sin(angle), radius * Math.cos(angle)];
