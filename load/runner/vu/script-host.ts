// What a virtual user's VM asks for while it runs the script: operations, modules, and where rejected promises go.

import { commonJsNames } from '../script/common-js.ts';
import type { ScriptErrorShape } from '../vm/script-error.ts';
import type { HostValue } from '../vm/values.ts';
import { type HostArguments, Interrupted, type Vm, type VmHost } from '../vm/vm.ts';
import { operationTable } from './operations/all.ts';
import type { VuState } from './state.ts';

/** The module that hands the script's exports to the prelude. */
export const ENTRY = 'jari:entry';

export class ScriptHost implements VmHost {
  readonly #state: VuState;
  /** Rejected promises that nobody has handled yet, by identity. */
  readonly #rejections = new Map<number, ScriptErrorShape>();

  constructor(state: VuState) {
    this.#state = state;
  }

  call(operation: number, args: HostArguments): HostValue | Promise<HostValue> {
    const run = operationTable[operation];
    if (!run) throw new Error(`the host has no operation ${operation}`);
    // QuickJS looks for interruptions only now and then; what runs on meanwhile must have no effect.
    if (this.#state.vm?.interrupted) throw new Interrupted();
    return run(this.#state, args);
  }

  resolveModule(base: string, name: string): string {
    return base === ENTRY && name === 'jari:main' ? name : this.#state.run.sources.resolve(base, name);
  }

  loadModule(_vm: Vm, url: string): string {
    const { code, isCommonJs } = this.#state.run.sources.module(url);
    return isCommonJs ? commonJsAsModule(code, url) : code;
  }

  unhandledRejection(promise: number, reason: ScriptErrorShape | undefined): void {
    if (reason) this.#rejections.set(promise, reason);
    else this.#rejections.delete(promise);
  }

  takeRejections(): ScriptErrorShape[] {
    if (this.#rejections.size === 0) return [];
    const reasons = [...this.#rejections.values()];
    this.#rejections.clear();
    return reasons;
  }
}

/** The source that starts a virtual user: the script's exports, given to the prelude. */
export function entrySource(url: string, isCommonJs: boolean): string {
  const script = isCommonJs ? `const script = __loadCommonJs(${JSON.stringify(url)});` : '';
  const imported = isCommonJs ? '' : `import * as script from ${JSON.stringify(url)};`;
  return `${imported} import { setScript } from 'jari:main'; ${script}
    setScript(typeof script === 'function' ? { default: script } : script);`;
}

/** A CommonJS file seen from an `import`: `module.exports` as the default, the names it assigns as names. */
function commonJsAsModule(code: string, url: string): string {
  const named = commonJsNames(code).map(
    (name, index) => `const v${index} = exported?.${name}; export { v${index} as ${name} };`,
  );
  return `const exported = __loadCommonJs(${JSON.stringify(url)});
    export default exported?.__esModule && 'default' in exported ? exported.default : exported;
    ${named.join('\n')}`;
}
