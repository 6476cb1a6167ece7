// The only door from the VM to the runner. Operations are numbers; `call` suspends the script when the host answers
// with a promise, which the script does not notice.
const raw = globalThis.__host;
export const op = globalThis.__operations;
delete globalThis.__host;
delete globalThis.__operations;

/** Host errors are made anew here, so that their stack names the line of the script that asked. */
export function call(operation, a, b, c, d) {
  try {
    return raw(operation, a, b, c, d);
  } catch (error) {
    throw error?.name === 'TypeError' ? new TypeError(error.message) : new Error(error?.message);
  }
}

/** Ends the whole run: a script that uses what this runner does not have must not produce half a result. */
export function unsupported(what) {
  call(op.unsupported, what);
}

/** What k6 does with a tag value or a header: strings stay, everything else is made one. */
export function stringValues(object) {
  const out = {};
  for (const key of Object.keys(object)) out[key] = String(object[key]);
  return out;
}

export const state = { inInit: true, vu: 0 };
