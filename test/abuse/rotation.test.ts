// TOKEN_SECRET gives way to another while people stand in the line: two processes are restarted one by one, and at no
// moment is a token that either gave refused by the other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../http/support/modes.ts';
import { expectProblem, fresh } from '../http/support/world.ts';
import { POSTGRES, type TestDatabase } from '../support/databases.ts';
import { call, type Service, startService } from '../support/service.ts';

const OLD = 'the-old-secret-of-tokens';
const NEW = 'the-new-secret-of-tokens';
/** What TOKEN_SECRET is at each step of the runbook. */
const STEPS = { before: OLD, told: `${OLD},${NEW}`, changed: `${NEW}, ${OLD}`, after: NEW };
type Step = keyof typeof STEPS;

describe.skipIf(POSTGRES.missing)('while TOKEN_SECRET changes', () => {
  let home: TestDatabase;
  const services = {} as Record<Step, Service>;
  const tokens = {} as Record<Step, string>;

  beforeAll(async () => {
    home = await POSTGRES.open();
    for (const step of Object.keys(STEPS) as Step[]) {
      const env = { DATABASE_URL: home.url as string, DEMO_DATA: 'false', TOKEN_SECRET: STEPS[step] };
      services[step] = await startService(env);
      const { body } = await call(services[step].url, 'POST', '/api/v1/token/create', { userId: fresh('user') });
      tokens[step] = body.token as string;
    }
  });
  afterAll(async () => {
    await Promise.all(Object.values(services).map((service) => service.stop()));
    await home?.dispose();
  });

  const ask = (step: Step, token: string) => call(services[step].url, 'GET', '/api/v1/token', undefined, bearer(token));

  // Each pair of neighbours runs side by side at some time.
  it.each<[Step, Step]>([
    ['before', 'told'],
    ['told', 'changed'],
    ['changed', 'after'],
  ])('processes %s and %s believe what the other signs', async (one, other) => {
    expect(await ask(one, tokens[other])).toMatchObject({ status: 200, body: { token: tokens[other] } });
    expect(await ask(other, tokens[one])).toMatchObject({ status: 200, body: { token: tokens[one] } });
  });

  it('the first secret alone signs', async () => {
    expectProblem(await ask('before', tokens.changed), 401, 'UNAUTHENTICATED');
    expectProblem(await ask('after', tokens.told), 401, 'UNAUTHENTICATED');
  });

  it('a token of the old secret is refused once that has been taken out', async () => {
    expect((await ask('changed', tokens.before)).status).toBe(200);
    expectProblem(await ask('after', tokens.before), 401, 'UNAUTHENTICATED');
  });
});
