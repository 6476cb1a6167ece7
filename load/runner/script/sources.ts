// The script's files: which name means which file, and what is in it. Read once, however many virtual users there are.
import { existsSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { fileURLToPath } from 'node:url';
import { unsupported } from '../exit-codes.ts';
import { isCommonJs } from './common-js.ts';

export interface ModuleSource {
  readonly code: string;
  readonly isCommonJs: boolean;
}

/** jslib.k6.io's modules that this runner brings along, any version. */
const JSLIB = /^https:\/\/jslib\.k6\.io\/(k6-utils|k6-summary)\/[^/]+\/index\.js$/;
export class Sources {
  readonly #builtIn: ReadonlySet<string>;
  readonly #modules = new Map<string, ModuleSource>();
  readonly #files = new Map<string, Buffer>();

  constructor(builtIn: Iterable<string>) {
    this.#builtIn = new Set(builtIn);
  }

  /** What `import` or `require` of `name` in the module `base` means: a built-in name or a file: URL. */
  resolve(base: string, name: string): string {
    if (this.#builtIn.has(name)) return name;
    const jslib = JSLIB.exec(name)?.[1];
    if (jslib !== undefined) return `jslib:${jslib}`;
    if (name === 'k6' || name.startsWith('k6/')) {
      const known = [...this.#builtIn].filter((builtIn) => builtIn.startsWith('k6')).join(', ');
      throw unsupported(`this runner does not have the module "${name}"; it has ${known}`);
    }
    if (/^https?:/.test(name)) {
      throw unsupported(`remote modules are not fetched: save ${name} beside the script and import it from there`);
    }
    if (!/^(\.{0,2}\/|file:)/.test(name)) {
      throw unsupported(
        `"${name}" is neither a module of k6 nor a path. A path starts with ./, ../ or /; a package has to be bundled into a file`,
      );
    }
    const url = new URL(name, base);
    if (!existsSync(url)) throw new Error(`there is no file ${fileURLToPath(url)} (imported as "${name}")`);
    return url.href;
  }

  module(url: string): ModuleSource {
    let source = this.#modules.get(url);
    if (!source) {
      const text = this.#file(new URL(url))
        .toString('utf8')
        .replace(/^\uFEFF/, '')
        .replace(/^#!.*/, '');
      const code = /\.[cm]?ts$/.test(url) ? stripTypeScriptTypes(text) : text;
      source = { code, isCommonJs: isCommonJs(code) };
      this.#modules.set(url, source);
    }
    return source;
  }

  /** The content of a file that the script named in open(). */
  open(url: URL, name: string): Buffer {
    try {
      return this.#file(url);
    } catch (error) {
      throw new Error(
        `open("${name}"): ${fileURLToPath(url)} can't be read (${(error as NodeJS.ErrnoException).code})`,
      );
    }
  }

  #file(url: URL): Buffer {
    let content = this.#files.get(url.href);
    if (!content) {
      content = readFileSync(url);
      this.#files.set(url.href, content);
    }
    return content;
  }
}

/** The script's file that a QuickJS stack was taken in, leaving out the prelude's own frames. */
export function callingFile(stack: string): string | undefined {
  return /(file:\/\/.+?):\d+(?::\d+)?\)?$/m.exec(stack)?.[1];
}
