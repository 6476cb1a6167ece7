// The module `k6/execution`: each property asks the host when it is read.
import { call, op, state } from 'jari:host';

const info = (about, field) => JSON.parse(call(op.info, about, field));

function view(about, fields, own = {}) {
  const object = {};
  for (const field of fields) {
    Object.defineProperty(object, field, { enumerable: true, get: () => info(about, field) });
  }
  return Object.defineProperties(object, Object.getOwnPropertyDescriptors(own));
}

const tags = new Proxy(
  {},
  {
    get: (_target, name) => (typeof name === 'string' ? info('tags', '')[name] : undefined),
    set(_target, name, value) {
      if (!['string', 'number', 'boolean'].includes(typeof value)) {
        throw new TypeError(`only String, Boolean and Number types are accepted as a metric tag value`);
      }
      call(op.setTag, name, String(value));
      return true;
    },
    deleteProperty(_target, name) {
      call(op.setTag, name, undefined);
      return true;
    },
    has: (_target, name) => name in info('tags', ''),
    ownKeys: () => Object.keys(info('tags', '')),
    getOwnPropertyDescriptor(_target, name) {
      const value = info('tags', '')[name];
      return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: true };
    },
  },
);

export const scenario = view('scenario', [
  'name',
  'executor',
  'startTime',
  'progress',
  'iterationInInstance',
  'iterationInTest',
]);

export const instance = view('instance', [
  'currentTestRunDuration',
  'iterationsCompleted',
  'iterationsInterrupted',
  'vusActive',
  'vusInitialized',
]);

export const vu = view('vu', ['idInInstance', 'idInTest', 'iterationInInstance', 'iterationInScenario'], {
  tags,
  metrics: { tags, metadata: {} },
});

export const test = view('test', ['options'], {
  abort(message) {
    if (state.inInit && message === undefined) message = 'test aborted';
    call(op.abort, message === undefined ? undefined : String(message));
  },
  fail(message) {
    call(op.failTest, message === undefined ? undefined : String(message));
  },
});

export default { instance, scenario, test, vu };
