// console.* goes to the runner's standard error, one line a call, objects as JSON, as k6 prints them.
import { call, op } from 'jari:host';

function text(value) {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return value.stack ? `${value.name}: ${value.message}\n${value.stack}` : String(value);
  if (value instanceof ArrayBuffer) return '[object ArrayBuffer]';
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  }
  return String(value);
}

const writer =
  (level) =>
  (...values) =>
    call(op.console, level, values.map(text).join(' '));

globalThis.console = {
  log: writer('info'),
  info: writer('info'),
  debug: writer('debug'),
  warn: writer('warning'),
  error: writer('error'),
};
