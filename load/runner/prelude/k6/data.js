// The module `k6/data`. The elements of a SharedArray are kept once, at the host, as JSON; reading one parses it anew,
// so that no virtual user can change what another sees.
import { call, op, state } from 'jari:host';

const isIndex = (name) => typeof name === 'string' && /^(0|[1-9]\d*)$/.test(name);

function freeze(value) {
  if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}

function readOnly() {
  throw new TypeError('SharedArray is immutable');
}

export class SharedArray {
  constructor(name, callback) {
    if (!state.inInit) throw new Error('new SharedArray must be called in the init context');
    if (typeof name !== 'string' || name === '')
      throw new TypeError("empty name provided to SharedArray's constructor");
    if (typeof callback !== 'function')
      throw new TypeError("a function is expected as the second argument of SharedArray's constructor");
    let length = call(op.sharedLength, name);
    if (length < 0) {
      const made = callback();
      if (!Array.isArray(made)) throw new TypeError('only arrays can be made into SharedArray');
      length = call(op.sharedCreate, name, JSON.stringify(made.map((item) => JSON.stringify(item) ?? 'null')));
    }
    const read = (index) => (index < length ? freeze(JSON.parse(call(op.sharedGet, name, index))) : undefined);
    // biome-ignore lint/correctness/noConstructorReturn: `new SharedArray()` gives an array, as in k6
    return new Proxy([], {
      get(target, key, receiver) {
        if (key === 'length') return length;
        return isIndex(key) ? read(Number(key)) : Reflect.get(target, key, receiver);
      },
      has: (target, key) => (isIndex(key) ? Number(key) < length : Reflect.has(target, key)),
      ownKeys: () => [...Array.from({ length }, (_, index) => String(index)), 'length'],
      getOwnPropertyDescriptor(target, key) {
        if (!isIndex(key)) return Reflect.getOwnPropertyDescriptor(target, key);
        if (Number(key) >= length) return undefined;
        return { value: read(Number(key)), enumerable: true, configurable: true, writable: false };
      },
      set: readOnly,
      deleteProperty: readOnly,
      defineProperty: readOnly,
    });
  }
}

export default { SharedArray };
