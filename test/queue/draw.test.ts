import { expect, it } from 'vitest';
import { drawnTicket, flaw } from '../../scripts/verify-draw.ts';
import { drawnTickets, newSeed, type RevealedDraw, sha256 } from '../../server/queue/draw/draw.ts';
import { range } from './actors.ts';

function revealed(firstTicket: number, lastTicket: number): RevealedDraw {
  const seed = newSeed();
  const at = new Date();
  return {
    queueId: 'q',
    number: 1,
    seed,
    commitment: sha256(seed),
    firstTicket,
    lastTicket,
    committedAt: at,
    revealedAt: at,
  };
}

it('a draw gives each ticket another one, each once, above all that are drawn for', async () => {
  const order = await drawnTickets(revealed(101, 5_100));
  expect([...order].sort((a, b) => a - b)).toEqual(range(5_101, 10_100));
  expect(await drawnTickets(revealed(7, 6))).toHaveLength(0);
});

it('whoever checks a draw by themselves comes to the same order', async () => {
  const draw = revealed(101, 400);
  expect(range(101, 400).map((ticket) => drawnTicket(draw, ticket))).toEqual([...(await drawnTickets(draw))]);
  expect([drawnTicket(draw, 100), drawnTicket(draw, 401)]).toEqual([null, null]);
});

it('another seed than the one that was committed to is found out', () => {
  const draw = revealed(1, 10);
  expect(flaw(draw)).toBeNull();
  expect(flaw(draw, draw.commitment)).toBeNull();
  expect(flaw({ ...draw, seed: newSeed() })).toMatch('committed to');
  const seed = newSeed();
  expect(flaw({ ...draw, seed, commitment: sha256(seed) }, draw.commitment)).toMatch('seen before');
});

it('coming first or last is worth nothing', async () => {
  const first: number[] = [];
  for (let i = 0; i < 400; i++) first.push(((await drawnTickets(revealed(1, 20)))[0] as number) - 20);
  // The mean of 400 ranks of 20 is 10.5, give or take 0.29: this is seven times that.
  expect(first.reduce((sum, rank) => sum + rank, 0) / 400).toBeGreaterThan(8.5);
  expect(first.reduce((sum, rank) => sum + rank, 0) / 400).toBeLessThan(12.5);
});
