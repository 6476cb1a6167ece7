// setTimeout and friends. The host keeps the time and delivers each timer when the script is not running.
import { call, op } from 'jari:host';

const waiting = new Map();
let lastId = 0;

function start(fn, delay, repeat, args) {
  if (typeof fn !== 'function') throw new TypeError('a timer needs a function');
  const id = ++lastId;
  const milliseconds = Math.max(0, Number(delay) || 0);
  waiting.set(id, { fn, args, milliseconds, repeat });
  call(op.timerStart, id, milliseconds);
  return id;
}

function stop(id) {
  if (waiting.delete(id)) call(op.timerStop, id);
}

export function fireTimer(id) {
  const timer = waiting.get(id);
  if (!timer) return;
  if (timer.repeat) call(op.timerStart, id, timer.milliseconds);
  else waiting.delete(id);
  timer.fn(...timer.args);
}

export function forgetTimers() {
  waiting.clear();
}

export const setTimeout = (fn, delay, ...args) => start(fn, delay, false, args);
export const setInterval = (fn, delay, ...args) => start(fn, delay, true, args);
export const clearTimeout = stop;
export const clearInterval = stop;
Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
