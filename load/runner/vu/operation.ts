// A host operation: what the prelude's `call(op.NAME, …)` runs. Arguments count from 1 and must be read before the
// operation waits for anything. A promise suspends the script until it settles.
import type { HostValue } from '../vm/values.ts';
import type { HostArguments } from '../vm/vm.ts';
import type { VuState } from './state.ts';

export type Operation = (vu: VuState, args: HostArguments) => HostValue | Promise<HostValue>;
export type Operations = Readonly<Record<string, Operation>>;
