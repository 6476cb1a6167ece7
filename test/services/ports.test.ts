import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/services/ports.ts';

const PORTS = new URL('../../scripts/services/ports.ts', import.meta.url).href;

/** So many that, were they drawn without regard for each other, some would be the same: all distinct by luck once in 1,000. */
const MANY = 400;
const many = () => Promise.all(Array.from({ length: MANY }, () => freePort()));

function portsOfAnotherProcess(): number[] {
  const program = `import { freePort } from ${JSON.stringify(PORTS)};
    console.log(JSON.stringify(await Promise.all(Array.from({ length: ${MANY} }, () => freePort()))));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }));
}

describe('free ports', () => {
  it('are each given to one only, also of several processes, until that one ends', async () => {
    const mine = await many();
    expect(new Set(mine).size).toBe(MANY);
    const theirs = portsOfAnotherProcess();
    expect(theirs).toHaveLength(MANY);
    expect(theirs.filter((port) => mine.includes(port))).toEqual([]);
    expect(await isMarked(mine[0] as number)).toBe(true);
    expect(await isMarked(theirs[0] as number)).toBe(false);
  });
});

const isMarked = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(true));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => socket.close(() => resolve(false)));
  });
