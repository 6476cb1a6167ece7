// The memory of a VM in which the prelude (our k6 modules) is already loaded. Every virtual user starts as a copy of
// it, which costs a fraction of a millisecond instead of parsing the prelude again.
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { capture, type ImageEntries, type VmImage } from './memory-image.ts';
import type { Ptr, QuickJsExports } from './quickjs.ts';
import { readText } from './values.ts';
import { Vm, type VmHost } from './vm.ts';

/** Within the 1 MiB C stack of quickjs.wasm, and small enough that V8's own stack for a suspendable call holds it. */
const MAX_STACK_BYTES = 192 * 1024;

const preludeDirectory = new URL('../prelude/', import.meta.url);

/** The prelude's modules by the names scripts import them by. */
export function preludeSources(): Map<string, string> {
  const sources = new Map<string, string>();
  for (const [folder, prefix] of [
    ['jari', 'jari:'],
    ['k6', 'k6/'],
    ['jslib', 'jslib:'],
  ] as const) {
    for (const file of readdirSync(new URL(`${folder}/`, preludeDirectory))) {
      const name = prefix + file.replace(/\.js$/, '');
      const source = readFileSync(new URL(`${folder}/${file}`, preludeDirectory), 'utf8');
      sources.set(name === 'k6/index' ? 'k6' : name, source);
    }
  }
  const summary = readFileSync(new URL('../summary/text.ts', import.meta.url), 'utf8');
  sources.set('jari:summary-text', stripTypeScriptTypes(summary));
  return sources;
}

export async function buildImage(module: WebAssembly.Module, operations: readonly string[]): Promise<VmImage> {
  const sources = preludeSources();
  const host: VmHost = {
    call: () => undefined,
    resolveModule: (_base, name) => name,
    loadModule: (_vm, name) => {
      const source = sources.get(name);
      if (source === undefined) throw new Error(`the prelude has no module ${name}`);
      return source;
    },
  };
  const vm = new Vm(module, host, undefined);
  const { qjs } = vm;
  if (qjs.qjs_init() !== 0) throw new Error('QuickJS did not start');
  qjs.qjs_set_module_loader(1);
  qjs.qjs_set_interrupt_handler(1);
  qjs.qjs_set_max_stack_size(MAX_STACK_BYTES);
  setGlobal(vm, '__host', qjs.qjs_new_host_function(cString(qjs, 'host'), 4, 6));
  const table = JSON.stringify(Object.fromEntries(operations.map((name, index) => [name, index])));
  await vm.evaluate(`globalThis.__operations = ${table}`, 'jari:operations', 0);

  const imports = [...sources.keys()].map((name) => `import ${JSON.stringify(name)};`).join('\n');
  const loaded = await vm.evaluateModule(imports, 'jari:all');
  if (!loaded()) throw new Error('the prelude did not finish loading');
  // Only now: the prelude itself must not be blamed for rejections of promises it makes while loading.
  qjs.qjs_set_promise_rejection_handler(1);
  const untouched = new Vm(module, host, undefined).qjs;
  return capture(qjs, untouched, await entries(vm));
}

async function entries(vm: Vm): Promise<ImageEntries> {
  const { qjs } = vm;
  const scratch = qjs.wasm_malloc(72);
  const undefinedValue = qjs.qjs_get_undefined();
  new Uint8Array(qjs.memory.buffer).copyWithin(scratch + 64, undefinedValue, undefinedValue + 8);
  const names = await vm.evaluate('Object.keys(globalThis.__entries).join()', 'jari:entries', 0);
  const functions: Record<string, Ptr> = {};
  for (const name of readText(qjs, names).split(','))
    functions[name] = await vm.evaluate(`__entries[${JSON.stringify(name)}]`, 'jari:entries', 0);
  await vm.evaluate('delete globalThis.__entries', 'jari:entries', 0);
  return { scratch, functions };
}

function setGlobal(vm: Vm, name: string, value: Ptr): void {
  const global = vm.qjs.qjs_get_global();
  vm.qjs.qjs_set_prop_string(global, cString(vm.qjs, name), value);
}

function cString(qjs: QuickJsExports, text: string): Ptr {
  const bytes = Buffer.from(`${text}\0`);
  const at = qjs.wasm_malloc(bytes.length);
  new Uint8Array(qjs.memory.buffer).set(bytes, at);
  return at;
}
