import type { Bench } from '../lib/bench.ts';
import { median } from '../lib/bench.ts';
import type { Kit, Subject } from '../lib/kit.ts';
import { addTextbook, textbook } from '../lib/pgbench.ts';
import { auditOf, clientNote, serverNote } from '../lib/report.ts';
import { rounds } from '../lib/rounds.ts';
import { addSeats, admit, CONCERT_ID, FIRST_NUMBERED_SEAT_ID, SCHEDULE_ID, STANDING_SEAT_ID } from '../lib/seats.ts';
import { type Server, type WrkResult, wrk } from '../lib/wrk.ts';

const BUYERS = 50;

/** Measures reservations on one subject. Every run goes on with seats that the runs before it have not touched. */
class Buyers {
  readonly #kit: Kit;
  readonly #server: Server;
  #nextSeat = FIRST_NUMBERED_SEAT_ID;

  constructor(kit: Kit, server: Server) {
    this.#kit = kit;
    this.#server = server;
  }

  distinct(): Promise<WrkResult> {
    return this.#buy(this.#nextSeat, 1);
  }

  standing(): Promise<WrkResult> {
    return this.#buy(STANDING_SEAT_ID, 0);
  }

  /** Everybody after one seat that is free when it begins. */
  hotSeat(): Promise<WrkResult> {
    return this.#buy(this.#nextSeat++, 0);
  }

  async #buy(seat: number, step: number): Promise<WrkResult> {
    const args = [String(BUYERS), String(CONCERT_ID), String(SCHEDULE_ID), String(seat), String(step)];
    const run = {
      server: this.#server,
      script: 'reserve',
      args,
      connections: BUYERS,
      seconds: this.#kit.seconds,
    } as const;
    const result = await wrk(run);
    // wrk may have asked for a few more than it was answered.
    this.#nextSeat += step * (result.requests + BUYERS + 1);
    if (step === 1 && result.refused > 0) throw new Error(`${result.refused} reservations of free seats were refused`);
    return result;
  }
}

async function buyersOn(kit: Kit, size: 'embedded' | 'postgres'): Promise<{ subject: Subject; buyers: Buyers }> {
  const subject = await kit.subject(size);
  await addSeats(subject);
  await admit(subject.url, BUYERS);
  return { subject, buyers: new Buyers(kit, subject) };
}

export const reserve: Bench = {
  name: 'reserve',
  unit: 'reservations/s',
  reference: 'pgbench, textbook transaction, 50 clients',
  goal: 10,
  better: 'higher',
  async run(kit) {
    const { subject, buyers } = await buyersOn(kit, 'postgres');
    await addTextbook(subject.databaseUrl as string);
    const values: WrkResult[] = [];
    const references: number[] = [];
    for (let round = 1; round <= kit.rounds; round++) {
      kit.say(`round ${round} of ${kit.rounds}`);
      references.push(await textbook(subject.databaseUrl as string, BUYERS, kit.seconds));
      values.push(await buyers.distinct());
    }
    await auditOf(subject);
    const value = median(values.map((one) => one.perSecond));
    const cost = `${median(values.map((one) => one.serverCpu)).toFixed(0)} µs of processor a request, without PostgreSQL's`;
    return { value, referenceValue: median(references), note: `${clientNote(values)}; ${cost}` };
  },
};

export const reserveEmbedded: Bench = {
  name: 'reserve-embedded',
  unit: 'reservations/s',
  reference: 'bare Fastify, same route and schemas',
  goal: 0.4,
  better: 'higher',
  async run(kit) {
    const { subject, buyers } = await buyersOn(kit, 'embedded');
    const bare = new Buyers(kit, await kit.bare());
    const measured = await rounds(kit, { bare: () => bare.distinct(), jari: () => buyers.distinct() });
    await auditOf(subject);
    return {
      value: measured.jari.perSecond,
      referenceValue: measured.bare.perSecond,
      note: `${clientNote([measured.jari])}; ${serverNote(measured.jari, measured.bare)}`,
    };
  },
};

const against = (name: string, goal: number, thing: 'standing' | 'hotSeat'): Bench => ({
  name,
  unit: 'requests/s',
  reference: 'reserve, same run',
  goal,
  better: 'higher',
  async run(kit) {
    const { subject, buyers } = await buyersOn(kit, 'postgres');
    const measured = await rounds(kit, { distinct: () => buyers.distinct(), [name]: () => buyers[thing]() });
    await auditOf(subject);
    const value = measured[name] as WrkResult;
    return {
      value: value.perSecond,
      referenceValue: (measured.distinct as WrkResult).perSecond,
      note: clientNote([value]),
    };
  },
});

export const reserveStanding = against('reserve-standing', 0.8, 'standing');
export const hotSeat = against('hot-seat', 1, 'hotSeat');
