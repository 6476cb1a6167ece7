import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Database } from '../../server/db/database.ts';
import type { IdempotencyKey, Outcome } from '../../server/lib/outcome.ts';
import type { ReservationView } from '../../server/reservation/store.ts';
import { type Said, type SaleModel, SEAT_IDS } from './model.ts';
import { ask, type Counter, codeOf, HOLD_SECONDS, keyed, someone, type Venue } from './sale.ts';

const USERS = [0, 1, 2];

/** The real thing of one run: a concert and users of its own. */
export class RealSale {
  readonly ids: string[] = [];
  readonly users = USERS.map(() => someone());
  readonly database: Database;
  readonly counter: Counter;
  readonly venue: Venue;
  /** Everything that was said, over all runs. */
  readonly heard: Set<string>;

  constructor(database: Database, counter: Counter, venue: Venue, heard: Set<string>) {
    this.database = database;
    this.counter = counter;
    this.venue = venue;
    this.heard = heard;
  }

  userId = (user: number): string => this.users[user] as string;

  /** An outcome in the words of the model. */
  said(outcome: Outcome<ReservationView | { balance: number }>): Said {
    this.heard.add(codeOf(outcome));
    if (outcome.replayed) this.heard.add('replayed');
    if (!outcome.ok) return outcome.failure.code;
    const { value } = outcome;
    if (!('reservationId' in value)) return { balance: value.balance };
    if (!this.ids.includes(value.reservationId)) this.ids.push(value.reservationId);
    const { status, balance } = value;
    return { number: this.ids.indexOf(value.reservationId), status, balance: balance as number };
  }
}

type Command = fc.AsyncCommand<SaleModel, RealSale>;

const command = (
  name: string,
  run: (model: SaleModel, real: RealSale) => Promise<void>,
  check: (model: Pick<SaleModel, 'reservations'>) => boolean = () => true,
): Command => ({ check: (model) => check(model), run, toString: () => name });

/** Half of the requests have none, most others one of their own, some one that any request may come with. */
const key = fc.constantFrom('none', 'none', 'none', 'own', 'own', 'shared');
const user = fc.constantFrom(...USERS);
const named = (key: string, request: string): string | undefined =>
  key === 'none' ? undefined : key === 'own' ? request : key;
const idempotency = (name: string | undefined, request: string): IdempotencyKey | undefined =>
  name === undefined ? undefined : keyed(name, request);

const taking = fc
  .record({ user, seatId: fc.constantFrom(...SEAT_IDS), pay: fc.boolean(), key })
  .map(({ user, seatId, pay, key }) => {
    const request = `${pay ? 'reserve' : 'hold'} ${seatId}`;
    const name = named(key, request);
    return command(`user ${user}: ${request}, key ${name}`, async (model, real) => {
      const { reservations } = real.counter;
      const asked = ask(real.venue, real.userId(user), seatId, idempotency(name, request));
      const outcome = await (pay ? reservations.reserve(asked) : reservations.hold(asked));
      expect(real.said(outcome)).toEqual(model.once(user, name, request, () => model.take(user, seatId, pay)));
    });
  });

/** By the owner, by who has proved nothing, or by somebody else. */
const settling = fc
  .record({ nth: fc.nat(30), pay: fc.boolean(), who: fc.constantFrom('owner', 'anybody', 'stranger'), key })
  .map(({ nth, pay, who, key }) => {
    const verb = pay ? 'pay' : 'cancel';
    const run = async (model: SaleModel, real: RealSale) => {
      const number = nth % model.reservations.length;
      const owner = model.reservations[number]?.user as number;
      const asker = who === 'stranger' ? (owner + 1) % USERS.length : owner;
      const request = `${verb} ${number}`;
      const outcome = await real.counter.reservations[verb]({
        reservationId: real.ids[number] as string,
        userId: who === 'anybody' ? null : real.userId(asker),
        idempotency: idempotency(named(key, request), request),
      });
      const act = () => (who === 'stranger' ? 'RESERVATION_NOT_FOUND' : model[verb](number));
      expect(real.said(outcome)).toEqual(model.once(asker, named(key, request), request, act));
    };
    return command(`${who}: ${verb} #${nth}, key ${key}`, run, ({ reservations }) => reservations.length > 0);
  });

const charging = fc.record({ user, amount: fc.constantFrom(1, 50, 150), key }).map(({ user, amount, key }) =>
  command(`user ${user}: charge ${amount}, key ${key}`, async (model, real) => {
    const request = `charge ${amount}`;
    const name = named(key, request);
    const asked = { userId: real.userId(user), amount, idempotency: idempotency(name, request) };
    const outcome = await real.counter.wallets.charge(asked);
    expect(real.said(outcome)).toEqual(model.once(user, name, request, () => model.charge(user, amount)));
  }),
);

const passing = fc.constantFrom(0.2, 0.65, 1.3).map((part) =>
  command(`${part} of the time of a hold passes`, async (model, real) => {
    const seconds = part * HOLD_SECONDS;
    await real.database.query(
      `UPDATE reservations SET held_until = held_until - make_interval(secs => $2), created_at = created_at - make_interval(secs => $2)
       WHERE schedule_id = $1 AND status = 'HELD'`,
      [real.venue.concertScheduleId, seconds],
    );
    model.pass(seconds);
  }),
);

const going = fc.record({ user, inside: fc.boolean() }).map(({ user, inside }) =>
  command(`user ${user} is ${inside ? 'inside' : 'outside'}`, async (model, real) => {
    if (inside) model.outside.delete(user);
    else model.outside.add(user);
    if (inside) real.counter.door.ends.delete(real.userId(user));
    else real.counter.door.ends.set(real.userId(user), null);
  }),
);

const ticking = fc.constant(
  command('a tick', async (_, real) => {
    await real.counter.reservations.expireHolds();
  }),
);

const looking = fc.constantFrom(...USERS).map((user) =>
  command(`user ${user} looks`, async (model, real) => {
    const { reservations, wallets } = real.counter;
    const userId = real.userId(user);
    expect(await wallets.balance(userId)).toEqual({ userId, balance: model.balance(user) });
    const { items } = await wallets.entries(userId, { limit: 500 });
    expect(items.map(({ amount }) => amount).reverse()).toEqual(model.ledger(user));
    const own = (await reservations.listOf(userId)).map((one) => [real.ids.indexOf(one.reservationId), one.status]);
    const expected = model.reservations.filter((one) => one.user === user).map((one) => [one.number, one.status]);
    expect(own.toSorted()).toEqual(expected.toSorted());
    expect(await reservations.get(randomUUID(), userId)).toBeNull();
  }),
);

export const commands = () =>
  fc.commands([taking, taking, taking, settling, settling, charging, passing, going, ticking, looking], {
    maxCommands: 150,
    size: 'max',
  });
