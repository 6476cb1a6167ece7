import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState } from '../../scripts/services/run-folder.ts';
import { SERVICE_NAMES, type ServiceName } from '../../scripts/services/service.ts';
import { ownServers } from '../support/servers.ts';
import { type Footprint, footprintOf, leftOf } from './processes.ts';

describe('services whose owner', () => {
  let base: string;
  let dir: string;
  let owner: ChildProcess | undefined;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'jari-services-'));
    dir = join(base, 'run');
  });
  afterEach(() => {
    owner?.kill('SIGKILL');
    rmSync(base, { recursive: true, force: true });
  });

  /** Resolves when its services are up, with what they have on the machine. */
  async function startOwner(names: readonly ServiceName[], env: NodeJS.ProcessEnv = {}): Promise<Footprint> {
    const program = join(import.meta.dirname, 'owner.ts');
    owner = spawn(process.execPath, [program, dir, ...names], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(owner, 'exit');
    await Promise.race([once(owner.stdout as NonNullable<typeof owner.stdout>, 'data'), exited]);
    return footprintOf(dir);
  }

  it('is killed are ended, and nothing of them is left', async () => {
    const before = await startOwner(SERVICE_NAMES);
    expect(before.processes.length).toBeGreaterThan(5);
    owner?.kill('SIGKILL');
    expect(await leftOf(before)).toEqual([]);
  });

  it('comes to its end are ended too', async () => {
    const before = await startOwner(['redis'], { THEN: 'exit' });
    expect(await leftOf(before)).toEqual([]);
  });

  it('and whose keeper were both killed are swept up by the next run in the folder', async ({ skip }) => {
    const before = await startOwner(['redis']);
    const keeper = readState(dir)?.keeper.pid ?? skip('Redis is not to be had');
    owner?.kill('SIGKILL');
    process.kill(keeper, 'SIGKILL');
    const next = await ownServers(['redis'], { dir });
    expect(await leftOf({ ...before, folders: [] })).toEqual([]);
    await next.stop();
    expect(await leftOf(before)).toEqual([]);
  });
});
