// Math.random for a VM that starts as a copy of another: seeded by the host, or by k6's randomSeed.
// Generator: sfc32 (public domain, Chris Doty-Humphrey), 32 bits a step, two steps a number.
let a = 0;
let b = 0;
let c = 0;
let counter = 1;

function next() {
  const result = (((a + b) | 0) + counter) | 0;
  counter = (counter + 1) | 0;
  a = b ^ (b >>> 9);
  b = (c + (c << 3)) | 0;
  c = (((c << 21) | (c >>> 11)) + result) | 0;
  return result >>> 0;
}

export function seed(value) {
  const whole = Math.trunc(Number(value)) || 0;
  a = whole | 0;
  b = Math.floor(whole / 4294967296) | 0;
  c = 0x9e3779b9 | 0;
  counter = 1;
  for (let step = 0; step < 12; step++) next();
}

Math.random = () => (next() * 2097152 + (next() >>> 11)) / 9007199254740992;
