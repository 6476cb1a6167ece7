// The memory of one instance, kept so that others can start from it.
import type { Ptr, QuickJsExports } from './quickjs.ts';

const PAGE_BYTES = 65_536;
/** Copying in small blocks skips what a new instance has already, so that the copy touches little memory. */
const BLOCK_BYTES = 4096;

export interface ImageEntries {
  /** 64 bytes for arguments, then a JSValue that is `undefined`. */
  readonly scratch: Ptr;
  readonly functions: Readonly<Record<string, Ptr>>;
}

export interface VmImage {
  readonly entries: ImageEntries;
  restore(qjs: QuickJsExports): void;
}

export function capture(qjs: QuickJsExports, untouched: QuickJsExports, made: ImageEntries): VmImage {
  const memory = new Uint8Array(qjs.memory.buffer).slice();
  const stackPointer = qjs.__stack_pointer.value as number;
  const runtime = qjs.qjs_get_runtime_ptr();
  const context = qjs.qjs_get_context_ptr();
  const initial = new Uint8Array(untouched.memory.buffer);
  const blocks: { at: number; bytes: Uint8Array }[] = [];
  for (let at = 0; at < memory.length; at += BLOCK_BYTES) {
    const bytes = memory.subarray(at, at + BLOCK_BYTES);
    if (bytes.some((byte, offset) => byte !== (initial[at + offset] ?? 0))) blocks.push({ at, bytes });
  }
  return {
    entries: made,
    restore(target) {
      const missing = memory.length - target.memory.buffer.byteLength;
      if (missing > 0) target.memory.grow(Math.ceil(missing / PAGE_BYTES));
      const bytes = new Uint8Array(target.memory.buffer);
      for (const block of blocks) bytes.set(block.bytes, block.at);
      target.__stack_pointer.value = stackPointer;
      target.qjs_set_runtime_and_context(runtime, context);
    },
  };
}
