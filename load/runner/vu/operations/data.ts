// open, require, SharedArray and the coding of bytes.
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { unsupported } from '../../exit-codes.ts';
import { callingFile } from '../../script/sources.ts';
import type { HostValue } from '../../vm/values.ts';
import type { HostArguments } from '../../vm/vm.ts';
import type { Operations } from '../operation.ts';

export const dataOperations: Operations = {
  open: (vu, args) => {
    const name = args.text(1);
    const base = callingFile(args.text(3));
    const url = name.startsWith('file:') || base === undefined ? pathToFileURL(name) : new URL(encodePath(name), base);
    const content = vu.run.sources.open(url, name);
    return args.number(2) === 1 ? content : content.toString('utf8');
  },
  resolveModule: (vu, args) => vu.run.sources.resolve(callingFile(args.text(2)) ?? '', args.text(1)),
  compileCommonJs: (vu, args) => {
    const url = args.text(1);
    const { code } = vu.run.sources.module(url);
    vu.vm?.evaluateSync(`globalThis.__commonJs = function (module, exports, require) {${code}\n}`, url);
    return undefined;
  },

  sharedLength: (vu, args) => vu.run.sharedArrays.get(args.text(1))?.length ?? -1,
  sharedCreate: (vu, args) => {
    const items = JSON.parse(args.text(2)) as string[];
    vu.run.sharedArrays.set(args.text(1), items);
    return items.length;
  },
  sharedGet: (vu, args) => vu.run.sharedArrays.get(args.text(1))?.[args.number(2)],

  randomBytes: (_vu, args) => randomBytes(args.number(1)),
  base64Encode: (_vu, args) => base64Encode(input(args, 1), args.text(2)),
  base64Decode: (_vu, args) => {
    const decoded = Buffer.from(args.text(1), 'base64');
    return args.text(3) === 's' ? decoded.toString('utf8') : decoded;
  },
  hash: (_vu, args) => digest(args.text(1), [input(args, 2)], args.optionalText(3), args.bytes(4)),
  hashParts: (_vu, args) => {
    const parts = (JSON.parse(args.text(2)) as string[]).map((part) => Buffer.from(part, 'base64'));
    return digest(args.text(1), parts, args.optionalText(3), args.bytes(4));
  },
};

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');
const input = (args: HostArguments, index: number) => args.bytes(index) ?? new Uint8Array();

function base64Encode(bytes: Uint8Array, variant: string): string {
  const text = Buffer.from(bytes).toString(variant.endsWith('url') ? 'base64url' : 'base64');
  if (variant === 'url') return text + '='.repeat((4 - (text.length % 4)) % 4);
  return variant === 'rawstd' ? text.replace(/=+$/, '') : text;
}

function digest(
  algorithm: string,
  parts: readonly Uint8Array[],
  encoding: string | undefined,
  secret: Uint8Array | undefined,
): HostValue {
  if (algorithm === 'md4') throw unsupported('this runner does not support md4');
  const name = algorithm.replace('_', '-');
  const hash = secret === undefined ? createHash(name) : createHmac(name, secret);
  for (const part of parts) hash.update(part);
  const bytes = hash.digest();
  if (encoding === undefined || encoding === 'binary') return bytes;
  if (encoding === 'hex') return bytes.toString('hex');
  if (encoding === 'base64') return base64Encode(bytes, 'std');
  if (encoding === 'base64url') return base64Encode(bytes, 'url');
  if (encoding === 'base64rawurl') return base64Encode(bytes, 'rawurl');
  throw new TypeError(`Invalid output encoding: ${encoding}`);
}
