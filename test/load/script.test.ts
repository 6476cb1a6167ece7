// The script's language: modules, files, async code, jslib, and what the runner says of what it does not have.
// Expected: "Modules", "open", "SharedArray", "k6/crypto", "k6/encoding" and "jslib" of k6's documentation.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { runScript } from './support.ts';

const once = (body: string, imports = '') => `${imports}\nexport default function () { ${body} }`;

describe('modules', () => {
  test('relative imports, also of what is imported, from the file that names them', async () => {
    const files = {
      'lib/a.js': `import { b } from './deep/b.js'; export const a = () => 'a' + b; export default 'default';`,
      'lib/deep/b.js': `import c from '../../c.js'; export const b = 'b' + c;`,
      'c.js': `export default 'c';`,
    };
    const ran = await runScript(once('console.log(a(), d);', `import d, { a } from './lib/a.js';`), { files });
    expect(ran.console).toEqual(['abc default']);
  });
  test('k6 by name, by default, by namespace', async () => {
    const imports = `import k6, { check } from 'k6'; import * as metrics from 'k6/metrics'; import http, { get } from 'k6/http';`;
    const ran = await runScript(
      once('console.log(k6.check === check, typeof metrics.Trend, http.get === get);', imports),
    );
    expect(ran.console).toEqual(['true function true']);
  });
  test('CommonJS: required, imported, and as the script itself', async () => {
    const files = {
      'cjs.js': `const other = require('./sub/other.js'); exports.value = other.n + 1; exports.default = 'd'; exports.__esModule = true;`,
      'sub/other.js': `module.exports = { n: 41, again: () => require('./again.js') === module.exports };`,
      'sub/again.js': `module.exports = 'again';`,
    };
    const imported = await runScript(once('console.log(d, value);', `import d, { value } from './cjs.js';`), { files });
    expect(imported.console).toEqual(['d 42']);
    const script = `
      const http = require('k6/http'); const { check } = require('k6'); const { value } = require('./cjs.js');
      exports.options = { iterations: 2 };
      exports.default = function () { console.log(typeof http.get, typeof check, value); };`;
    expect((await runScript(script, { files })).console).toEqual(['function function 42', 'function function 42']);
  });
  test('TypeScript, as far as types can be stripped', async () => {
    const files = { 'lib.ts': `export interface A { n: number } export const twice = (a: A): number => a.n * 2;` };
    const source = `import { twice, type A } from './lib.ts';
      export default function (): void { const a: A = { n: 21 }; console.log(twice(a) as number); }`;
    expect((await runScript(source, { files, file: 'script.ts' })).console).toEqual(['42']);
  });
  test('a file that is imported by several users is read, but run, once for each', async () => {
    const files = { 'count.js': `let n = 0; export const next = () => ++n;` };
    const source = `import { next } from './count.js';
      export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } } };
      export default function () { console.log(next()); }`;
    expect([...(await runScript(source, { files })).console].sort()).toEqual(['1', '1', '2', '2']);
  });
  test.each([
    [`import browser from 'k6/browser'`, 'does not have the module "k6/browser"'],
    [`import x from 'k6/x/kafka'`, 'does not have the module "k6/x/kafka"'],
    [`import grpc from 'k6/net/grpc'`, 'does not have the module "k6/net/grpc"'],
    [`import { parseHTML } from 'k6/html'`, 'does not have the module "k6/html"'],
    [`import { x } from 'https://example.com/x.js'`, 'remote modules are not fetched'],
    [`import _ from 'lodash'`, '"lodash" is neither a module of k6 nor a path'],
    [`const _ = require('lodash')`, '"lodash" is neither a module of k6 nor a path'],
    [`import { x } from './missing.js'`, 'there is no file'],
    [`import { x } from 'jari:host'`, 'neither a module of k6 nor a path'],
    [`crypto.subtle.digest('SHA-256', new ArrayBuffer(1))`, 'crypto.subtle.digest'],
  ])('%s is named, and nothing runs', async (code, message) => {
    const ran = await runScript(`${code}; export default function () { console.log('ran'); }`);
    expect([ran.code, ran.console, ran.stderr]).toEqual([107, [], expect.stringContaining(message)]);
  });
});

describe('files', () => {
  test('open() reads text and bytes, relative to the file that calls it', async () => {
    const files = {
      'data/users.json': '{"users":["kim"]}',
      'data/read.js': `export const text = open('./users.json'); export const bytes = open('users.json', 'b');`,
      'with space 홍.txt': '가나',
    };
    const body = `console.log(JSON.parse(text).users[0], bytes instanceof ArrayBuffer, bytes.byteLength, hangul);`;
    const imports = `import { text, bytes } from './data/read.js'; const hangul = open('./with space 홍.txt');`;
    expect((await runScript(once(body, imports), { files })).console).toEqual(['kim true 17 가나']);
  });
  test('open() of what is not there says which file', async () => {
    const ran = await runScript(once('', `const x = open('./nothing.csv');`));
    expect([ran.code, ran.stderr]).toEqual([
      107,
      expect.stringMatching(/open\(".\/nothing.csv"\): .*can't be read \(ENOENT\)/),
    ]);
  });
  test('a SharedArray is made once and read by all; nobody can change it', async () => {
    const source = `
      import { SharedArray } from 'k6/data';
      const users = new SharedArray('users', () => { console.log('made'); return [{ n: 1 }, { n: 2 }, { n: 3 }]; });
      export const options = { vus: 2, iterations: 2 };
      export default function () {
        const changes = [() => users.push(1), () => { users[0] = 1; }, () => { 'use strict'; users[0].n = 9; }];
        const refused = changes.filter((change) => { try { change(); return false; } catch (e) { return true; } }).length;
        console.log(users.length, users[1].n, users.map((u) => u.n).join(''), [...users].length, users.at(-1).n,
          users.find((u) => u.n === 2).n, users[5], 1 in users, users.filter((u) => u.n > 1).length, refused);
      }`;
    const ran = await runScript(source);
    expect(ran.console).toEqual(['made', ...Array(2).fill('3 2 123 3 3 2 undefined true 2 3')]);
  });
  test.each([
    [`new SharedArray('', () => [])`, 'empty name'],
    [`new SharedArray('a', 'b')`, 'a function is expected'],
    [`new SharedArray('a', () => ({}))`, 'only arrays can be made into SharedArray'],
  ])('%s is refused', async (code, message) => {
    const ran = await runScript(once('', `import { SharedArray } from 'k6/data'; ${code};`));
    expect([ran.code, ran.stderr]).toEqual([107, expect.stringContaining(message)]);
  });
});

describe('async code', () => {
  test('await, timers, and the iteration that lasts until they are done', async () => {
    const source = `
      import { setTimeout as later } from 'k6/timers';
      export const options = { iterations: 2 };
      export default async function () {
        setTimeout((what) => console.log(__ITER, what), 60, 'late');
        let ticks = 0;
        const ticking = setInterval(() => { console.log(__ITER, 'tick'); if (++ticks === 2) clearInterval(ticking); }, 10);
        clearTimeout(setTimeout(() => console.log('never'), 5));
        await new Promise((resolve) => later(resolve, 1));
        await Promise.resolve();
        console.log(__ITER, 'awaited');
      }`;
    const { console } = await runScript(source);
    const each = (iteration: number) => ['awaited', 'late', 'tick', 'tick'].map((what) => `${iteration} ${what}`);
    expect([...console.slice(0, 4)].sort()).toEqual(each(0));
    expect([...console.slice(4)].sort()).toEqual(each(1));
  });
  test('a rejected promise is an error of the iteration; one nobody waits for is told', async () => {
    const source = `
      export const options = { iterations: 1 };
      export default async function () { Promise.reject(new Error('lost')); await null; throw new Error('mine'); }`;
    const ran = await runScript(source);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain('Error: mine');
    expect(ran.stderr).toContain('Uncaught (in promise) Error: lost');
  });
  test('nothing of an interrupted iteration happens in the next one', async () => {
    const source = `
      import { sleep } from 'k6';
      export const options = { scenarios: {
        a: { executor: 'constant-vus', vus: 1, duration: '50ms', gracefulStop: '0s', exec: 'a' },
        b: { executor: 'per-vu-iterations', vus: 1, startTime: '150ms', exec: 'b' } } };
      export async function a() {
        setTimeout(() => console.log('timer of a'), 120);
        Promise.resolve().then(() => console.log('job of a'));
        sleep(10);
      }
      export function b() { sleep(0.2); console.log('b', __VU); }`;
    expect((await runScript(source)).console).toEqual(['b 1']);
  });
});

describe('the VM', () => {
  test('keeps a script’s deep recursion an error of the script', async () => {
    const source = `
      export const options = { iterations: 2 };
      const deep = (n) => deep(n + 1) + 1;
      export default function () { try { deep(0); } catch (e) { console.log(e.name, e.message); } }`;
    expect((await runScript(source)).console).toEqual(Array(2).fill('RangeError Maximum call stack size exceeded'));
  });
  test('goes on with a new one when its native stack overflowed', async () => {
    const source = `
      export const options = { iterations: 2 };
      export function setup() { return 'data'; }
      export default function (data) {
        console.log(data, __VU, __ITER);
        if (__ITER === 0) JSON.parse('['.repeat(50000));
      }`;
    const ran = await runScript(source);
    expect(ran.console).toEqual(['data 1 0', 'data 1 1']);
    expect(ran.stderr).toContain('Maximum call stack size exceeded');
  });
  test('does not grow from iteration to iteration', async () => {
    const source = `
      export const options = { iterations: 3000 };
      const before = [];
      export default function () {
        const cycle = { text: 'x'.repeat(1000) }; cycle.self = cycle; before.length = 0; before.push(cycle);
      }`;
    const { rss } = process.memoryUsage();
    expect((await runScript(source)).exported.metrics.iterations?.count).toBe(3000);
    expect(process.memoryUsage().rss - rss).toBeLessThan(200e6);
  });
  test('randomSeed makes Math.random repeat; without it users differ', async () => {
    const source = (seed: string) => `import { randomSeed } from 'k6'; ${seed}
      export const options = { scenarios: { s: { executor: 'per-vu-iterations', vus: 2 } } };
      export default function () { console.log(Math.random()); }`;
    const seeded = await runScript(source('randomSeed(7);'));
    expect(seeded.console[0]).toBe(seeded.console[1]);
    expect((await runScript(source('randomSeed(7);'))).console).toEqual(seeded.console);
    const free = await runScript(source(''));
    expect(free.console[0]).not.toBe(free.console[1]);
  });
});

describe('k6/crypto, k6/encoding and crypto', () => {
  test('hash and code as everybody does', async () => {
    const imports = `import crypto, { hmac, createHash, createHMAC, sha256, md5 } from 'k6/crypto';
      import { b64encode, b64decode } from 'k6/encoding';`;
    const body = `
      const h = createHash('sha512'); h.update('a'); h.update('b');
      const m = createHMAC('sha1', 'key'); m.update('data');
      console.log(JSON.stringify([sha256('x', 'hex'), md5('x', 'base64'), hmac('sha256', 'key', 'data', 'hex'), h.digest('hex'),
        m.digest('base64'), crypto.sha1(new Uint8Array([1, 2]).buffer, 'hex'), new Uint8Array(crypto.randomBytes(4)).length]));
      console.log(JSON.stringify([b64encode('가?>'), b64encode('가?>', 'rawurl'), b64decode('6rCAPz4=', 'std', 's'),
        new Uint8Array(b64decode('AQI=')).join()]));
      console.log(globalThis.crypto.randomUUID().length, globalThis.crypto.getRandomValues(new Uint8Array(3)).length);`;
    const [digests, codes, random] = (await runScript(once(body, imports))).console;
    const hash = (name: string, data: string | Uint8Array) => createHash(name).update(data);
    expect(JSON.parse(digests ?? '')).toEqual([
      hash('sha256', 'x').digest('hex'),
      hash('md5', 'x').digest('base64'),
      createHmac('sha256', 'key').update('data').digest('hex'),
      hash('sha512', 'ab').digest('hex'),
      createHmac('sha1', 'key').update('data').digest('base64'),
      hash('sha1', Uint8Array.from([1, 2])).digest('hex'),
      4,
    ]);
    expect(JSON.parse(codes ?? '')).toEqual(['6rCAPz4=', '6rCAPz4', '가?>', '1,2']);
    expect(random).toBe('36 3');
  });
});

test('jslib: k6-utils and k6-summary, whatever their version', async () => {
  const imports = `
    import { randomIntBetween, randomItem, randomString, uuidv4, findBetween, normalDistributionStages } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';
    import { check, getCurrentStageIndex, tagWithCurrentStageProfile } from 'https://jslib.k6.io/k6-utils/1.5.0/index.js';
    import { textSummary } from 'https://jslib.k6.io/k6-summary/0.0.2/index.js';
    import exec from 'k6/execution';
    export const options = { stages: [{ duration: '300ms', target: 1 }], vus: 1 };`;
  const body = `
    tagWithCurrentStageProfile();
    const n = randomIntBetween(3, 5);
    console.log([n >= 3 && n <= 5, ['a'].includes(randomItem(['a'])), randomString(8).length, uuidv4().length,
      findBetween('<b>x</b><b>y</b>', '<b>', '</b>'), findBetween('<b>x</b><b>y</b>', '<b>', '</b>', true).join('+'),
      normalDistributionStages(10, 10).length, getCurrentStageIndex(), exec.vu.tags.stage_profile, typeof textSummary].join(' '));
    exec.test.abort();`;
  expect((await runScript(once(body, imports))).console).toEqual(['true true 8 36 x x+y 11 0 steady function']);
});

test('console writes every level, objects as JSON, to standard error or a file', async () => {
  const body = `console.log('a', 1, { b: [2] }, null, undefined); console.info('i'); console.warn('w'); console.error('e');
    console.debug('d'); console.log(new Error('x').message);`;
  const plain = await runScript(once(body));
  expect(plain.console).toEqual(['a 1 {"b":[2]} null undefined', 'i', 'w', 'e', 'x']);
  expect(plain.stderr).toMatch(/^INFO\[0000\] a .*\n.*\nWARN\[0000\] w .*\nERRO\[0000\] e/);
  const verbose = await runScript(once(body), { args: ['--verbose'] });
  expect(verbose.console).toContain('d');
});
