// The operators' token, without which /metrics and the audit answer nobody: as `npm run checklist` finds it.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Undefined when there is none to be found, which is no error: a report then has the client's half alone. */
export function operatorsToken(env: NodeJS.ProcessEnv, cwd: string): string | undefined {
  const { OPS_TOKEN, DATA_DIR = '.jari' } = env;
  if (OPS_TOKEN) return OPS_TOKEN;
  try {
    return readFileSync(join(resolve(cwd, DATA_DIR), 'ops-token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
