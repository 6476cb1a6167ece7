// `npm run verify-draw -- URL [QUEUE] [TICKET] [COMMITMENT]`: checks the draws of a line against what was published, with
// nothing but SHA-256. TICKET is one of before the draw; COMMITMENT the one that was seen then.
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';

export interface PublishedDraw {
  number: number;
  commitment: string;
  seed: string | null;
  firstTicket: number | null;
  lastTicket: number | null;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** What is wrong with a draw; null when nothing is, or when it is not revealed yet. */
export function flaw({ commitment, seed }: PublishedDraw, seen?: string): string | null {
  if (seen !== undefined && seen !== commitment) return 'the commitment is not the one that was seen before';
  if (seed !== null && sha256(seed) !== commitment) return 'the seed is not the one that was committed to';
  return null;
}

/** The ticket that one was drawn to; null when it was not drawn for. */
export function drawnTicket(draw: Omit<PublishedDraw, 'number' | 'commitment'>, ticket: number): number | null {
  const { seed, firstTicket, lastTicket } = draw;
  if (seed === null || firstTicket === null || lastTicket === null) return null;
  if (ticket < firstTicket || ticket > lastTicket) return null;
  const mine = sha256(`${seed}:${ticket}`);
  let before = 0;
  for (let other = firstTicket; other <= lastTicket; other++) if (sha256(`${seed}:${other}`) < mine) before++;
  return lastTicket + 1 + before;
}

async function main([url, queueId = 'main', ticket, seen]: string[]): Promise<number> {
  if (!url || !URL.canParse(url) || (ticket !== undefined && !/^[1-9]\d*$/.test(ticket))) {
    console.error('npm run verify-draw -- URL [QUEUE] [TICKET] [COMMITMENT]');
    return 2;
  }
  const at = new URL(`/api/v1/queue/${encodeURIComponent(queueId)}/draws`, url);
  const answer = await fetch(at).catch((error: Error) => error);
  if (answer instanceof Error || !answer.ok) {
    console.error(`${at}: ${answer instanceof Error ? (answer.cause ?? answer.message) : `answered ${answer.status}`}`);
    return 2;
  }
  const { items } = (await answer.json()) as { items: PublishedDraw[] };
  let bad = 0;
  for (const draw of items) {
    const wrong = flaw(draw, draw === items[0] ? seen : undefined);
    if (wrong) bad++;
    console.log(
      `draw ${draw.number}: ${wrong ?? (draw.seed ? 'the seed is the one committed to' : 'not revealed yet')}`,
    );
    const drawn = ticket === undefined ? null : drawnTicket(draw, Number(ticket));
    if (drawn !== null) console.log(`draw ${draw.number}: ticket ${ticket} was drawn to ${drawn}`);
  }
  if (items.length === 0) console.log('there has been no draw');
  return bad > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
