// Scripts of k6/http against servers of their own.
import { type RunOptions, runScript, startServer } from './support.ts';

export const prelude = `import http from 'k6/http'; import { check, sleep } from 'k6';
  const URL = __ENV.URL; const show = (...values) => console.log(JSON.stringify(values));`;

export const run = (server: { url: string }, body: string, options: RunOptions = {}, more = '') =>
  runScript(`${prelude} ${more}\nexport default function () { ${body} }`, {
    ...options,
    args: ['-e', `URL=${server.url}`, ...(options.args ?? [])],
  });

/** What the script showed, as values. */
export async function shown(
  server: { url: string },
  body: string,
  options: RunOptions = {},
  more = '',
): Promise<unknown[]> {
  const ran = await run(server, body, options, more);
  if (ran.console.length === 0) throw new Error(`the script showed nothing:\n${ran.stderr}`);
  return ran.console.map((line) => JSON.parse(line) as unknown);
}

export const echo = () =>
  startServer(({ method, url, headers, body }, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: body.toString() }));
  });
