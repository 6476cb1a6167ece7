// A virtual user's JavaScript VM. Entering script code returns a promise, because a host call inside it may suspend;
// to the script itself every host call looks synchronous.
import { RunFailure } from '../exit-codes.ts';
import type { ImageEntries, VmImage } from './memory-image.ts';
import type { Ptr, QuickJsExports } from './quickjs.ts';
import { ScriptError, type ScriptErrorShape } from './script-error.ts';
import { type HostValue, makeValue, readBytes, readCString, readText, readValue, writeText } from './values.ts';
import { instantiate, jspi } from './wasm.ts';

/** The arguments of one host call; each is read only when asked for. */
export interface HostArguments {
  number(index: number): number;
  text(index: number): string;
  optionalText(index: number): string | undefined;
  /** A string's UTF-8 or an ArrayBuffer's bytes; undefined when the script passed null or undefined. */
  bytes(index: number): Uint8Array | undefined;
  isText(index: number): boolean;
}

export interface VmHost {
  call(op: number, args: HostArguments): HostValue | Promise<HostValue>;
  resolveModule(base: string, name: string): string;
  loadModule(vm: Vm, name: string): string;
  unhandledRejection?(promise: number, reason: ScriptErrorShape | undefined): void;
}

/** Thrown by a host operation to end the script's current call in a way that its try/catch cannot stop. */
export class Interrupted extends Error {}

type Promising = (...args: number[]) => Promise<number>;

export class Vm implements HostArguments {
  readonly qjs: QuickJsExports;
  /** Set while an iteration must end: QuickJS asks now and then, and unwinds without running catch blocks. */
  interrupted = false;
  /** `performance.now()` at which script code is interrupted even if it never waits, as in an endless loop. */
  mustEndAt = Number.POSITIVE_INFINITY;
  /** The failure that stopped the script, kept whole because a message thrown into the VM loses its class. */
  failure: RunFailure | undefined;
  readonly #host: VmHost;
  readonly #entries: ImageEntries;
  readonly #call: Promising;
  readonly #eval: Promising;
  readonly #job: Promising;
  #argc = 0;
  #argv: Ptr = 0;

  constructor(module: WebAssembly.Module, host: VmHost, image: VmImage | undefined) {
    this.#host = host;
    this.qjs = instantiate(module, {
      hostCall: (argc, argv) => this.#hostCall(argc, argv),
      interrupted: () => {
        if (performance.now() > this.mustEndAt) this.interrupted = true;
        return this.interrupted;
      },
      promiseRejection: (promise, reason, handled) => this.#promiseRejection(promise, reason, handled),
      resolveModule: (base, name) =>
        this.#giveText(() => host.resolveModule(readCString(this.qjs, base), readCString(this.qjs, name))),
      loadModule: (name, lengthOut) =>
        this.#giveText(() => host.loadModule(this, readCString(this.qjs, name)), lengthOut),
    });
    this.#entries = image?.entries ?? { scratch: 0, functions: {} };
    image?.restore(this.qjs);
    this.#call = jspi.promising(this.qjs.qjs_call);
    this.#eval = jspi.promising(this.qjs.qjs_eval);
    this.#job = jspi.promising(this.qjs.qjs_execute_pending_job);
  }

  /** Calls a prelude function by name. Only one call may be under way at a time. */
  async call(name: string, ...args: HostValue[]): Promise<ReturnType<typeof readValue>> {
    const { argv, release } = this.#pushArguments(args);
    const result = await this.#call(this.#fn(name), this.#entries.scratch + 64, args.length, argv);
    release();
    return this.#take(result);
  }

  /** As `call`, for prelude functions that make no host call: V8 allows those only below a promise. */
  callSync(name: string, ...args: HostValue[]): ReturnType<typeof readValue> {
    const { argv, release } = this.#pushArguments(args);
    const result = this.qjs.qjs_call(this.#fn(name), this.#entries.scratch + 64, args.length, argv);
    release();
    return this.#take(result);
  }

  /** Evaluates a module and everything it imports, top-level awaits included as far as pending jobs carry them. */
  async evaluateModule(source: string, filename: string): Promise<() => boolean> {
    const promise = await this.evaluate(source, filename, 1);
    await this.runJobs();
    return () => {
      const state = this.qjs.qjs_promise_state(promise);
      if (state === 2) {
        this.qjs.qjs_promise_mark_as_handled(promise);
        throw this.describe(this.qjs.qjs_promise_result(promise));
      }
      return state === 1;
    };
  }

  async evaluate(source: string, filename: string, flags: number): Promise<Ptr> {
    const code = writeText(this.qjs, source);
    const name = writeText(this.qjs, filename);
    const result = await this.#eval(code.at, code.length, name.at, flags);
    this.qjs.wasm_free(code.at);
    this.qjs.wasm_free(name.at);
    if (this.qjs.qjs_is_exception(result)) throw this.#exception();
    return result;
  }

  /** As `evaluate`, for source that only defines; usable while script code is on the stack. */
  evaluateSync(source: string, filename: string): void {
    const code = writeText(this.qjs, source);
    const name = writeText(this.qjs, filename);
    const result = this.qjs.qjs_eval(code.at, code.length, name.at, 0);
    this.qjs.wasm_free(code.at);
    this.qjs.wasm_free(name.at);
    if (this.qjs.qjs_is_exception(result)) throw this.#exception();
    this.qjs.qjs_free_value(result);
  }

  /** Runs promise reactions until none is left; they may suspend like any script code. */
  async runJobs(): Promise<void> {
    while (this.qjs.qjs_is_job_pending()) {
      if ((await this.#job()) < 0) throw this.#exception();
    }
  }

  describe(error: Ptr): ScriptError | RunFailure {
    const failure = this.failure;
    if (failure) return failure;
    const wasInterrupted = this.interrupted;
    this.interrupted = false;
    const self = this.#entries.scratch + 64;
    new DataView(this.qjs.memory.buffer).setUint32(this.#entries.scratch, error, true);
    const text = this.qjs.qjs_call(this.#fn('describeError'), self, 1, this.#entries.scratch);
    this.interrupted = wasInterrupted;
    return new ScriptError(JSON.parse(readText(this.qjs, text)) as ScriptErrorShape);
  }

  // ---- HostArguments, valid until the host call answers ----
  #arg(index: number): Ptr {
    return index < this.#argc ? new DataView(this.qjs.memory.buffer).getUint32(this.#argv + index * 4, true) : 0;
  }
  #absent(at: Ptr): boolean {
    return at === 0 || this.qjs.qjs_is_undefined(at) !== 0 || this.qjs.qjs_is_null(at) !== 0;
  }
  number(index: number): number {
    const at = this.#arg(index);
    return at === 0 ? Number.NaN : this.qjs.qjs_get_float64(at);
  }
  text(index: number): string {
    const at = this.#arg(index);
    return at === 0 ? '' : readText(this.qjs, at);
  }
  optionalText(index: number): string | undefined {
    const at = this.#arg(index);
    return this.#absent(at) ? undefined : readText(this.qjs, at);
  }
  bytes(index: number): Uint8Array | undefined {
    const at = this.#arg(index);
    return this.#absent(at) ? undefined : readBytes(this.qjs, at);
  }
  isText(index: number): boolean {
    const at = this.#arg(index);
    return at !== 0 && this.qjs.qjs_is_string(at) !== 0;
  }

  #hostCall(argc: number, argv: Ptr): Ptr | Promise<Ptr> {
    this.#argc = argc;
    this.#argv = argv;
    try {
      const answer = this.#host.call(this.number(0), this);
      if (!(answer instanceof Promise)) return makeValue(this.qjs, answer);
      return answer.then(
        (value) => makeValue(this.qjs, value),
        (error: unknown) => this.#throw(error),
      );
    } catch (error) {
      return this.#throw(error);
    }
  }

  /** Leaves an exception pending in the VM; 0 tells QuickJS to look for it. */
  #throw(error: unknown): Ptr {
    const { qjs } = this;
    if (error instanceof RunFailure) this.failure = error;
    const uncatchable = error instanceof Interrupted || error instanceof RunFailure;
    const made = qjs.qjs_new_error();
    this.#setText(made, 'message', error instanceof Error ? error.message : String(error));
    if (error instanceof Error && error.name !== 'Error') this.#setText(made, 'name', error.name);
    if (uncatchable) {
      const value = new DataView(qjs.memory.buffer).getBigUint64(made, true);
      qjs.JS_SetUncatchableError(qjs.qjs_get_context_ptr(), value);
    }
    qjs.qjs_throw(made);
    qjs.qjs_free_value(made);
    return 0;
  }

  #setText(object: Ptr, name: string, text: string): void {
    const key = writeText(this.qjs, name);
    const value = makeValue(this.qjs, text);
    this.qjs.qjs_set_prop_string(object, key.at, value);
    this.qjs.qjs_free_value(value);
    this.qjs.wasm_free(key.at);
  }

  #giveText(text: () => string, lengthOut?: Ptr): Ptr {
    try {
      const made = writeText(this.qjs, text());
      if (lengthOut !== undefined) new DataView(this.qjs.memory.buffer).setUint32(lengthOut, made.length, true);
      return made.at;
    } catch (error) {
      return this.#throw(error);
    }
  }

  #promiseRejection(promise: Ptr, reason: Ptr, handled: boolean): void {
    const identity = this.qjs.qjs_get_value_ptr(promise);
    let shape: ScriptErrorShape | undefined;
    if (!handled && this.#host.unhandledRejection) {
      const error = this.describe(reason);
      shape = error instanceof ScriptError ? error.shape : undefined;
    }
    this.#host.unhandledRejection?.(identity, shape);
    this.qjs.qjs_free_value(promise);
    this.qjs.qjs_free_value(reason);
  }

  #fn(name: string): Ptr {
    const at = this.#entries.functions[name];
    if (at === undefined) throw new Error(`the prelude has no entry ${name}`);
    return at;
  }

  #pushArguments(args: readonly HostValue[]): { argv: Ptr; release: () => void } {
    const { qjs } = this;
    const made = args.map((value) => makeValue(qjs, value));
    const argv = made.length === 0 ? 0 : qjs.wasm_malloc(made.length * 4);
    made.forEach((at, index) => {
      new DataView(qjs.memory.buffer).setUint32(argv + index * 4, at, true);
    });
    const release = () => {
      for (const at of made) qjs.qjs_free_value(at);
      if (argv !== 0) qjs.wasm_free(argv);
    };
    return { argv, release };
  }

  #take(result: Ptr): ReturnType<typeof readValue> {
    if (this.qjs.qjs_is_exception(result)) throw this.#exception();
    const value = readValue(this.qjs, result);
    this.qjs.qjs_free_value(result);
    return value;
  }

  #exception(): ScriptError | RunFailure {
    const error = this.qjs.qjs_get_exception();
    const described = this.describe(error);
    this.qjs.qjs_free_value(error);
    return described;
  }
}
