// The exports of quickjs.wasm that this runner uses.

/** An address in an instance's memory. */
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

/** The same names as values; `satisfies` keeps the list complete. */
const names = {
  memory: 1,
  __stack_pointer: 1,
  _initialize: 1,
  qjs_init: 1,
  qjs_eval: 1,
  qjs_call: 1,
  qjs_execute_pending_job: 1,
  qjs_is_job_pending: 1,
  qjs_new_string: 1,
  qjs_new_number: 1,
  qjs_new_array: 1,
  qjs_new_array_buffer: 1,
  qjs_new_host_function: 1,
  qjs_new_error: 1,
  qjs_get_undefined: 1,
  qjs_get_null: 1,
  qjs_get_true: 1,
  qjs_get_false: 1,
  qjs_get_global: 1,
  qjs_get_float64: 1,
  qjs_get_bool: 1,
  qjs_get_string_len: 1,
  qjs_free_cstring: 1,
  qjs_get_array_buffer: 1,
  qjs_is_undefined: 1,
  qjs_is_null: 1,
  qjs_is_bool: 1,
  qjs_is_number: 1,
  qjs_is_string: 1,
  qjs_is_array_buffer: 1,
  qjs_is_exception: 1,
  qjs_get_exception: 1,
  qjs_throw: 1,
  qjs_promise_state: 1,
  qjs_promise_result: 1,
  qjs_promise_mark_as_handled: 1,
  qjs_get_value_ptr: 1,
  qjs_set_prop_string: 1,
  qjs_get_prop_string: 1,
  qjs_set_prop_uint32: 1,
  qjs_free_value: 1,
  qjs_set_interrupt_handler: 1,
  qjs_set_promise_rejection_handler: 1,
  qjs_set_module_loader: 1,
  qjs_set_max_stack_size: 1,
  qjs_get_runtime_ptr: 1,
  qjs_get_context_ptr: 1,
  qjs_set_runtime_and_context: 1,
  JS_SetUncatchableError: 1,
  wasm_malloc: 1,
  wasm_free: 1,
} satisfies Record<keyof QuickJsExports, 1>;

export const usedExports: ReadonlySet<string> = new Set(Object.keys(names));
