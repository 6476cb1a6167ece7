// One QuickJS in one WebAssembly instance. The module is compiled once and shared; each virtual user has its own
// instance, because a suspended call owns its instance's stack until it is resumed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The exports of quickjs.wasm that this runner uses. Every `Ptr` is an address in the instance's memory. */
export type Ptr = number;
export interface QuickJsExports {
  readonly memory: WebAssembly.Memory;
  readonly __stack_pointer: WebAssembly.Global;
  _initialize(): void;
  qjs_init(): number;
  qjs_eval(code: Ptr, length: number, filename: Ptr, flags: number): Ptr;
  qjs_call(fn: Ptr, self: Ptr, argc: number, argv: Ptr): Ptr;
  qjs_execute_pending_job(): number;
  qjs_is_job_pending(): number;
  qjs_new_string(text: Ptr, length: number): Ptr;
  qjs_new_number(value: number): Ptr;
  qjs_new_array(): Ptr;
  qjs_new_array_buffer(data: Ptr, length: number): Ptr;
  qjs_new_host_function(name: Ptr, nameLength: number, argc: number): Ptr;
  qjs_new_error(): Ptr;
  qjs_get_undefined(): Ptr;
  qjs_get_null(): Ptr;
  qjs_get_true(): Ptr;
  qjs_get_false(): Ptr;
  qjs_get_global(): Ptr;
  qjs_get_float64(value: Ptr): number;
  qjs_get_bool(value: Ptr): number;
  qjs_get_string_len(value: Ptr, lengthOut: Ptr): Ptr;
  qjs_free_cstring(text: Ptr): void;
  qjs_get_array_buffer(value: Ptr, lengthOut: Ptr): Ptr;
  qjs_is_undefined(value: Ptr): number;
  qjs_is_null(value: Ptr): number;
  qjs_is_bool(value: Ptr): number;
  qjs_is_number(value: Ptr): number;
  qjs_is_string(value: Ptr): number;
  qjs_is_array_buffer(value: Ptr): number;
  qjs_is_exception(value: Ptr): number;
  qjs_get_exception(): Ptr;
  qjs_throw(value: Ptr): Ptr;
  qjs_promise_state(promise: Ptr): number;
  qjs_promise_result(promise: Ptr): Ptr;
  qjs_promise_mark_as_handled(promise: Ptr): void;
  qjs_get_value_ptr(value: Ptr): Ptr;
  qjs_set_prop_string(object: Ptr, name: Ptr, value: Ptr): number;
  qjs_get_prop_string(object: Ptr, name: Ptr): Ptr;
  qjs_set_prop_uint32(object: Ptr, index: number, value: Ptr): number;
  qjs_free_value(value: Ptr): void;
  qjs_set_interrupt_handler(on: number): void;
  qjs_set_promise_rejection_handler(on: number): void;
  qjs_set_module_loader(on: number): void;
  qjs_set_max_stack_size(bytes: number): void;
  qjs_get_runtime_ptr(): Ptr;
  qjs_get_context_ptr(): Ptr;
  qjs_set_runtime_and_context(runtime: Ptr, context: Ptr): void;
  JS_SetUncatchableError(context: Ptr, value: bigint): void;
  wasm_malloc(bytes: number): Ptr;
  wasm_free(at: Ptr): void;
}

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
  return WebAssembly.compile(readFileSync(file));
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
  const exports = instance.exports as unknown as QuickJsExports;
  exports._initialize();
  return exports;
}
