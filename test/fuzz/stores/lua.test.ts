// Every script of the line with arguments that its adapter never sends. What a script has written stays when it fails
// later, so one that fails must have written nothing; and whatever it takes, the data stays whole.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keysOf } from '../../../server/queue/redis/keys.ts';
import { loadScripts, type Script } from '../../../server/queue/redis/scripts.ts';
import { freshQueueId } from '../../queue/lines.ts';
import { type RawRedis, rawClient } from '../../queue/redis-line.ts';
import { sharedServer } from '../../support/servers.ts';
import { flaws, type LineData, stateOf } from './line-data.ts';
import { holds, MOST_MILLISECONDS, ODD_NAMES } from './runs.ts';

const { url, missing } = await sharedServer('redis');
const scripts = loadScripts();

const SETTINGS = ['4', 'OPEN', '60000', '60000', '0'];
const FIELDS = ['cap', 'state', 'activeMs', 'noShowMs', 'release'];
const USERS = [...'abcdefghi', ...ODD_NAMES.slice(0, 12)];

const user = fc.constantFrom(...USERS);
const small = fc.integer({ min: 0, max: 12 }).map(String);
const flag = fc.constantFrom('0', '1');
const setting = fc.nat(4).map((i) => [FIELDS[i], SETTINGS[i]] as string[]);
const many = (one: fc.Arbitrary<string[]>) => fc.array(one, { maxLength: 8 }).map((all) => all.flat());
const list = (...parts: fc.Arbitrary<string[]>[]) => fc.tuple(...parts).map((all) => all.flat());
const alone = (one: fc.Arbitrary<string>) => one.map((text) => [text]);
const named = many(alone(user));
const ticketed = many(list(alone(user), alone(small)));
const slots = fc
  .uniqueArray(user, { maxLength: 4 })
  .map((users) => users.flatMap((u, i) => [u, `${i + 1}:1`, '99999999999999']));

/** What follows the first three arguments, as an adapter would send it. */
const FITTING: Record<string, fc.Arbitrary<string[]>> = {
  enter: list(alone(flag), named),
  status: list(alone(flag), ticketed),
  look: named,
  leave: ticketed,
  admit: fc.constant([]),
  prioritise: named,
  configure: list(alone(flag), many(setting)),
  draw: list(alone(small), many(alone(small))),
  stats: fc.constant([]),
  ended: list(alone(small)),
  outline: fc.constant([]),
  begin: fc
    .tuple(small, small, slots)
    .map(([serving, hold, inside]) => [serving, hold, hold, '0', ...SETTINGS, '0', '-1', ...inside]),
};
/** Scripts about the data of every life, which are told none. */
const BARE: Record<string, fc.Arbitrary<string[]>> = {
  admitted: alone(small),
  recorded: alone(fc.constantFrom('0-1', '1-0')),
};

const JUNK = [
  '',
  'x',
  'nan',
  'inf',
  '-inf',
  '-1',
  '1.5',
  '1e3',
  '1e400',
  '0x10',
  '2147483648',
  '9007199254740993',
  '1:',
  ...ODD_NAMES,
];
const damage = fc.record({
  at: fc.nat(30),
  how: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add'),
  junk: fc.constantFrom(...JUNK),
});
const call = fc.constantFrom(...(Object.keys(scripts) as (keyof typeof scripts)[])).chain((name) =>
  fc.record({
    name: fc.constant(name),
    rest: (FITTING[name] ?? BARE[name]) as fc.Arbitrary<string[]>,
    damages: fc.array(damage, { maxLength: 2 }),
  }),
);
type Call = typeof call extends fc.Arbitrary<infer C> ? C : never;

function argumentsOf({ name, rest, damages }: Call, epoch: number): string[] {
  // A life that is no later than the present one is not begun.
  const args = name in BARE ? [...rest] : [String(epoch + (name === 'begin' ? 1 : 0)), '0', 'moved', ...rest];
  for (const { at, how, junk } of damages) {
    const there = at % (args.length + 1);
    args.splice(there, how === 'add' ? 0 : 1, ...(how === 'drop' ? [] : [junk]));
  }
  return args;
}

/** Who got a place back is forgotten by itself, in the middle of anything. */
const forever = ({ restored: _, ...data }: LineData) => data;

describe.skipIf(missing)('scripts that are given what they must not be', () => {
  let redis: RawRedis;
  beforeAll(async () => {
    redis = await rawClient(url);
  });
  afterAll(() => redis?.destroy());

  it(
    'write nothing when they fail, and leave the data whole when they do not',
    async () => {
      const outcomes = { failed: 0, done: 0 };
      const property = fc.asyncProperty(fc.array(call, { minLength: 1, maxLength: 25 }), async (calls) => {
        const keys = keysOf(freshQueueId());
        const run = (script: Script, args: string[]) =>
          redis.send(keys[0] as string, ['EVAL', script.source, String(keys.length), ...keys, ...args]);
        await run(scripts.begin, ['1', '0', 'moved', '0', '0', '0', '0', ...SETTINGS, '0', '-1']);
        await run(scripts.enter, ['1', '0', 'moved', '1', ...USERS.slice(0, 7)]);
        let before = await stateOf(redis, keys);
        for (const one of calls) {
          const args = argumentsOf(one, Number(before.queue.epoch));
          const what = `${one.name} ${JSON.stringify(args)}`;
          const failure = await run(scripts[one.name], args).then(() => null, String);
          const after = await stateOf(redis, keys);
          if (failure !== null) expect(forever(after), `${what}: ${failure}`).toEqual(forever(before));
          expect(flaws(after, before), what).toEqual([]);
          outcomes[failure === null ? 'done' : 'failed']++;
          before = after;
        }
        await redis.send(keys[0] as string, ['DEL', ...keys]);
      });
      await holds(property, 150);
      expect(outcomes.failed).toBeGreaterThan(50);
      expect(outcomes.done).toBeGreaterThan(50);
    },
    MOST_MILLISECONDS,
  );
});
