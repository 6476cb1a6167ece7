import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * The operators' token, without which /metrics, the audit and the checklist answer nobody: OPS_TOKEN, else the one that a
 * service keeps in its DATA_DIR. Undefined when there is none to be found.
 */
export function operatorsToken(env: NodeJS.ProcessEnv, cwd: string): string | undefined {
  const { OPS_TOKEN, DATA_DIR = '.jari' } = env;
  if (OPS_TOKEN) return OPS_TOKEN;
  try {
    return readFileSync(join(resolve(cwd, DATA_DIR), 'ops-token'), 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
