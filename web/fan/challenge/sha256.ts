// SHA-256 block by block (FIPS 180-4). The browser's own is asynchronous, made for few long texts, and missing where a page
// comes over plain http.

/** First 32 bits of the fractional parts of roots of the first primes: exact, as a double has 53. */
const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
const fraction = (root: number) => ((root - Math.floor(root)) * 2 ** 32) | 0;
const ROUNDS = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

export const BLOCK_BYTES = 64;
/** One set for all: whoever calls is done with it when the call returns. */
const WORDS = new Int32Array(64);

export const start = (): Int32Array => START.slice();

/** Takes a block of 64 bytes into a state of eight words; the result is in `into`. */
export function take(state: Int32Array, block: DataView, into: Int32Array): void {
  for (let i = 0; i < 16; i++) WORDS[i] = block.getInt32(i * 4);
  for (let i = 16; i < 64; i++) {
    const x = WORDS[i - 15] as number;
    const y = WORDS[i - 2] as number;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    WORDS[i] = ((WORDS[i - 16] as number) + s0 + (WORDS[i - 7] as number) + s1) | 0;
  }
  let a = state[0] as number;
  let b = state[1] as number;
  let c = state[2] as number;
  let d = state[3] as number;
  let e = state[4] as number;
  let f = state[5] as number;
  let g = state[6] as number;
  let h = state[7] as number;
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[i] as number) + (WORDS[i] as number)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  into[0] = (state[0] as number) + a;
  into[1] = (state[1] as number) + b;
  into[2] = (state[2] as number) + c;
  into[3] = (state[3] as number) + d;
  into[4] = (state[4] as number) + e;
  into[5] = (state[5] as number) + f;
  into[6] = (state[6] as number) + g;
  into[7] = (state[7] as number) + h;
}
