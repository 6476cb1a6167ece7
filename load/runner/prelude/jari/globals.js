// The globals k6 gives a script besides the language's own.
import { call, op, state, unsupported } from 'jari:host';

function open(path, mode) {
  if (!state.inInit) {
    throw new Error(
      `The "open()" function is only available in the init stage (i.e. the global scope), see https://grafana.com/docs/k6/latest/using-k6/test-lifecycle for more information`,
    );
  }
  return call(op.open, String(path), mode === 'b', new Error().stack);
}

function require(name) {
  if (!state.inInit) throw new Error('require() is only available in the init stage (the global scope)');
  const built = modules.get(String(name));
  if (built) return built;
  return loadCommonJs(call(op.resolveModule, String(name), new Error().stack));
}

/** Modules a script can require() by name; each k6 module is put here by `jari:registry`. */
export const modules = new Map();
const commonJs = new Map();

export function loadCommonJs(url) {
  const built = modules.get(url);
  if (built) return built;
  const known = commonJs.get(url);
  if (known) return known.exports;
  const module = { exports: {} };
  commonJs.set(url, module);
  // The host evaluates the file as a function under its own name and leaves it here.
  call(op.compileCommonJs, url);
  const run = globalThis.__commonJs;
  delete globalThis.__commonJs;
  run.call(module.exports, module, module.exports, require);
  return module.exports;
}

globalThis.__loadCommonJs = loadCommonJs;
Object.defineProperty(globalThis, '__loadCommonJs', { enumerable: false });

const subtle = new Proxy(
  {},
  { get: (_target, name) => unsupported(`crypto.subtle.${String(name)}: use k6/crypto (hash, hmac) instead`) },
);
const crypto = {
  subtle,
  getRandomValues(array) {
    const random = new Uint8Array(call(op.randomBytes, array.byteLength));
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(random);
    return array;
  },
  randomUUID() {
    const bytes = new Uint8Array(call(op.randomBytes, 16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  },
};

Object.assign(globalThis, { open, require, crypto, global: globalThis, __ITER: undefined });
