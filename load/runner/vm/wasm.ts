// One QuickJS in one WebAssembly instance. The module is compiled once and shared; each virtual user has its own
// instance, because a suspended call owns its instance's stack until it is resumed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { keepExports } from './exports.ts';
import { type Ptr, type QuickJsExports, usedExports } from './quickjs.ts';

/** What the instance asks of its owner. Only `hostCall` may answer with a promise: it suspends the script. */
export interface WasmHooks {
  hostCall(argc: number, argv: Ptr): Ptr | Promise<Ptr>;
  interrupted(): boolean;
  promiseRejection(promise: Ptr, reason: Ptr, handled: boolean): void;
  resolveModule(base: Ptr, name: Ptr): Ptr;
  loadModule(name: Ptr, lengthOut: Ptr): Ptr;
}

// JSPI is not in TypeScript's library yet.
interface Jspi {
  readonly Suspending: new (fn: (...args: number[]) => unknown) => WebAssembly.ImportValue;
  promising(fn: unknown): (...args: number[]) => Promise<number>;
}
export const jspi = WebAssembly as unknown as Jspi;

export function compileQuickJs(): Promise<WebAssembly.Module> {
  const file = createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm');
  return WebAssembly.compile(keepExports(readFileSync(file), usedExports));
}

export function instantiate(module: WebAssembly.Module, hooks: WasmHooks): QuickJsExports {
  const bytes = () => new Uint8Array(exports.memory.buffer);
  const instance = new WebAssembly.Instance(module, {
    env: {
      host_call: new jspi.Suspending((_name, _nameLength, _self, argc, argv) =>
        hooks.hostCall(argc as number, argv as Ptr),
      ),
      host_interrupt: () => (hooks.interrupted() ? 1 : 0),
      host_promise_rejection: (promise: Ptr, reason: Ptr, handled: number) =>
        hooks.promiseRejection(promise, reason, handled !== 0),
      host_module_normalize: hooks.resolveModule,
      host_module_load: hooks.loadModule,
      host_get_timezone_offset: (high: number, low: number) => {
        const seconds = Number((BigInt(high) << 32n) | BigInt(low >>> 0));
        return -new Date(seconds * 1000).getTimezoneOffset() * 60;
      },
    },
    wasi_snapshot_preview1: {
      clock_time_get: (_clock: number, _precision: bigint, out: Ptr) => {
        // Microseconds matter to scripts that subtract two Date.now() or performance.now() calls.
        const nanoseconds = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
        new DataView(exports.memory.buffer).setBigUint64(out, nanoseconds, true);
        return 0;
      },
      fd_close: () => 8,
      fd_fdstat_get: () => 8,
      fd_seek: () => 8,
      fd_write: () => 8,
      random_get: (at: Ptr, length: number) => {
        crypto.getRandomValues(bytes().subarray(at, at + length));
        return 0;
      },
    },
  });
  // A plain object: V8 finds a property of the original by hashing its name, and there are dozens of calls a request.
  const exports = { ...instance.exports } as unknown as QuickJsExports;
  exports._initialize();
  return exports;
}
