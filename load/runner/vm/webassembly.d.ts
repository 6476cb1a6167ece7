// The part of WebAssembly this runner uses. TypeScript declares it in its DOM library only, which a server program
// leaves out because of everything else in there.
declare namespace WebAssembly {
  type ImportValue = (...args: never[]) => unknown;

  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  interface Global {
    value: unknown;
  }

  interface Module {
    readonly __module: never;
  }

  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }

  const Instance: new (module: Module, imports: Record<string, Record<string, ImportValue>>) => Instance;

  function compile(bytes: Uint8Array): Promise<Module>;
}
