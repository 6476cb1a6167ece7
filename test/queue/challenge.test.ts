import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../../server/lib/signing.ts';
import { Challenges, LIFETIME_SECONDS } from '../../server/queue/challenge/challenges.ts';
import { Difficulties } from '../../server/queue/challenge/difficulties.ts';
import { OPEN_GATE } from '../../server/queue/challenge/gate.ts';
import { sqlDifficultyStore } from '../../server/queue/sql/difficulties.ts';
import { solve } from '../../web/fan/challenge/solve.ts';
import { DATABASES, type TestDatabase } from '../support/databases.ts';

const BITS = 8;
const zeroBits = (text: string) => Math.clz32(createHash('sha256').update(text).digest().readUInt32BE());

describe('a challenge', () => {
  let now = 1_800_000_000.5;
  const clock = () => now;
  const by = (...[secret, ...alsoGood]: [string, ...string[]]) => new Challenges(new Signer(secret, alsoGood), clock);
  const challenges = by('a secret of the tests');
  const { challenge, expiresAt } = challenges.make('anna', 'main', BITS);
  const solution = solve(challenge, BITS);
  const isSolved = (over: Partial<{ userId: string; queueId: string; challenge: string; solution: string }> = {}) => {
    const all = { userId: 'anna', queueId: 'main', challenge, solution, ...over };
    return challenges.isSolved(all.userId, all.queueId, all.challenge, all.solution);
  };

  it('is solved by its solution, for its user and line alone', () => {
    expect(isSolved()).toBe(true);
    expect(isSolved({ userId: 'bora' })).toBe(false);
    expect(isSolved({ queueId: 'other' })).toBe(false);
    // Ids hold no space, so that one can't reach into the other.
    expect(challenges.isSolved('anna main', '', challenge, solution)).toBe(false);
  });

  it('takes as many zero bits as it says, no fewer', () => {
    const counted = Array.from({ length: 3_000 }, (_, i) => String(i)).map(
      (one) => [zeroBits(`${challenge}:${one}`) >= BITS, isSolved({ solution: one })] as const,
    );
    expect(counted.filter(([enough, taken]) => enough !== taken)).toEqual([]);
    expect(counted.filter(([enough]) => enough).length).toBeGreaterThan(0);
  });

  it('ends', () => {
    const before = now;
    expect(Date.parse(expiresAt)).toBe((Math.floor(before) + LIFETIME_SECONDS) * 1_000);
    now = Date.parse(expiresAt) / 1_000 - 0.001;
    expect(isSolved()).toBe(true);
    now = Date.parse(expiresAt) / 1_000;
    expect(isSolved()).toBe(false);
    now = before;
  });

  it('is not what was altered, forged, or is nothing of the kind', () => {
    const [bits, end, signature] = challenge.split('.') as [string, string, string];
    const forged = new Challenges(new Signer('another secret'), clock).make('anna', 'main', BITS).challenge;
    const others = [
      forged,
      `1.${end}.${signature}`,
      `0${bits}.${end}.${signature}`,
      `${bits}.${Number(end) + 1}.${signature}`,
      `${challenge}A`,
      challenge.slice(0, -1),
      `${challenge}\n`,
      '',
      '..',
      'x'.repeat(10_000),
    ];
    for (const one of others) {
      // Solved as it stands, so that only the challenge itself can be at fault.
      expect(isSolved({ challenge: one, solution: solve(one, BITS) }), one.slice(0, 80)).toBe(false);
    }
    for (const head of ['x'.repeat(65), 'two words', 'é', '\n', 'fine']) {
      // Its hash is as it should be: only how it is written can be at fault.
      let number = 0;
      while (zeroBits(`${challenge}:${head}${number}`) < BITS) number++;
      expect(isSolved({ solution: head + number }), head).toBe(head === 'fine');
    }
  });

  it('is believed by processes that sign with another secret, while one gives way to the other', () => {
    const [before, told, changed, after] = [by('old'), by('old', 'new'), by('new', 'old'), by('new')];
    const good = (maker: Challenges, reader: Challenges) => {
      const made = maker.make('anna', 'main', BITS).challenge;
      return reader.isSolved('anna', 'main', made, solve(made, BITS));
    };
    for (const [one, other] of [
      [before, told],
      [told, changed],
      [changed, after],
    ] as const) {
      expect([good(one, other), good(other, one)]).toEqual([true, true]);
    }
    expect([good(before, after), good(after, before)]).toEqual([false, false]);
  });

  it.each([0, 1, 46, 47, 48, 55, 57, 63, 64, 200])('of %i characters is solved by the page too', (length) => {
    const text = 'x'.repeat(length);
    expect(zeroBits(`${text}:${solve(text, BITS)}`)).toBeGreaterThanOrEqual(BITS);
  });

  it('is asked for by no gate that nobody closed', () => {
    expect(() => OPEN_GATE({}, 'anna', 'main')).not.toThrow();
  });
});

for (const target of DATABASES) {
  describe.skipIf(target.missing)(`how hard entering is, on ${target.name}`, () => {
    let home: TestDatabase;
    beforeAll(async () => {
      home = await target.open();
    });
    afterAll(() => home?.dispose());

    it('is set line by line, followed where nothing is set, known to others, and kept', async () => {
      const [here, elsewhere] = [1, 2].map(() => new Difficulties(sqlDifficultyStore(home.database)));
      if (!here || !elsewhere) throw new Error('two of them');
      await here.look();
      expect(here.of('main')).toBe(0);
      expect(await here.set('main', 18)).toEqual({ queueId: 'main', bits: 18, own: 18 });
      await here.set('other', 12);
      await here.set('open', 0);
      await elsewhere.look();
      for (const one of [here, elsewhere]) {
        expect(['main', 'other', 'open', 'made-up'].map((queueId) => one.of(queueId))).toEqual([18, 12, 0, 18]);
      }
      expect(await elsewhere.set('main', 10)).toMatchObject({ bits: 10 });
      expect(await here.setting('made-up')).toEqual({ queueId: 'made-up', bits: 12, own: null });
      elsewhere.start();
      for (const bits of [20, 22]) {
        await here.set('main', bits);
        await expect.poll(() => elsewhere.of('main'), { timeout: 20_000 }).toBe(bits);
      }
      elsewhere.stop();
      for (const queueId of ['main', 'other', 'open']) await here.set(queueId, null);
      expect(['main', 'open', 'made-up'].map((queueId) => here.of(queueId))).toEqual([0, 0, 0]);
    });
  });
}

describe('while the store does not answer', () => {
  it('stays as it was last known, and a late answer takes nothing back', async () => {
    const answers: (Map<string, number> | Error | Promise<Map<string, number>>)[] = [];
    const store = {
      set: async () => {},
      all: async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer as Map<string, number>;
      },
    };
    const difficulties = new Difficulties(store);
    answers.push(new Map([['main', 16]]), new Error('away'));
    await difficulties.look();
    await expect(difficulties.look()).rejects.toThrow('away');
    expect(difficulties.of('main')).toBe(16);
    let late = (_: Map<string, number>) => {};
    answers.push(new Promise((resolve) => (late = resolve)), new Map([['main', 20]]));
    const slow = difficulties.look();
    await difficulties.look();
    late(new Map([['main', 16]]));
    await slow;
    expect(difficulties.of('main')).toBe(20);
  });
});
