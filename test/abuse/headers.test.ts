// Headers that every answer must have, and pages that run nothing but their own code.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer } from '../http/support/modes.ts';
import { call, OPS_TOKEN, type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ TRUSTED_HOPS: '1' });
});
afterAll(() => service.stop());

const get = (path: string, headers: Record<string, string> = {}) => call(service.url, 'GET', path, undefined, headers);

describe('answers of the API', () => {
  it.each(['/api/v1/wallet/somebody', '/api/v1/token?userId=nobody', '/ops/api/audit', '/nowhere', '/openapi.json'])(
    '%s is taken for what it says it is, and kept nowhere',
    async (path) => {
      const { headers } = await get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  it('may be kept where they are everybody’s', async () => {
    for (const path of ['/api/v1/queue/main', '/api/v1/concerts/123/schedules/456/availability']) {
      expect((await get(path)).headers.get('cache-control')).toBe('public, max-age=1');
    }
  });
});

describe('pages', () => {
  it('have code that is kept for good, since its name changes with it', async () => {
    const code = /\/assets\/[^"]+\.js/.exec((await get('/')).text)?.[0] as string;
    const { headers } = await get(code);
    expect(headers.get('cache-control')).toContain('immutable');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/', '/tickets', '/ops', '/docs', '/docs/static/index.html'])('%s runs its own code alone', async (path) => {
    const { headers } = await get(path);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('TLS', () => {
  const asked = async (headers: Record<string, string>) =>
    (await get('/', { ...bearer(OPS_TOKEN), ...headers })).headers.get('strict-transport-security');

  it('is insisted upon where a trusted proxy speaks it, and only there', async () => {
    expect(await asked({ 'x-forwarded-proto': 'https' })).toBe('max-age=31536000');
    expect(await asked({ 'x-forwarded-proto': 'http' })).toBeNull();
    expect(await asked({})).toBeNull();
  });
});
