// RATE_LIMIT_PER_SECOND: so many requests from one address, and what counts as an address.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, call, type Service, startService } from '../support/service.ts';
import { expectProblem } from './support/world.ts';

const AT_ONCE = 40;
let service: Service;

const storm = (path: string, headers: (i: number) => Record<string, string> = () => ({})): Promise<Answer[]> =>
  Promise.all(Array.from({ length: AT_ONCE }, (_, i) => call(service.url, 'GET', path, undefined, headers(i))));
/** Some were let through, or were in the storm before this one; some were not. */
function expectLimited(answers: Answer[], otherwise: number): void {
  expect([[429], [otherwise, 429].sort()]).toContainEqual(statuses(answers));
  for (const refused of answers.filter(({ status }) => status === 429)) expectProblem(refused, 429, 'RATE_LIMITED');
}
const statuses = (answers: Answer[]) => [...new Set(answers.map(({ status }) => status))].sort();

describe('without proxies in front', () => {
  beforeAll(async () => {
    service = await startService({ RATE_LIMIT_PER_SECOND: '5' });
  });
  afterAll(() => service.stop());

  it('answers some and tells the others when to come back', async () => {
    const answers = await storm('/api/v1/queue/main');
    expect(statuses(answers)).toEqual([200, 429]);
    expectLimited(answers, 200);
  });

  it('takes no address from a header that anybody can send', async () => {
    const answers = await storm('/api/v1/queue/main', (i) => ({
      'x-forwarded-for': `10.0.0.${i}`,
      forwarded: `for=10.0.0.${i}`,
      'x-real-ip': `10.0.0.${i}`,
    }));
    expectLimited(answers, 200);
  });

  it('counts what is refused, too', async () => {
    expectLimited(await storm('/api/v1/token?userId=nobody'), 404);
    expectLimited(await storm('/ops/api/audit'), 401);
    expectLimited(await storm('/nowhere'), 404);
  });

  it('never refuses those who ask whether it lives', async () => {
    expect(statuses(await storm('/healthz'))).toEqual([200]);
    expect(statuses(await storm('/readyz'))).toEqual([200]);
  });
});

describe('behind one proxy', () => {
  beforeAll(async () => {
    service = await startService({ RATE_LIMIT_PER_SECOND: '5', TRUSTED_HOPS: '1' });
  });
  afterAll(() => service.stop());

  it('counts by the address that the proxy saw, whatever the client says before it', async () => {
    expect(statuses(await storm('/api/v1/queue/main', (i) => ({ 'x-forwarded-for': `10.0.0.${i}` })))).toEqual([200]);
    const spoofed = await storm('/api/v1/queue/main', (i) => ({ 'x-forwarded-for': `10.0.1.${i}, 10.9.9.9` }));
    expect(statuses(spoofed)).toEqual([200, 429]);
  });
});
