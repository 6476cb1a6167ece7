// Bodies that are no JSON object, or JSON that is meant to hurt.
import { gzipSync } from 'node:zlib';
import { FINE, INVALID, type Malformed, NO_JSON, request, shown } from './case.ts';

const GOOD = '{"userId": "user-malformed"}';
const MIB = 1_048_576;
const utf16 = (text: string) => Buffer.from(text, 'utf16le');

const of = (name: string, body: string | Buffer, answer: Malformed['answer']): Malformed => ({
  name: `a body that is ${name}`,
  bytes: request({ body }),
  answer,
});

const BROKEN = [
  '{',
  '}',
  '{"userId"',
  '{"userId":',
  '{"userId": "a"',
  '{"userId": "a"}}',
  '{"userId": "a"} {}',
  '{"userId": "a",}',
  "{'userId': 'a'}",
  '{userId: "a"}',
  '{"userId": "a" /* me */}',
  '// me\n{"userId": "a"}',
  '{"userId": "a\nb"}',
  '{"userId": "\\x41"}',
  '{"userId": "\\u12"}',
  '{"userId": "a\0b"}',
  '\0',
  ' ',
  'undefined',
  'userId=a&queueId=b',
  '<userId>a</userId>',
  'a: b',
  '--boundary',
];
const NO_OBJECTS = ['null', 'true', '1', '"a"', '[]', `[${GOOD}]`, '[[]]'];

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
const manyFields = `{"userId": "a", ${Array.from({ length: 50_000 }, (_, i) => `"f${i}": 1`).join(', ')}}`;

export const BODIES: readonly Malformed[] = [
  ...BROKEN.map((body) => of(`broken: ${shown(body)}`, body, NO_JSON)),
  ...NO_OBJECTS.map((body) => of(`no object: ${shown(body)}`, body, INVALID)),
  of('empty', '', INVALID),
  of('a field twice, the last one bad', '{"userId": "a", "userId": 1}', INVALID),

  of('__proto__', '{"userId": "a", "__proto__": {"isAdmin": true}}', NO_JSON),
  of('__proto__ by an escape', '{"userId": "a", "\\u005f_proto__": {"isAdmin": true}}', NO_JSON),
  of('__proto__ deep inside', '{"userId": "a", "extra": [{"__proto__": {}}]}', NO_JSON),
  of('constructor.prototype', '{"userId": "a", "constructor": {"prototype": {"isAdmin": true}}}', NO_JSON),
  of('constructor', '{"userId": "a", "constructor": 1}', INVALID),
  of('prototype', '{"userId": "a", "prototype": {}}', INVALID),

  of('1,000 arrays deep', nested('[', ']', 1_000), INVALID),
  of('100,000 arrays deep', nested('[', ']', 100_000), INVALID),
  of('100,000 arrays deep and not closed', '['.repeat(100_000), NO_JSON),
  of('50,000 objects deep', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`, INVALID),
  of('deep inside a field', `{"userId": ${nested('[', ']', 10_000)}}`, INVALID),
  of('deep around __proto__', `{"a": ${'['.repeat(5_000)}{"__proto__": 1}${']'.repeat(5_000)}}`, NO_JSON),
  of('50,000 fields', manyFields, INVALID),
  of('a number of 100,000 digits', `{"userId": ${'9'.repeat(100_000)}}`, INVALID),
  of('exactly 1 MiB', `{"userId": "${'a'.repeat(MIB - 14)}"}`, INVALID),
  of('a byte above 1 MiB', `{"userId": "${'a'.repeat(MIB - 13)}"}`, [413, 'BODY_TOO_LARGE']),
  of('8 MiB', Buffer.alloc(8 * MIB, ' '), [413, 'BODY_TOO_LARGE']),

  of('UTF-8 behind a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(GOOD)]), FINE),
  of('UTF-16, little end first', utf16(GOOD), NO_JSON),
  of('UTF-16 behind a byte order mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(GOOD)]), NO_JSON),
  of('UTF-16, big end first', utf16(GOOD).swap16(), NO_JSON),
  of('UTF-32', Buffer.from([...GOOD].flatMap((c) => [c.charCodeAt(0), 0, 0, 0])), NO_JSON),
  of('not UTF-8', Buffer.from('{"userId": "\xff\xfe"}', 'latin1'), INVALID),
  of('overlong UTF-8', Buffer.from('{"userId": "\xc0\xaf"}', 'latin1'), INVALID),
  of('a surrogate in UTF-8', Buffer.from('{"userId": "\xed\xa0\x80"}', 'latin1'), INVALID),
  of('gzip in the name of JSON', gzipSync(GOOD), NO_JSON),
  of('random bytes', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 7919) % 256)), NO_JSON),
];
