import type { Arrivals, Order } from '../clients/arrivals.ts';
import { type Apart, keepApart } from '../lib/apart.ts';
import { type Bench, median } from '../lib/bench.ts';
import { type Client, startClient } from '../lib/client.ts';
import type { Kit, Size, Subject } from '../lib/kit.ts';
import { auditOf } from '../lib/report.ts';
import { addSeats, admit, CONCERT_ID, SCHEDULE_ID, STANDING_SEAT_ID } from '../lib/seats.ts';

const TIMES = 3;
const BUYERS = 50;
/** Connections at the peak: enough for full batches, too few to be refused. A longer way to the store holds more of them. */
const AT_THE_PEAK = 200;
const AT_THE_PEAK_LATE = 400;
/** At three times that: so many that one is free for whoever comes. */
const CONNECTIONS = 5_000;
/** A service that has just started is several times slower. */
const WARM_UPS = 3;
/** Whoever has waited longer has gone, or asks again: an answer then is no good. */
const USEFUL_MILLISECONDS = 1_000;
const ASK_HEALTH_EVERY_MILLISECONDS = 50;

type Asking = Pick<Order, 'path' | 'body' | 'from' | 'numbers'>;

/** Reservations of those who are inside, in a section that is never sold out. */
const buying = (): Asking => ({
  path: '/api/v1/reservation',
  body: `{"userId":"u{n}","concertId":${CONCERT_ID},"concertScheduleId":${SCHEDULE_ID},"seatId":${STANDING_SEAT_ID}}`,
  from: 1,
  numbers: BUYERS,
});
let storms = 0;
const entering = (): Asking => ({
  path: '/api/v1/token/create',
  body: `{"userId":"storm${++storms}-{n}"}`,
  from: 0,
  numbers: Number.MAX_SAFE_INTEGER,
});

interface Round {
  peak: number;
  storm: Arrivals;
  /** Microseconds of processor time, of the service and its stores together: an answer at the peak, all of the storm. */
  peakCost: number;
  stormCost: number;
  health: number;
}

const goodput = (
  name: string,
  size: Size,
  goal: number,
  asking: () => Asking,
  prepare?: (subject: Subject) => Promise<void>,
  atThePeak = AT_THE_PEAK,
): Bench => ({
  name,
  unit: 'served/s',
  reference: 'peak, same run',
  goal,
  better: 'higher',
  async run(kit) {
    const subject = await kit.subject(size);
    await prepare?.(subject);
    const all: Round[] = [];
    // The peak is measured like what is held against it.
    const apart = keepApart();
    const course = { kit, subject, apart, calm: calmly(kit, subject, atThePeak), asking };
    try {
      for (let n = 1; n <= WARM_UPS; n++) {
        kit.say(`warming up, ${n} of ${WARM_UPS}`);
        await withClient((client) => client.ask({ ...course.calm, ...asking() }));
      }
      for (let n = 1; n <= kit.rounds; n++) all.push(await round(course, n));
    } finally {
      apart.end();
    }
    await auditOf(subject);
    const of = (figure: (round: Round) => number) => median(all.map(figure));
    const note = [
      ...(apart.warning === null ? [] : [apart.warning]),
      `served within ${USEFUL_MILLISECONDS} ms count, of all served ${(of(({ storm }) => storm.useful / storm.served) * 100).toFixed(1)} %, p99 ${of(({ storm }) => storm.servedP99).toFixed(0)} ms`,
      `${of(({ storm }) => storm.refused / storm.seconds).toFixed(0)}/s refused, p99 ${of(({ storm }) => storm.refusedP99).toFixed(0)} ms`,
      `${of(({ storm }) => storm.missed / storm.seconds).toFixed(0)}/s found no free connection`,
      costNote(
        of(({ peakCost }) => peakCost),
        of(refusalCost),
      ),
      `/healthz at most ${of(({ health }) => health).toFixed(0)} ms`,
      `load generator at ${(of(({ storm }) => storm.cpu) * 100).toFixed(0)} % of a core and up to ${of(({ storm }) => storm.lateP99).toFixed(0)} ms late`,
    ].join('; ');
    return {
      value: of(({ storm }) => storm.useful / storm.seconds),
      referenceValue: of(({ peak }) => peak),
      note,
    };
  },
});

const calmly = (kit: Kit, { url }: Subject, connections: number) => {
  const { hostname: host, port } = new URL(url);
  return {
    host,
    port: Number(port),
    seconds: kit.seconds,
    connections,
    usefulMilliseconds: USEFUL_MILLISECONDS,
  };
};

async function withClient<T>(work: (client: Client<Order, Arrivals>) => Promise<T>): Promise<T> {
  const client = startClient<Order, Arrivals>('arrivals');
  try {
    return await work(client);
  } finally {
    await client.stop();
  }
}

interface Course {
  kit: Kit;
  subject: Subject;
  apart: Apart;
  calm: ReturnType<typeof calmly>;
  asking: () => Asking;
}

const round = ({ kit, subject, apart, calm, asking }: Course, n: number): Promise<Round> =>
  withClient(async (client) => {
    kit.say(`round ${n} of ${kit.rounds}: the peak`);
    const [top, topCost] = await costing(apart, () => client.ask({ ...calm, ...asking() }));
    if (top.refused + top.lost > 0) throw new Error(`${top.refused + top.lost} were not served at the peak`);
    const peak = top.served / top.seconds;
    kit.say(`round ${n} of ${kit.rounds}: ${TIMES} times the peak`);
    const watch = watchHealth(subject.url);
    const [storm, stormCost] = await costing(apart, () =>
      client.ask({ ...calm, ...asking(), rate: TIMES * peak, connections: CONNECTIONS }),
    );
    if (storm.lost > 0) throw new Error(`${storm.lost} got another answer than 200 or 503`);
    return { peak, storm, peakCost: topCost / top.served, stormCost, health: await watch() };
  });

/** With the microseconds of processor time that it took. */
async function costing(apart: Apart, work: () => Promise<Arrivals>): Promise<[Arrivals, number]> {
  const before = apart.subjectSeconds();
  return [await work(), (apart.subjectSeconds() - before) * 1e6];
}

/** If serving costs in the storm what it does at the peak. 0 when nobody was refused. */
const refusalCost = ({ storm, peakCost, stormCost }: Round): number =>
  storm.refused === 0 ? 0 : (stormCost - storm.served * peakCost) / storm.refused;

function costNote(served: number, refused: number): string {
  const note = `${served.toFixed(0)} µs of processor a request at the peak, stores included`;
  return refused === 0 ? note : `${note}, and ${refused.toFixed(0)} a refusal`;
}

/** @returns stops watching and tells how long the slowest answer took, in milliseconds */
function watchHealth(url: string): () => Promise<number> {
  let slowest = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const asked = performance.now();
      const { status } = await fetch(`${url}/healthz`);
      if (status !== 200) throw new Error(`/healthz said ${status}`);
      slowest = Math.max(slowest, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, ASK_HEALTH_EVERY_MILLISECONDS));
    }
  })();
  watching.catch(() => {}); // told when it is asked for
  return async () => {
    over = true;
    await watching;
    return slowest;
  };
}

const inside = async (subject: Subject) => {
  await addSeats(subject, 1);
  await admit(subject.url, BUYERS);
};
export const goodputReserve = goodput('goodput-reserve', 'embedded', 0.9, buying, inside);
export const goodputReserveFull = goodput('goodput-reserve-full', 'full', 0.9, buying, inside);
export const goodputReserveLate = goodput('goodput-reserve-late', 'late', 0.9, buying, inside, AT_THE_PEAK_LATE);
export const goodputEnter = goodput('goodput-enter', 'full', 0.9, entering);
