import { BLOCK_BYTES, start, take } from './sha256.ts';

/** Of the solution, those that are tried: enough for any difficulty. */
const DIGITS = 8;
/** What SHA-256 puts after a text: one byte, then its length in eight. */
const END_BYTES = 9;
const HEX = [...'0123456789abcdef'].map((digit) => digit.charCodeAt(0));

/**
 * A text for which SHA-256 of `challenge:text` begins with that many zero bits, up to 32. Zeros before its digits put all
 * of those into the last block, so that each try is about that block alone.
 */
export function solve(challenge: string, bits: number): string {
  const head = `${challenge}:`;
  const room = (head.length % BLOCK_BYTES) + DIGITS + END_BYTES;
  const text = head + '0'.repeat(room > BLOCK_BYTES ? BLOCK_BYTES - (head.length % BLOCK_BYTES) : 0);
  const { before, block } = laidOut(text);
  const bytes = new Uint8Array(block.buffer);
  const at = text.length % BLOCK_BYTES;
  const hash = new Int32Array(8);
  for (let number = 0; ; number++) {
    for (let i = 0; i < DIGITS; i++) bytes[at + i] = HEX[(number >>> (4 * (DIGITS - 1 - i))) & 15] as number;
    take(before, block, hash);
    if (Math.clz32(hash[0] as number) >= bits) {
      return text.slice(head.length) + number.toString(16).padStart(DIGITS, '0');
    }
  }
}

/** The state after all blocks but the last, and the last with room for the digits. */
function laidOut(text: string): { before: Int32Array; block: DataView } {
  const bytes = new TextEncoder().encode(text);
  const whole = bytes.length - (bytes.length % BLOCK_BYTES);
  const before = start();
  for (let i = 0; i < whole; i += BLOCK_BYTES) take(before, new DataView(bytes.buffer, i, BLOCK_BYTES), before);
  const last = new Uint8Array(BLOCK_BYTES);
  last.set(bytes.subarray(whole));
  last[(bytes.length % BLOCK_BYTES) + DIGITS] = 0x80;
  const block = new DataView(last.buffer);
  block.setUint32(BLOCK_BYTES - 4, (bytes.length + DIGITS) * 8);
  return { before, block };
}
