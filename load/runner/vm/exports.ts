// quickjs.wasm exports some 450 functions, and V8 makes an object of each for every instance: 115 kB and half of the
// time that a virtual user takes to start. The module is compiled with only those that the runner calls.
const EXPORT_SECTION = 7;
const HEADER_BYTES = 8;

/** The same module with only these exports. Sections are copied as they are, except for the one that lists exports. */
export function keepExports(wasm: Uint8Array, names: ReadonlySet<string>): Uint8Array<ArrayBuffer> {
  const reader = new Reader(wasm, HEADER_BYTES);
  const out: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const length = reader.number();
    const end = reader.at + length;
    if (id === EXPORT_SECTION) {
      const body = keptEntries(wasm, reader, names);
      out.push(Uint8Array.of(id), encodeNumber(body.length), body);
    } else out.push(wasm.subarray(start, end));
    reader.at = end;
  }
  return new Uint8Array(Buffer.concat(out));
}

function keptEntries(wasm: Uint8Array, reader: Reader, names: ReadonlySet<string>): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let count = reader.number(); count > 0; count--) {
    const start = reader.at;
    const nameLength = reader.number();
    const name = Buffer.from(wasm.subarray(reader.at, reader.at + nameLength)).toString();
    reader.at += nameLength;
    reader.byte();
    reader.number();
    if (names.has(name)) kept.push(wasm.subarray(start, reader.at));
  }
  return Buffer.concat([encodeNumber(kept.length), ...kept]);
}

class Reader {
  at: number;
  readonly #bytes: Uint8Array;
  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }
  get done(): boolean {
    return this.at >= this.#bytes.length;
  }
  byte(): number {
    return this.#bytes[this.at++] ?? 0;
  }
  /** An unsigned LEB128 number: seven bits a byte, the lowest first. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }
}

function encodeNumber(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    rest >>>= 7;
  } while (rest > 0);
  return Uint8Array.from(bytes);
}
