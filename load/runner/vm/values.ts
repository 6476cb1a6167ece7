// Moving values across the WebAssembly boundary. Lean on purpose: numbers, booleans, strings, bytes and flat arrays of
// them; anything richer travels as JSON text, which QuickJS parses in C.
import type { Ptr, QuickJsExports } from './quickjs.ts';

export type HostValue = undefined | null | boolean | number | string | Uint8Array | Utf8 | readonly HostValue[];

/** A string made from UTF-8 bytes as they came from the network, without decoding and encoding them again. */
export class Utf8 {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function writeText(qjs: QuickJsExports, text: string): { at: Ptr; length: number } {
  // UTF-8 needs at most three bytes per UTF-16 unit; short strings skip the exact count.
  const room = text.length < 1024 ? text.length * 3 : Buffer.byteLength(text);
  const at = qjs.wasm_malloc(room + 1);
  const target = new Uint8Array(qjs.memory.buffer, at, room + 1);
  const { written } = encoder.encodeInto(text, target);
  target[written] = 0;
  return { at, length: written };
}

export function writeBytes(qjs: QuickJsExports, bytes: Uint8Array): Ptr {
  const at = qjs.wasm_malloc(bytes.length + 1);
  new Uint8Array(qjs.memory.buffer).set(bytes, at);
  return at;
}

/** The bytes of a value's UTF-8 form, or of an ArrayBuffer: a copy that outlives the call. */
export function readBytes(qjs: QuickJsExports, value: Ptr): Uint8Array {
  const out = qjs.wasm_malloc(4);
  const isBuffer = qjs.qjs_is_array_buffer(value) !== 0;
  const at = isBuffer ? qjs.qjs_get_array_buffer(value, out) : qjs.qjs_get_string_len(value, out);
  const length = new DataView(qjs.memory.buffer).getUint32(out, true);
  const copy = at === 0 ? new Uint8Array() : new Uint8Array(qjs.memory.buffer, at, length).slice();
  if (!isBuffer && at !== 0) qjs.qjs_free_cstring(at);
  qjs.wasm_free(out);
  return copy;
}

export function readText(qjs: QuickJsExports, value: Ptr): string {
  const out = qjs.wasm_malloc(4);
  const at = qjs.qjs_get_string_len(value, out);
  const length = new DataView(qjs.memory.buffer).getUint32(out, true);
  const text = at === 0 ? '' : decoder.decode(new Uint8Array(qjs.memory.buffer, at, length));
  if (at !== 0) qjs.qjs_free_cstring(at);
  qjs.wasm_free(out);
  return text;
}

export function readCString(qjs: QuickJsExports, at: Ptr): string {
  const memory = new Uint8Array(qjs.memory.buffer);
  return decoder.decode(memory.subarray(at, memory.indexOf(0, at)));
}

/** A script's value as the host sees it: primitives only; the prelude turns everything else into JSON. */
export function readValue(qjs: QuickJsExports, value: Ptr): undefined | null | boolean | number | string | Uint8Array {
  if (qjs.qjs_is_number(value)) return qjs.qjs_get_float64(value);
  if (qjs.qjs_is_string(value)) return readText(qjs, value);
  if (qjs.qjs_is_bool(value)) return qjs.qjs_get_bool(value) !== 0;
  if (qjs.qjs_is_undefined(value)) return undefined;
  if (qjs.qjs_is_null(value)) return null;
  if (qjs.qjs_is_array_buffer(value)) return readBytes(qjs, value);
  return readText(qjs, value);
}

/** Makes a value inside the VM; the caller frees it with qjs_free_value. */
export function makeValue(qjs: QuickJsExports, value: HostValue): Ptr {
  if (typeof value === 'number') return qjs.qjs_new_number(value);
  if (value === undefined) return qjs.qjs_get_undefined();
  if (value === null) return qjs.qjs_get_null();
  if (typeof value === 'boolean') return value ? qjs.qjs_get_true() : qjs.qjs_get_false();
  if (typeof value === 'string') return makeString(qjs, value);
  if (value instanceof Uint8Array) return makeArrayBuffer(qjs, value);
  if (value instanceof Utf8) return makeUtf8(qjs, value.bytes);
  const array = qjs.qjs_new_array();
  value.forEach((item, index) => {
    // qjs_set_prop_uint32 takes its own reference.
    const made = makeValue(qjs, item);
    qjs.qjs_set_prop_uint32(array, index, made);
    qjs.qjs_free_value(made);
  });
  return array;
}

function makeString(qjs: QuickJsExports, text: string): Ptr {
  const { at, length } = writeText(qjs, text);
  const made = qjs.qjs_new_string(at, length);
  qjs.wasm_free(at);
  return made;
}

function makeUtf8(qjs: QuickJsExports, bytes: Uint8Array): Ptr {
  const at = writeBytes(qjs, bytes);
  const made = qjs.qjs_new_string(at, bytes.length);
  qjs.wasm_free(at);
  return made;
}

function makeArrayBuffer(qjs: QuickJsExports, bytes: Uint8Array): Ptr {
  const at = writeBytes(qjs, bytes);
  const made = qjs.qjs_new_array_buffer(at, bytes.length);
  qjs.wasm_free(at);
  return made;
}
