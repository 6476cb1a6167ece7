/** `count` random characters of 0-9 a-z. Works on plain http as well, where crypto.randomUUID doesn't exist. */
export function randomId(count: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join('');
}

/** The same numbers from 0 to 1 for the same seed (mulberry32): drawings that look alike everywhere. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Spreads moments that would otherwise coincide: `milliseconds`, up to half as much again. */
export const jittered = (milliseconds: number): number => milliseconds * (1 + Math.random() / 2);
