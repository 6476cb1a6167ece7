import type { Arrivals, Order } from '../clients/arrivals.ts';
import { type Bench, median } from '../lib/bench.ts';
import { startClient } from '../lib/client.ts';
import type { Kit } from '../lib/kit.ts';
import { processorSeconds } from '../lib/process.ts';
import type { Server } from '../lib/wrk.ts';

const CONNECTIONS = 5_000;

/** What is left of the processor for others while everybody is refused: docs/PERFORMANCE.md, goodput. */
export const refusal: Bench = {
  name: 'refusal',
  unit: 'µs of processor a refusal',
  reference: 'bare socket, no HTTP',
  goal: 2,
  better: 'lower',
  async run(kit) {
    const [ours, bare] = [await kit.reference('refusing'), await kit.reference('socket')];
    const costs: [number, number][] = [];
    for (let round = 0; round <= kit.rounds; round++) {
      kit.say(round === 0 ? 'warming up' : `round ${round} of ${kit.rounds}`);
      const cost: [number, number] = [await microsecondsEach(kit, ours), await microsecondsEach(kit, bare)];
      if (round > 0) costs.push(cost);
    }
    return { value: median(costs.map(([mine]) => mine)), referenceValue: median(costs.map(([, least]) => least)) };
  },
};

/** By what a long run takes more than a short one: without opening the connections and their first request. */
async function microsecondsEach(kit: Kit, server: Server): Promise<number> {
  const short = await refusing(server, kit.seconds / 2);
  const long = await refusing(server, kit.seconds * 1.5);
  return (long.microseconds - short.microseconds) / (long.count - short.count);
}

/** As many as one after the other on each connection are. */
async function refusing({ url, pid }: Server, seconds: number): Promise<{ microseconds: number; count: number }> {
  const { hostname: host, port } = new URL(url);
  const client = startClient<Order, Arrivals>('arrivals');
  const before = processorSeconds(pid);
  const { refused, lost } = await client.ask({
    host,
    port: Number(port),
    path: '/api/v1/reservation',
    body: '{"userId":"u{n}","concertId":123,"concertScheduleId":456,"seatId":1}',
    from: 1,
    numbers: 1_000,
    seconds,
    connections: CONNECTIONS,
    usefulMilliseconds: 1_000,
  });
  const microseconds = (processorSeconds(pid) - before) * 1e6;
  await client.stop();
  if (lost > 0) throw new Error(`${lost} were not answered`);
  return { microseconds, count: refused };
}
