// More buyers than a slow database can serve in time: those who would wait too long are refused before anything is done.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fan, FaultWorld, LATER, MISSING, type Reservation } from '../faults/support/world.ts';
import { expectProblem } from '../http/support/world.ts';
import { type Answer, OPS_TOKEN } from '../support/service.ts';

/** More than one call to the store takes, so that some wait for the one after. */
const BUYERS = 200;
const LATE_BUYERS = 40;
/** Each way, and so for each of the calls that the buyers need. */
const SLOW_MILLISECONDS = 1_000;
const PROBE_EVERY_MILLISECONDS = 100;

describe.skipIf(MISSING)('more buyers than a slow database serves in time', () => {
  let world: FaultWorld;
  let buyers: Fan[];
  let late: Fan[];
  beforeAll(async () => {
    world = await FaultWorld.start({ QUEUE_CAP: String(BUYERS + LATE_BUYERS) });
    const fans: Fan[] = [];
    while (fans.length < BUYERS + LATE_BUYERS) fans.push(await world.fan('main'));
    [buyers, late] = [fans.slice(0, BUYERS), fans.slice(BUYERS)];
  });
  afterAll(() => world?.stop());

  /** Late buyers come one by one until the first of them is refused. @returns all who came, and their answers */
  async function untilRefused(from: Fan[]): Promise<{ fan: Fan; answer: Promise<Answer<Reservation>> }[]> {
    const came: { fan: Fan; answer: Promise<Answer<Reservation>> }[] = [];
    let refused = false;
    while (!refused && from.length > 0) {
      const fan = from.shift() as Fan;
      const answer = world.reserve(fan, 1);
      came.push({ fan, answer });
      void answer.then(({ body }) => {
        refused ||= (body as { code?: string }).code === 'OVERLOADED';
      });
      await sleep(PROBE_EVERY_MILLISECONDS);
    }
    expect(refused).toBe(true);
    return came;
  }

  it('refuses them with nothing done, serves who was there before, and then everybody', async () => {
    // Connections that are open already: making one takes several ways there and back.
    await Promise.all(buyers.slice(0, 8).map(({ userId }) => world.ask('GET', `/api/v1/wallet/${userId}`)));
    world.postgres.delay(SLOW_MILLISECONDS);
    const waiting = buyers.map((fan) => world.reserve(fan, 1));
    const came = await untilRefused(late.slice(0, LATE_BUYERS / 2));
    const rest = late.slice(LATE_BUYERS / 2).map((fan) => ({ fan, answer: world.reserve(fan, 1) }));
    const meanwhile = await Promise.all([
      world.ask('GET', '/healthz'),
      world.ask('GET', '/ops'),
      world.ask('GET', '/metrics', undefined, { authorization: `Bearer ${OPS_TOKEN}` }),
      world.where(late[0] as Fan),
      world.enter('newcomer', 'main'),
    ]);
    expect(meanwhile.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    await Promise.all(rest.map(({ answer }) => answer));
    await world.heal();

    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(buyers.map(() => 200));
    const refused: Fan[] = [];
    for (const { fan, answer } of [...came, ...rest]) {
      const given = await answer;
      if (given.status === 200) continue;
      expectProblem(given, 503, 'OVERLOADED');
      refused.push(fan);
    }
    expect(refused.length).toBeGreaterThan(LATE_BUYERS / 2);
    const ids = refused.map(({ userId }) => userId);
    const effects = `SELECT (SELECT count(*) FROM reservations WHERE user_id = ANY($1))::int AS reservations,
                            (SELECT count(*) FROM wallet_entries WHERE user_id = ANY($1))::int AS entries`;
    expect((await world.database.query(effects, [ids])).rows).toEqual([{ reservations: 0, entries: 0 }]);
    const { text } = await world.ask('GET', '/metrics', undefined, { authorization: `Bearer ${OPS_TOKEN}` });
    const counted = text.match(/^jari_refused_requests\{operation="reserve",reason="\w+"\} \d+$/gm) ?? [];
    expect(counted.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0)).toBe(refused.length);

    const again = await Promise.all(refused.map((fan) => world.reserve(fan, 1)));
    expect(again.map(({ status }) => status)).toEqual(refused.map(() => 200));
    await expect.poll(() => world.violations(), LATER).toEqual([]);
  });
});
