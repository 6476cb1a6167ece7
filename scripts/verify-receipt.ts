// `npm run verify-receipt -- RECEIPT [--url URL] [--keys FILE]`: what a receipt proves, from the public record alone. RECEIPT
// is the signed text or a file with it, URL the service, FILE its keys as they were published when the receipt was given.
// Ends with 0 when nobody went first without a reason that the record gives, with 1 when somebody did or when the receipt or
// the record is not genuine, and with 2 when that can't be told.
import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { Receipt } from '../contract/receipts.ts';
import { Altered, check, type Found, TooOld } from '../web/shared/receipt-check.ts';
import { drawnTicket, flaw, type PublishedDraw } from './verify-draw.ts';

/** What is signed. */
type Signed = Omit<Receipt, 'receipt'>;

type Key = { kty: string; crv: string; x: string; kid: string };
const USAGE = 'npm run verify-receipt -- RECEIPT [--url URL] [--keys FILE]';
const KEPT = 0;
const BROKEN = 1;
const UNTOLD = 2;

const decoded = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString());

/** What a receipt says; null when it is none. */
export function read(receipt: string): Signed | null {
  try {
    const said = decoded(receipt.split('.')[1]) as Signed;
    return typeof said.queueId === 'string' && Number.isInteger(said.ticket) && Number.isInteger(said.head.n)
      ? said
      : null;
  } catch {
    return null;
  }
}

/** Whether one of these keys signed it; null when the one that it names is not among them. */
export function isSigned(receipt: string, keys: readonly Key[]): boolean | null {
  const [header, said, signature = ''] = receipt.split('.');
  try {
    const key = keys.find(({ kid }) => kid === decoded(header).kid);
    if (!key) return null;
    const text = Buffer.from(`${header}.${said}`);
    return verify(null, text, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** The findings in plain words, and how the program ends. */
export function explained({ mine, from, upTo, before, later, lostAt }: Found): { lines: string[]; code: number } {
  const lines = [`entries ${from} to ${upTo} of the record hang together, with the one that the receipt names`];
  if (mine)
    lines.push(
      `let in at ${mine.admittedAt}, entry ${mine.n} (${mine.kind}); ${before} before, as far as the record goes`,
    );
  else lines.push(`not let in yet; ${before} others were, as far as the record goes`);
  for (const at of lostAt)
    lines.push(`${at}: the line lost data; whoever was let in shortly before may be missing here`);
  if (later.prioritised > 0) lines.push(`${later.prioritised} with later tickets went first because operators said so`);
  if (later.afterLoss > 0)
    lines.push(`${later.afterLoss} with later tickets went first after data was lost: their places were back sooner`);
  if (later.perhapsLeft > 0)
    lines.push(`${later.perhapsLeft} with later tickets went in since: right if this place was given up, else not`);
  if (later.unexplained > 0)
    lines.push(`BROKEN: ${later.unexplained} with later tickets went first, and no reason is given`);
  else if (later.perhapsLeft === 0)
    lines.push('nobody with a later ticket went first without a reason that the record gives');
  return { lines, code: later.unexplained > 0 ? BROKEN : later.perhapsLeft > 0 ? UNTOLD : KEPT };
}

async function main(): Promise<number> {
  const options = { url: { type: 'string', default: 'http://localhost:8080' }, keys: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [given = ''] = positionals;
  const receipt = (existsSync(given) ? readFileSync(given, 'utf8') : given).trim();
  const said = read(receipt);
  if (!said || positionals.length !== 1 || !URL.canParse(values.url)) {
    console.error(USAGE);
    return UNTOLD;
  }
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(new URL(path, values.url));
    if (!answer.ok) throw new Error(`${path}: answered ${answer.status}`);
    return (await answer.json()) as T;
  };
  const line = `/api/v1/queue/${encodeURIComponent(said.queueId)}`;
  console.log(`ticket ${said.ticket} of the line "${said.queueId}", ${said.status} at ${said.issuedAt}`);

  const { keys } = values.keys
    ? (JSON.parse(readFileSync(values.keys, 'utf8')) as { keys: Key[] })
    : await get<{ keys: Key[] }>('/api/v1/receipt-keys');
  const signed = isSigned(receipt, keys);
  if (signed === false) {
    console.log('BROKEN: the signature is not good: this is no receipt of theirs, or it was changed');
    return BROKEN;
  }
  console.log(signed ? 'the signature is good' : 'the key that signed it is not published any more: see --keys');

  const ticket = said.commitment === null ? said.ticket : await drawn(said, () => get(`${line}/draws`));
  if (ticket === null) return BROKEN;
  const held = { queueId: said.queueId, ticket, seen: [said.head], heldAt: said.head.n };
  const { lines, code } = explained(await check(held, 0, (after) => get(`${line}/admissions?after=${after}`)));
  for (const text of lines) console.log(text);
  return signed ? code : Math.max(code, code === BROKEN ? BROKEN : UNTOLD);
}

/** The ticket that a draw gave for this one; itself while there was none yet, null when the draw was not as announced. */
async function drawn({ ticket, commitment }: Signed, draws: () => Promise<{ items: PublishedDraw[] }>) {
  const draw = (await draws()).items.find((one) => one.commitment === commitment);
  const wrong = draw ? flaw(draw) : 'there is no draw with that commitment any more';
  if (wrong) console.log(`BROKEN: ${wrong}`);
  if (!draw || wrong) return null;
  const after = drawnTicket(draw, ticket);
  console.log(after === null ? 'the order is still to be drawn' : `drawn to ticket ${after}, as announced`);
  return after ?? ticket;
}

async function run(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    if (error instanceof Altered) console.log(`BROKEN: ${error.message}`);
    else if (error instanceof TooOld) console.log(`${error.message}: too long ago to be checked`);
    else console.error((error as Error).cause ?? (error as Error).message);
    return error instanceof Altered ? BROKEN : UNTOLD;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await run();
