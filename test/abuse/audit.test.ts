// `npm run audit` against a registry that knows of something, one that knows of nothing, and one that can't be asked.
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ADVISORY = {
  fastify: [{ id: 1, url: 'https://example.test/1', title: 'made up', severity: 'high', vulnerable_versions: '*' }],
};

const FASTIFY = {
  name: 'fastify',
  'dist-tags': { latest: '5.12.8' },
  versions: { '5.12.8': { name: 'fastify', version: '5.12.8' } },
};

let registry: Server;
beforeAll(async () => {
  registry = createServer((request, response) => {
    request.resume();
    if (request.method === 'GET') response.writeHead(200).end(JSON.stringify(FASTIFY));
    else if (request.url?.startsWith('/bad')) response.writeHead(200).end(JSON.stringify(ADVISORY));
    else if (request.url?.startsWith('/clean')) response.writeHead(200).end('{}');
    else response.writeHead(405).end();
  });
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void registry.close());

const audit = (path: string) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/${path}/`;
    const args = ['scripts/audit.ts', `--registry=${url}`, '--fetch-retries=0'];
    execFile(process.execPath, args, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    );
  });

it('tells what is known, that nothing is, and that it could not ask', async () => {
  const [bad, clean, silent] = await Promise.all([audit('bad'), audit('clean'), audit('silent')]);
  expect(bad).toMatchObject({ code: 1, said: expect.stringContaining('"high":') });
  expect(clean).toMatchObject({ code: 0, said: expect.stringContaining('nothing is known') });
  expect(silent).toMatchObject({ code: 0, said: expect.stringContaining('SKIPPED') });
});
