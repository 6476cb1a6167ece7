import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from '../lib/bench.ts';
import type { Kit } from '../lib/kit.ts';
import { auditOf, clientNote, serverNote } from '../lib/report.ts';
import { rounds } from '../lib/rounds.ts';
import { type Server, type WrkResult, wrk } from '../lib/wrk.ts';

const CONNECTIONS = 100;
const BARE = 'bare Fastify, same route and schemas';

/** Enters as users that nobody has been before. */
let prefixes = 0;
const enter = (kit: Kit, server: Server, queueId = 'main'): Promise<WrkResult> => {
  const args = [`r${++prefixes}-`, queueId];
  return wrk({ server, script: 'enter', args, connections: CONNECTIONS, seconds: kit.seconds });
};

export const tokenIssue: Bench = {
  name: 'token-issue',
  unit: 'requests/s',
  reference: BARE,
  goal: 0.85,
  better: 'higher',
  async run(kit) {
    const subject = await kit.subject('full');
    const bare = await kit.bare();
    const measured = await rounds(kit, { bare: () => enter(kit, bare), jari: () => enter(kit, subject) });
    await auditOf(subject);
    return compared(measured);
  },
};

export const tokenStatus: Bench = {
  name: 'token-status',
  unit: 'requests/s',
  reference: BARE,
  goal: 0.85,
  better: 'higher',
  async run(kit) {
    const subject = await kit.subject('full');
    const bare = await kit.bare();
    const file = join(kit.folder, 'tokens');
    writeFileSync(file, (await tokens(subject.url, 1_000)).join('\n'));
    const ask = (server: Server) =>
      wrk({ server, script: 'status', args: [file], connections: CONNECTIONS, seconds: kit.seconds });
    const measured = await rounds(kit, { bare: () => ask(bare), jari: () => ask(subject) });
    await auditOf(subject);
    return compared(measured);
  },
};

function compared({ bare, jari }: { bare: WrkResult; jari: WrkResult }) {
  if (jari.refused > 0) throw new Error(`${jari.refused} requests were refused`);
  return {
    value: jari.perSecond,
    referenceValue: bare.perSecond,
    note: `${clientNote([jari])}; ${serverNote(jari, bare)}`,
  };
}

async function tokens(url: string, users: number): Promise<string[]> {
  const made: string[] = [];
  for (let n = 0; n < users; n++) {
    const response = await fetch(`${url}/api/v1/token/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: `asker${n}` }),
    });
    made.push(((await response.json()) as { token: string }).token);
  }
  return made;
}
