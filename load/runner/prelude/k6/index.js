// The module `k6`: check, group, sleep, fail, randomSeed.
import { call, op, state, stringValues } from 'jari:host';
import { seed } from 'jari:random';

/** Check names as small numbers, so that a check costs one short call to the host. */
const checkIds = new Map();

function checkId(name) {
  let id = checkIds.get(name);
  if (id === undefined) {
    id = call(op.checkName, name);
    checkIds.set(name, id);
  }
  return id;
}

export function check(value, checks, tags) {
  if (state.inInit) throw new Error('Using check() in the init context is not supported');
  if (checks === null || checks === undefined) throw new Error('no checks provided to `check`');
  const tagsJson = tags === null || tags === undefined ? undefined : JSON.stringify(stringValues(tags));
  let allPassed = true;
  for (const name of Object.keys(checks)) {
    let passed = checks[name];
    try {
      if (typeof passed === 'function') passed = passed(value);
    } catch (error) {
      call(op.check, checkId(name), false, tagsJson);
      throw error;
    }
    if (!passed) allPassed = false;
    call(op.check, checkId(name), Boolean(passed), tagsJson);
  }
  return allPassed;
}

export function group(name, fn) {
  if (state.inInit) throw new Error('Using group() in the init context is not supported');
  if (typeof fn !== 'function') throw new TypeError('group() requires a callback as a second argument');
  if (Object.getPrototypeOf(fn) === Object.getPrototypeOf(async () => {})) {
    throw new TypeError('group() does not support async functions as arguments');
  }
  call(op.groupStart, String(name));
  try {
    return fn();
  } finally {
    call(op.groupEnd);
  }
}

export function sleep(seconds) {
  if (state.inInit) throw new Error('Using sleep() in the init context is not supported');
  call(op.sleep, Number(seconds));
}

export function fail(message) {
  throw new Error(message === undefined ? '' : String(message));
}

export function randomSeed(value) {
  seed(value);
}

export default { check, fail, group, randomSeed, sleep };
