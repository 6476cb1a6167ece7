// Loaded before a service (NODE_OPTIONS=--import): timers of more than a moment go off on a grid of the machine's clock, so
// that the schedulers of all processes that load this tick at the same moment, every time.
const GRID_MILLISECONDS = 250;
const LONG_MILLISECONDS = 200;

const { setTimeout: plain } = globalThis;
globalThis.setTimeout = Object.assign((run, milliseconds = 0, ...args) => {
  if (milliseconds < LONG_MILLISECONDS) return plain(run, milliseconds, ...args);
  const now = Date.now();
  const due = Math.round((now + milliseconds) / GRID_MILLISECONDS) * GRID_MILLISECONDS;
  return plain(run, Math.max(1, due - now), ...args);
}, plain);
