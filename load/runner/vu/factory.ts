// Virtual users, each started as a copy of the VM that has the prelude, then given the script.
import { exitCode, RunFailure } from '../exit-codes.ts';
import type { RunState } from '../run/state.ts';
import { buildImage, preludeSources } from '../vm/image.ts';
import type { VmImage } from '../vm/memory-image.ts';
import { ScriptError } from '../vm/script-error.ts';
import { Vm } from '../vm/vm.ts';
import { compileQuickJs } from '../vm/wasm.ts';
import { operationNames } from './operations/all.ts';
import { ENTRY, entrySource, ScriptHost } from './script-host.ts';
import { VuState } from './state.ts';
import { type LoadedScript, VirtualUser } from './virtual-user.ts';

export interface ScriptExports {
  readonly options: Readonly<Record<string, unknown>>;
  readonly functions: readonly string[];
  readonly hasDefault: boolean;
}

/** The modules that a script may import, by name. */
export const builtInModules = (): string[] => [...preludeSources().keys()].filter((name) => !name.startsWith('jari:'));

let prepared: Promise<{ module: WebAssembly.Module; image: VmImage }> | undefined;

async function prepare(): Promise<{ module: WebAssembly.Module; image: VmImage }> {
  const module = await compileQuickJs();
  return { module, image: await buildImage(module, operationNames) };
}

export class VuFactory {
  readonly #run: RunState;
  readonly #mainUrl: string;
  /** setup()'s return value, once there is one. */
  setupJson: string | undefined;

  constructor(run: RunState, mainUrl: string) {
    this.#run = run;
    this.#mainUrl = mainUrl;
  }

  async create(id: number, idInProcess = id): Promise<VirtualUser> {
    const state = new VuState(this.#run, id, idInProcess);
    const load = () => this.#load(state);
    return new VirtualUser(state, await load(), load);
  }

  /** The script read for the first time: its options and the names of its functions. */
  async read(): Promise<ScriptExports> {
    const user = await this.create(0);
    return JSON.parse(String(user.vm.callSync('describeScript'))) as ScriptExports;
  }

  async #load(state: VuState): Promise<LoadedScript> {
    prepared ??= prepare();
    const { module, image } = await prepared;
    const host = new ScriptHost(state);
    const vm = new Vm(module, host, image);
    state.vm = vm;
    const seed = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
    vm.callSync('configure', state.id, state.envJson, seed);
    const { isCommonJs } = this.#run.sources.module(this.#mainUrl);
    try {
      const isDone = await vm.evaluateModule(entrySource(this.#mainUrl, isCommonJs), ENTRY);
      if (!isDone()) throw new RunFailure(exitCode.scriptException, 'the script waits at its top level for ever');
    } catch (error) {
      throw error instanceof ScriptError ? new RunFailure(exitCode.scriptException, String(error.stack)) : error;
    }
    vm.callSync('leaveInit');
    vm.callSync('setSetupData', this.setupJson);
    return { vm, host };
  }
}
